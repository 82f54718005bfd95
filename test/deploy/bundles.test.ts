// The bundles of the three functions.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compilePolicies } from "../../lib/policy/compiled.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { VERSION } from "../support/compiled-policy.ts";
import { NODES, requireNodes } from "../support/nodes.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"];
const SIZE_LIMIT_BYTES = 600_000;

/** Texts that occur only in packages and files that must not be in a bundle. */
const UNWANTED = [
  { what: "the YAML parser", file: "node_modules/yaml/dist/parse/parser.js", text: "flow-error-end" },
  { what: "the schema of policies", file: "lib/policy/file/schema.ts", text: "Reserved for a later version." },
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

const POLICY = parsePolicy(
  'version: 1\npolicies: [{ name: p, from: [ap-guangzhou], select: { name: ["p-*"], newest: 3 }, to: [ap-shanghai] }]\n',
  "policy.yaml",
);

/** Runs a script elsewhere than in the folder of the bundle and its policy, which no variable names. */
function run(node: string, name: string, script: string, policy = compilePolicies(POLICY, VERSION)): string {
  const folder = mkdtempSync(join(tmpdir(), "bundle-test-"));
  try {
    copyFileSync(bundle(name), join(folder, "index.js"));
    writeFileSync(join(folder, "policy.json"), policy);
    const env = {
      PATH: process.env["PATH"],
      TENCENTCLOUD_SECRET_ID: "id",
      TENCENTCLOUD_SECRET_KEY: "key",
      // No server listens on port 1.
      STATE_URL: "postgres://replicator@127.0.0.1:1/state",
    };
    const args = ["-e", script, join(folder, "index.js")];
    return execFileSync(node, args, { cwd: tmpdir(), env, encoding: "utf8", timeout: 10_000 }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LOAD = `console.log(typeof require(process.argv[1]).main_handler)`;
const CALL = `require(process.argv[1]).main_handler({ region: "ap-guangzhou", imageIds: ["img-8toqc6s3"] })
  .then(console.log, (error) => console.log(error.name, error.message))`;

requireNodes("the bundles");

describe.each(FUNCTIONS)("the bundle of %s", (name) => {
  describe.each(NODES)("under Node $version", ({ node }) => {
    it("loads without other files and exports main_handler", () => {
      expect(run(node, name, LOAD)).toBe("function");
    });

    it("reads its configuration and its policy, and then tries to reach its database", () => {
      expect(run(node, name, CALL)).toMatch(/^StateError .*127\.0\.0\.1:1/);
    });
  });

  it("refuses a policy that its version did not compile, with the way out", () => {
    const sentence = (policy: string) => run(process.execPath, name, CALL, policy);
    expect(sentence("version: 1\npolicies: []\n")).toMatch(
      /^InputError .*policy\.json: not a compiled policy, .*npm run package/,
    );
    expect(sentence(compilePolicies(POLICY, "0.0.9"))).toMatch(
      new RegExp(`compiled by version 0\\.0\\.9 \\(format 1\\), but this is version ${VERSION} .*npm run package`),
    );
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
