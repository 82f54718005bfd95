// Finds the git commit that a build is made of.
import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import type { Build } from "../lib/record/program.ts";

/** What the bundles are made of. Other files, such as a policy of the user's own, do not make a build dirty. */
const SOURCES = ["functions", "lib", "deploy", "package.json", "package-lock.json"];

/**
 * The commit of the repository at `root`, and whether sources differ from it. Nothing if `root` is not the top of a
 * repository, or if git is missing or refuses.
 */
export function sourceCommit(root: string): Omit<Build, "version"> {
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", root, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    if (realpathSync(git("rev-parse", "--show-toplevel")) !== realpathSync(root)) return {};
    const commit = git("rev-parse", "HEAD");
    return { commit, ...(git("status", "--porcelain", "--", ...SOURCES) !== "" && { dirty: true as const }) };
  } catch {
    return {};
  }
}
