// Whether the zips that are deployed are those of the sources and of the policy.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packFunctions } from "../../deploy/package.ts";
import { checkPackage } from "../../deploy/packaged.ts";
import { temporaryFolder } from "../e2e/support.ts";

const NAMES = ["image-created", "poll-copies"];
const policy = (name: string) => `version: 1
policies:
  - { name: ${name}, from: [ap-guangzhou], select: { name: [web-*] }, to: [ap-shanghai] }
`;

let folder: ReturnType<typeof temporaryFolder>;
let zips: Record<string, string>;

beforeEach(async () => {
  folder = temporaryFolder();
  for (const name of NAMES) {
    mkdirSync(join(folder.path, "dist/functions", name), { recursive: true });
    for (const file of ["index.js", "package.json"]) writeFileSync(join(folder.path, "dist/functions", name, file), "");
  }
  writeFileSync(join(folder.path, "package.json"), JSON.stringify({ version: "1.2.3" }));
  writeFileSync(join(folder.path, "policy.yaml"), policy("web"));
  zips = Object.fromEntries(NAMES.map((name) => [name, join(folder.path, `dist/functions/${name}.zip`)]));
  await pack("1.2.3");
});
afterEach(() => folder.remove());

const pack = (version: string, names = NAMES) =>
  packFunctions({
    ...{ root: folder.path, names, build: { version }, target: "node18", settle: 1000 },
    policyPath: join(folder.path, "policy.yaml"),
  });

function check({ asPackaged = false, policyPath = undefined as string | undefined } = {}): string[] {
  const checked = checkPackage(folder.path, zips, { asPackaged, policyPath });
  return "problems" in checked ? [...checked.problems] : checked.package.policies.map(({ name }) => name);
}

it("a package of these sources and this policy is accepted, with its policies", () => {
  expect(check()).toEqual(["web"]);
});

it("a policy that was changed since is not deployed silently", () => {
  writeFileSync(join(folder.path, "policy.yaml"), policy("other"));
  expect(check()).toEqual([expect.stringMatching(/policy\.yaml .*other contents.*npm run package.*--as-packaged/)]);
  expect(check({ asPackaged: true })).toEqual(["web"]);
});

it("a package of another version is deployed on purpose only", async () => {
  await pack("1.2.2");
  expect(check()).toEqual([
    "the package is 1.2.2, the sources are 1.2.3; run: npm run package; to deploy a former package on purpose, add --as-packaged",
  ]);
  expect(check({ asPackaged: true })).toEqual(["web"]);
});

it("a policy file that does not exist is named", () => {
  expect(check({ policyPath: join(folder.path, "absent.yaml") })).toEqual([
    `POLICY_FILE: there is no file ${join(folder.path, "absent.yaml")}`,
  ]);
});

it("zips that were not made together, are missing or are no packages are refused, also on purpose", async () => {
  await pack("1.2.2", ["poll-copies"]);
  expect(check({ asPackaged: true })).toEqual([expect.stringContaining("not made together")]);
  writeFileSync(zips["poll-copies"] ?? "", readFileSync(zips["image-created"] ?? ""));
  expect(check({ asPackaged: true })).toEqual([expect.stringContaining("not a package of poll-copies")]);
  rmSync(zips["poll-copies"] ?? "");
  expect(check()).toEqual(["Not built: dist/functions/poll-copies.zip. run: npm run package"]);
});
