import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const top = resolve(import.meta.dirname, "..");

/** What each part may import from; `packages` are npm packages and node's own modules, by name. */
const MAY_IMPORT: Record<string, { parts: string[]; packages?: RegExp }> = {
  "lib/model/policy.ts": { parts: [], packages: /^$/ },
  "lib/model/types.ts": { parts: ["lib/model/policy.ts"], packages: /^$/ },
  "lib/model/errors.ts": { parts: ["lib/model/types.ts"], packages: /^$/ },
  "lib/core": {
    parts: ["lib/model/types.ts", "lib/model/errors.ts", "lib/core"],
    packages: /^(zod\/mini|yaml|node:crypto|node:zlib|node:buffer)$/,
  },
  "lib/ports": { parts: ["lib/model/types.ts"], packages: /^$/ },
  "lib/cloud": { parts: ["lib/model/types.ts", "lib/model/errors.ts", "lib/core", "lib/ports", "lib/cloud"] },
  "lib/state": { parts: ["lib/model/types.ts", "lib/model/errors.ts", "lib/core", "lib/ports", "lib/state"] },
  "lib/journal": { parts: ["lib/model/types.ts", "lib/model/errors.ts", "lib/core", "lib/ports", "lib/journal"] },
  "lib/shell": { parts: ["lib"] },
  functions: { parts: ["lib/core", "lib/shell", "lib/model/types.ts"], packages: /^$/ },
  cli: { parts: ["lib", "cli", "emulator"] },
  // An independent oracle: a type shared with lib would share its misreadings of the cloud.
  emulator: { parts: ["emulator"] },
};

const IMPORT = /^\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)|^import\s+"([^"]+)"/gm;

function sources(folder: string): string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(top, file), "utf8");
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function partOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((part) => file === part || file.startsWith(`${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const files = ["lib", "functions", "cli", "emulator"].flatMap(sources);

describe("the direction of imports", () => {
  it("sees the files that it judges", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(importsOf("lib/replicator/reconcile.ts")).toContain("../core/plan.ts");
  });

  it("is types ← errors ← core ← ports ← adapters ← shell ← functions, cli; and emulator alone", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const part = partOf(file);
      if (!part) wrong.push(`${file} belongs to no part`);
      const { parts, packages } = MAY_IMPORT[part ?? ""] ?? { parts: [] };
      for (const specifier of importsOf(file)) {
        if (!specifier.startsWith(".")) {
          if (packages && !packages.test(specifier)) wrong.push(`${file} imports the package ${specifier}`);
          continue;
        }
        const target = relative(top, resolve(top, dirname(file), specifier));
        if (!parts.some((allowed) => target === allowed || target.startsWith(`${allowed}/`)))
          wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps clock, chance, environment and console out of the core", () => {
    const impure = /\b(Date\.now|new Date\(\)|Math\.random|process\.|console\.|setTimeout|randomUUID|performance\.)/;
    const wrong = files.filter(
      (file) => file.startsWith("lib/core/") && impure.test(readFileSync(join(top, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps every source file under 300 lines and every function's entry under 26", () => {
    const lines = (file: string) => readFileSync(join(top, file), "utf8").split("\n").length - 1;
    expect(files.filter((file) => lines(file) > 300)).toEqual([]);
    expect(sources("functions").filter((file) => lines(file) > 25)).toEqual([]);
  });
});
