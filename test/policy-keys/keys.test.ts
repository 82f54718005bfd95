// Runs the tests of all policy keys, and checks the keys and defaults in docs/policy.md.
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { COPYING } from "./copying.ts";
import { DRESSING } from "./dressing.ts";
import { KEEPING } from "./keeping.ts";
import { LIMITS } from "./limits.ts";
import { PRUNING } from "./pruning.ts";
import { PUBLISHING } from "./publishing.ts";
import { SELECTING } from "./selecting.ts";
import { endTrials, policyEntry } from "./setting.ts";
import { defaultOf, documentedKeys } from "./tables.ts";
import { WHOLE_FILE } from "./whole-file.ts";

/**
 * For every key of docs/policy.md: the effect, the calls and the rule of the cloud that its row
 * describes.
 */
const TESTS = {
  ...WHOLE_FILE,
  ...COPYING,
  ...LIMITS,
  ...DRESSING,
  ...PUBLISHING,
  ...KEEPING,
  ...PRUNING,
  ...SELECTING,
};

afterEach(endTrials);

describe.each(Object.entries(TESTS))("%s", (_, tests) => {
  it.each(Object.entries(tests))("%s", { timeout: 60_000 }, (_what, test) => test());
});

describe("the tables of docs/policy.md", () => {
  const rows = documentedKeys();

  it("list exactly the keys that are tested here", () => {
    expect(rows.map(({ key }) => key).sort()).toEqual(Object.keys(TESTS).sort());
  });

  const rowsWithDefault = rows.filter((row) => defaultOf(row) !== undefined);

  it.each(rowsWithDefault.map((row) => [row.key, row] as const))("give the actual default of %s", (key, row) => {
    const path = key.split(".");
    const written = path.reduceRight((inner, name) => `{${name}: ${inner}}`, defaultOf(row) ?? "");
    const keys = Object.entries(parse(written) as object).map(([name, value]) => [name, JSON.stringify(value)]);
    const file = (fields: Record<string, string>) => `version: 1\npolicies:\n${policyEntry(fields)}`;
    const read = (fields: Record<string, string>) => parsePolicy(file(fields), "policy.yaml").policies;
    expect(read(Object.fromEntries(keys) as Record<string, string>)).toEqual(read({}));
  });

  it("describe the default in words only if the key is required, or if the default is none or everything", () => {
    const others = rows.filter((row) => "default" in row.cells && defaultOf(row) === undefined);
    const words = others.map(({ key, cells }) => `${key}: ${cells["default"]}`);
    expect(words.sort()).toEqual(
      [
        ...["name", "from", "to"].map((key) => `${key}: required`),
        ...[
          ...["copy.tags.set", "copy.shareWith", "copy.regions", "maxSizeGiB"],
          ...["prune.keep", "prune.deprecateAfter"],
        ].map((key) => `${key}: none`),
        "select: everything",
      ].sort(),
    );
    const [minimal] = parsePolicy("version: 1\npolicies: [{name: a, from: [all], to: [all]}]", "p").policies;
    expect(minimal).toMatchObject({
      select: { type: "custom" },
      copy: { tags: { set: {} }, shareWith: [], regions: {} },
    });
    expect(minimal).not.toHaveProperty("maxSizeGiB");
    expect(Object.keys(minimal?.prune ?? {})).toEqual(["minAge", "delete"]);
    expect(Object.keys(minimal?.select ?? {})).toEqual(["type"]);
  });
});
