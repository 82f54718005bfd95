import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOP } from "../e2e/support.ts";

/** What npm installs is what was looked at: pinned, with hashes, without scripts, under licences that are listed. */

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly resolved?: string;
}

const json = (file: string): unknown => JSON.parse(readFileSync(join(TOP, file), "utf8"));
const lock = json("package-lock.json") as { lockfileVersion: number; packages: Record<string, Locked> };
const { "": _root, ...packages } = lock.packages;
const all = Object.entries(packages);
/** What is installed with `npm ci --omit=dev`, on any platform. */
const production = all.filter(([, { dev }]) => !dev);

const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"];
/** Of tools alone; what they do then is none of a user's business. */
const RUN_SCRIPTS = ["es5-ext", "esbuild"];

describe("what npm installs", () => {
  it("is pinned: each dependency to one version, and all of them in a lock file", () => {
    const { dependencies, devDependencies } = json("package.json") as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const pinned = version.replace(/^npm:[a-z-]+@/, "");
      expect(pinned, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${name}`]?.version, name).toBe(pinned);
    }
    expect(lock.lockfileVersion).toBe(3);
    expect(production.length).toBeGreaterThan(Object.keys(dependencies ?? {}).length);
  });

  it("has a hash, whatever the platform, and may come from any registry", () => {
    expect(all.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""))).toEqual([]);
    expect(all.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("runs no script of its own, but for these tools", () => {
    const scripted = all.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => nameOf(path)).sort()).toEqual(RUN_SCRIPTS);
    expect(scripted.filter(([, { dev }]) => !dev)).toEqual([]);
  });
});

describe("the licences of what a user gets", () => {
  it("are of the permissive ones, and those that the packages themselves name", () => {
    for (const [path, { license }] of production) {
      expect(ALLOWED, path).toContain(license);
      const manifest = join(TOP, path, "package.json");
      // Packages of other platforms are not there.
      if (existsSync(manifest)) expect(JSON.parse(readFileSync(manifest, "utf8"))).toMatchObject({ license });
    }
  });

  it("are listed in docs/security.md", () => {
    const listed = ALLOWED.map((license) => {
      const names = new Set(production.filter(([, p]) => p.license === license).map(([path]) => nameOf(path)));
      return { license, names: [...names].sort() };
    }).filter(({ names }) => names.length > 0);
    const rows = listed.map(({ license, names }) => `| ${license} | ${names.join(", ")} |`);
    const told = readFileSync(join(TOP, "docs/security.md"), "utf8");
    const found = told.split("\n").filter((line) => ALLOWED.some((license) => line.startsWith(`| ${license} |`)));
    expect(found).toEqual(rows);
  });
});
