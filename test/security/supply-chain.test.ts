// The dependencies are pinned with hashes, run no install scripts, and have listed licences.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOP } from "../e2e/support.ts";

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
/** The packages that `npm ci --omit=dev` installs, on any platform. */
const production = all.filter(([, { dev }]) => !dev);

const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

const ALLOWED = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT"];
/** Packages of development tools only; users do not install them. */
const RUN_SCRIPTS = ["es5-ext", "esbuild"];

describe("the packages that npm installs", () => {
  it("are pinned: each dependency to one version, and all packages in a lock file", () => {
    const { dependencies, devDependencies } = json("package.json") as Record<string, Record<string, string>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      const pinned = version.replace(/^npm:[a-z-]+@/, "");
      expect(pinned, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${name}`]?.version, name).toBe(pinned);
    }
    expect(lock.lockfileVersion).toBe(3);
    expect(production.length).toBeGreaterThan(Object.keys(dependencies ?? {}).length);
  });

  it("have a hash on every platform, and may come from any registry", () => {
    expect(all.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""))).toEqual([]);
    expect(all.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("have no install script, except for these tools", () => {
    const scripted = all.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(scripted.map(([path]) => nameOf(path)).sort()).toEqual(RUN_SCRIPTS);
    expect(scripted.filter(([, { dev }]) => !dev)).toEqual([]);
  });
});

describe("the licences of the production packages", () => {
  it("are permissive, and equal to those that the packages themselves name", () => {
    for (const [path, { license }] of production) {
      expect(ALLOWED, path).toContain(license);
      const manifest = join(TOP, path, "package.json");
      // Packages for other platforms are not installed.
      if (existsSync(manifest)) expect(JSON.parse(readFileSync(manifest, "utf8"))).toMatchObject({ license });
    }
  });

  it("are listed in docs/security.md", () => {
    const listed = ALLOWED.map((license) => {
      const names = new Set(production.filter(([, p]) => p.license === license).map(([path]) => nameOf(path)));
      return { license, names: [...names].sort() };
    }).filter(({ names }) => names.length > 0);
    const rows = listed.map(({ license, names }) => `| ${license} | ${names.join(", ")} |`);
    const text = readFileSync(join(TOP, "docs/security.md"), "utf8");
    const listedRows = text.split("\n").filter((line) => ALLOWED.some((license) => line.startsWith(`| ${license} |`)));
    expect(listedRows).toEqual(rows);
  });
});
