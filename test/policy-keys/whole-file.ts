// Tests of the keys at the top level of the file.
import { expect } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { estimate } from "../../lib/report/plan/estimate.ts";
import { sweep } from "../support/world.ts";
import { baked, HOME, type KeyTests, policyEntry, policyText, trial } from "./setting.ts";

/** Why a file is refused; empty if it is not. */
export function refusal(text: string): string {
  try {
    parsePolicy(text, "policy.yaml");
    return "";
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

/** The keys at the top level of the file. */
export const WHOLE_FILE: KeyTests = {
  version: {
    "is required, and is 1": async () => {
      expect(refusal(policyText())).toBe("");
      expect(refusal(policyText().replace("version: 1", "version: 2"))).toContain("version");
      expect(refusal(policyText().replace("version: 1\n", ""))).toContain("version");
    },
  },
  regions: {
    "defines groups, which may contain other groups": async () => {
      const groups = "regions: {near: [ap-shanghai, ap-nanjing], far: [near, ap-tokyo, '!ap-nanjing']}\n";
      const t = await trial(groups + policyText({ to: "[far]", crossBorder: "approved" }));
      baked(t);
      await t.settle(t.program);
      expect(t.copies().map((line) => line.split(" ")[2])).toEqual(["ap-shanghai:", "ap-tokyo:"]);
    },
    "says the side of a region that this release does not know": async () => {
      const regions = "regions: {mainland: [+me-saudi-arabia]}\n";
      const t = await trial(regions + policyText({ to: "[mainland, '!ap-beijing', '!ap-chengdu', '!ap-chongqing']" }));
      baked(t);
      await t.settle(t.program);
      expect(t.names("me-saudi-arabia")).toEqual(["golden-1"]);
      expect(refusal(`regions: {outside: [ap-tokyo]}\n${policyText()}`)).toContain("cannot be changed");
      expect(refusal(`regions: {outside: [+ap-beijing]}\n${policyText()}`)).toContain("belongs to mainland");
    },
    "has at most 100 groups": async () => {
      const groups = (count: number) =>
        `regions: {${Array.from({ length: count }, (_, i) => `g${i}: [ap-tokyo]`).join(", ")}}\n`;
      expect(refusal(groups(100) + policyText())).toBe("");
      expect(refusal(groups(101) + policyText())).toContain("at most 100");
    },
  },
  defaults: {
    "apply to the keys that a policy leaves out: maps are merged, lists and values are replaced": async () => {
      const defaults = `defaults:\n  to: [ap-shanghai]\n  copy: {description: ours, tags: {set: {team: web, cost: "1"}}}\n`;
      const entry = policyEntry({ to: "[ap-nanjing]", copy: "{tags: {set: {team: db}}}" });
      const t = await trial(policyText().replace(/policies:[^]*/, `${defaults}policies:\n${entry}`));
      baked(t);
      await t.settle(t.program);
      expect(t.names("ap-shanghai")).toEqual([]);
      expect(t.tags("ap-nanjing", "golden-1")).toMatchObject({ team: "db", cost: "1" });
      expect(t.image("ap-nanjing", "golden-1")?.description).toBe("ours");
      expect(refusal(`defaults: {name: x}\n${policyText()}`)).toContain("name");
    },
  },
  prices: {
    "affect only the estimate": async () => {
      const prices = "prices: {currency: CNY, snapshotGiBMonth: {default: 0.12, ap-nanjing: 0.5}}\n";
      const text = prices + policyText({ to: "[ap-shanghai, ap-nanjing]" });
      const t = await trial(text);
      baked(t);
      const plan = await replicate({ ...sweep, mode: "dry-run" }, t.program);
      const { prices: configured } = parsePolicy(text, "policy.yaml");
      expect(estimate(plan.plan, configured)).toMatchObject({
        addGiB: 40,
        currency: "CNY",
        monthlyCost: 20 * 0.12 + 20 * 0.5,
      });
      expect(estimate(plan.plan)).toMatchObject({ addGiB: 40, monthlyCost: null });
    },
  },
  policies: {
    "is a list with at least one policy": async () => {
      expect(refusal("version: 1\npolicies: []")).toContain("at least one policy");
      expect(refusal("version: 1")).toContain("policies");
      const t = await trial(policyText() + policyEntry({ name: "second", to: "[ap-nanjing]" }));
      baked(t);
      await t.settle(t.program);
      expect([t.names("ap-shanghai"), t.names("ap-nanjing")]).toEqual([["golden-1"], ["golden-1"]]);
      expect(t.names(HOME)).toEqual(["golden-1"]);
    },
  },
  accounts: {
    "is refused": async () => {
      expect(refusal(`accounts: []\n${policyText()}`)).toContain("reserved for a later one");
    },
  },
};
