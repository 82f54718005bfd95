// Holds the code to the layout of docs/architecture.md: directions, cycles, sizes, heads and purity.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const top = resolve(import.meta.dirname, "..");

/** What each part may import; `packages` are npm packages and Node's own modules, by name. */
const MAY_IMPORT: Record<string, { parts: string[]; packages?: RegExp }> = {
  "lib/model": { parts: ["lib/model"], packages: /^node:crypto$/ },
  "lib/policy": { parts: ["lib/model", "lib/policy"], packages: /^(zod\/mini|yaml)$/ },
  "lib/event": { parts: ["lib/model", "lib/event", "lib/policy/values"], packages: /^(node:zlib|node:buffer)$/ },
  "lib/observe": { parts: ["lib/model", "lib/policy", "lib/observe"] },
  "lib/plan": { parts: ["lib/model", "lib/policy", "lib/plan"], packages: /^$/ },
  "lib/apply": { parts: ["lib/model", "lib/plan", "lib/apply"] },
  "lib/record": { parts: ["lib/model", "lib/apply", "lib/record"] },
  "lib/report": { parts: ["lib/model", "lib/policy", "lib/plan", "lib/report"], packages: /^$/ },
  "lib/adapters": { parts: ["lib/model", "lib/adapters"] },
  "lib/replicator": {
    parts: [
      "lib/model",
      "lib/policy",
      "lib/event",
      "lib/observe",
      "lib/plan",
      "lib/apply",
      "lib/record",
      "lib/report",
      "lib/replicator",
    ],
  },
  // Examines what the other parts use; the command alone asks it.
  "lib/doctor": {
    parts: [
      "lib/model",
      "lib/policy",
      "lib/observe",
      "lib/record",
      "lib/report",
      "lib/replicator/config.ts",
      "lib/doctor",
    ],
    packages: /^$/,
  },
  // The composition root and the entry on SCF put the stages and the adapters together.
  "lib/replicator/open": { parts: ["lib"] },
  "lib/replicator/invoke-function.ts": { parts: ["lib"] },
  functions: { parts: ["lib/event", "lib/replicator", "lib/model"], packages: /^$/ },
  cli: { parts: ["lib", "cli", "emulator"] },
  // Written from the vendor's documents alone: a type shared with lib would share its misreadings of the cloud.
  emulator: { parts: ["emulator"] },
};

/** Parts that decide and do nothing else: no clock, no chance, no environment, no input or output. */
const PURE = [
  "lib/model",
  "lib/policy",
  "lib/event",
  "lib/plan",
  "lib/report",
  "lib/observe/read-set.ts",
  "lib/doctor",
  "emulator/services/events/pattern.ts",
  "emulator/services/events/matchers.ts",
  "emulator/services/logs/query",
  "emulator/services/logs/upload",
];
const IMPURE_CODE =
  /\b(Date\.now|new Date\(\)|Math\.random|process\.|console\.|setTimeout|setInterval|randomUUID|performance\.|fetch\()|\bnode:(fs|net|http|https|os|child_process|timers)/;

/** Folders that are catalogues: one file for each action of an API, each command, each part with messages. */
const CATALOGUES = [
  "emulator/actions/scf",
  "emulator/actions/cvm",
  "emulator/actions/cam",
  "emulator/services/cos/actions",
  "emulator/actions/cls",
  "emulator/actions/eb",
  "cli/commands",
  "cli/messages",
  "lib/model/messages",
];
const MOST_ENTRIES = 12;
const MOST_LINES = 300;

const IMPORT = /^\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)|^import\s+"([^"]+)"/gm;

const textOf = (file: string) => readFileSync(join(top, file), "utf8");
/** The code of a file without its comments. */
const codeOf = (file: string) => textOf(file).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");

function sources(folder: string): string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The files of the project that a file imports. */
function neighboursOf(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => relative(top, resolve(top, dirname(file), specifier)));
}

const isIn = (file: string, part: string) => file === part || file.startsWith(`${part}/`);

function partOf(file: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((part) => isIn(file, part))
    .sort((a, b) => b.length - a.length)[0];
}

/** The first import cycle that is found, as a path; empty if there is none. */
function cycleIn(files: readonly string[]): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    path.push(file);
    for (const next of neighboursOf(file)) {
      const cycle = visit(next);
      if (cycle.length > 0) return cycle;
    }
    path.pop();
    done.add(file);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

const files = ["lib", "functions", "cli", "emulator"].flatMap(sources);
const all = [...files, ...sources("deploy"), ...sources("bench")];

describe("imports", () => {
  it("are seen by this test", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(neighboursOf("lib/replicator/reconcile.ts")).toContain("lib/apply/apply-plan.ts");
  });

  it("go from each part to the parts before it only", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const part = partOf(file);
      if (!part) wrong.push(`${file} belongs to no part`);
      const { parts, packages } = MAY_IMPORT[part ?? ""] ?? { parts: [] };
      const named = importsOf(file).filter((specifier) => !specifier.startsWith("."));
      for (const name of named) if (packages && !packages.test(name)) wrong.push(`${file} imports the package ${name}`);
      for (const target of neighboursOf(file))
        if (!parts.some((allowed) => isIn(target, allowed))) wrong.push(`${file} imports ${target}`);
    }
    expect(wrong).toEqual([]);
  });

  it("make no cycle, not even of types", () => {
    expect(cycleIn(all)).toEqual([]);
  });
});

describe("what is called pure", () => {
  it("reads neither clock nor environment and does no input or output", () => {
    const wrong = files.filter((file) => PURE.some((part) => isIn(file, part)) && IMPURE_CODE.test(codeOf(file)));
    expect(wrong).toEqual([]);
  });
});

describe("a reader finds a way", () => {
  it(`no file has more than ${MOST_LINES} lines, no entry of a function more than 25`, () => {
    const lines = (file: string) => textOf(file).split("\n").length - 1;
    const tests = sources("test");
    expect([...all, ...tests].filter((file) => lines(file) > MOST_LINES)).toEqual([]);
    expect(sources("functions").filter((file) => lines(file) > 25)).toEqual([]);
  });

  it(`no folder has more than ${MOST_ENTRIES} entries`, () => {
    const folders = new Set(all.map((file) => dirname(file)).flatMap((folder) => [folder, dirname(folder)]));
    const crowded = [...folders].filter(
      (folder) =>
        folder !== "." && !CATALOGUES.includes(folder) && readdirSync(join(top, folder)).length > MOST_ENTRIES,
    );
    expect(crowded).toEqual([]);
  });

  it("every source file begins with a sentence that says what it holds", () => {
    const headless = all.filter((file) => !/^\/\/ \S.*[.:?]\n/.test(textOf(file)));
    expect(headless).toEqual([]);
  });
});
