import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { policyJsonSchema } from "../../lib/policy/file/json-schema.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import type { Fields } from "./files.ts";

const example = readFileSync(new URL("../../policy.example.yaml", import.meta.url), "utf8");

describe("the example", () => {
  it("is valid, without a warning", () => {
    expect(parsePolicy(example, "policy.example.yaml").warnings).toEqual([]);
  });

  it("sends golden images to eight other regions, and shared ones to two", () => {
    const [golden, base] = parsePolicy(example, "policy.example.yaml").policies;
    expect(golden?.to.filter((region) => region !== "ap-guangzhou")).toHaveLength(8);
    expect(golden).toMatchObject({ from: ["ap-guangzhou"], crossBorder: "approved", select: { type: "custom" } });
    expect(base).toMatchObject({
      from: ["ap-guangzhou"],
      to: ["ap-shanghai", "ap-beijing"],
      select: { type: "shared", creator: ["100000000002"], name: ["base-*"] },
    });
  });
});

describe("the settings in the comments of the example", () => {
  it("are valid once the # is removed", () => {
    const lines = example
      .slice(example.indexOf("version:"))
      .split("\n")
      .map((line) => line.replace(/^( *)# ((?:  )*[\w-]+:(?: .*)?)$/, "$1$2"));
    const text = lines
      .join("\n")

      .replace(/^( *shareWith: .*)$/m, "");
    const { policies, prices, warnings } = parsePolicy(text, "policy.example.yaml");
    expect(warnings).toEqual([]);
    expect(prices?.snapshotGiBMonth).toEqual({ default: 0.12, "ap-tokyo": 0.15 });
    expect(policies[0]).toMatchObject({
      copy: {
        description: "Made by the image team",
        family: "golden-linux",
        publish: "together",
        regions: {
          "ap-shanghai": { encrypt: { kmsKeyId: expect.any(String) as string }, tags: { set: { env: "dr" } } },
        },
      },
      prune: { minAge: 604_800_000, delete: true },
    });
  });
});

describe("policy.schema.json", () => {
  const schema = JSON.parse(readFileSync(new URL("../../policy.schema.json", import.meta.url), "utf8")) as Fields;

  it("is up to date (otherwise run: npm run schema)", () => {
    expect(schema).toEqual(policyJsonSchema());
  });

  it("describes every key", () => {
    const missing: string[] = [];
    const walk = (node: unknown, path: string) => {
      if (typeof node !== "object" || node === null) return;
      const { properties, items, additionalProperties, anyOf } = node as Fields;
      for (const [key, inner] of Object.entries((properties ?? {}) as Record<string, Fields>)) {
        if (typeof inner["description"] !== "string") missing.push(`${path}.${key}`);
        walk(inner, `${path}.${key}`);
      }
      for (const inner of [items, additionalProperties, ...((anyOf ?? []) as unknown[])]) walk(inner, `${path}[]`);
    };
    walk(schema, "");
    expect(missing).toEqual([]);
  });

  it("is named in the example", () => {
    expect(example.split("\n")[0]).toBe("# yaml-language-server: $schema=./policy.schema.json");
  });
});
