// The commit that a package names.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sourceCommit } from "../../deploy/source-commit.ts";
import { buildText } from "../../lib/record/program.ts";
import { temporaryFolder } from "../e2e/support.ts";

let folder: ReturnType<typeof temporaryFolder>;
const write = (file: string, text: string) => writeFileSync(join(folder.path, file), text);
const git = (...args: string[]) =>
  execFileSync("git", ["-C", folder.path, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, "lib"));
  write("lib/one.ts", "1");
});
afterEach(() => folder.remove());

function commitAll(): string {
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "one");
  return git("rev-parse", "HEAD");
}

it("is that of the repository; a policy beside the sources does not make it dirty", () => {
  const commit = commitAll();
  write("policy.yaml", "version: 1");
  expect(sourceCommit(folder.path)).toEqual({ commit });
});

it("is dirty if a source is changed or new", () => {
  const commit = commitAll();
  write("lib/two.ts", "2");
  expect(sourceCommit(folder.path)).toEqual({ commit, dirty: true });
  git("add", ".");
  git("commit", "-q", "-m", "two");
  write("lib/two.ts", "3");
  expect(sourceCommit(folder.path)).toMatchObject({ dirty: true });
});

it("is absent outside of a repository, and in a folder of another one", () => {
  expect(sourceCommit(folder.path)).toEqual({});
  commitAll();
  expect(sourceCommit(join(folder.path, "lib"))).toEqual({});
});

it("is shown with the version in one word", () => {
  const commit = "4f795c7a0000000000000000000000000000beef";
  expect(buildText({ version: "1.2.3" })).toBe("1.2.3");
  expect(buildText({ version: "1.2.3", commit })).toBe("1.2.3+4f795c7");
  expect(buildText({ version: "1.2.3", commit, dirty: true })).toBe("1.2.3+4f795c7.dirty");
});
