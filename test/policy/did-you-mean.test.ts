// Suggestions for misspelt words: near ones, and none that means something else.
import { describe, expect, it } from "vitest";
import { didYouMean } from "../../lib/policy/values/did-you-mean.ts";
import { file, problems } from "./files.ts";

describe("didYouMean", () => {
  const KEYS = ["minAge", "delete", "maxSizeGiB", "createdAfter", "creator", "encrypt", "shareWith", "newest", "name"];

  it.each([
    ["minage", "minAge"],
    ["mniAge", "minAge"],
    ["shareWiht", "shareWith"],
    ["maxSizeGB", "maxSizeGiB"],
    ["created", "createdAfter"],
    ["nam", "name"],
    ["encrypted", "encrypt"],
    ["maxAge", undefined],
    ["minSizeGiB", undefined],
    ["unencrypt", undefined],
    ["noEncrypt", undefined],
    ["unshareWith", undefined],
    ["oldest", undefined],
    ["rename", undefined],
    ["game", "name"],
  ])("%s → %s", (wrong, meant) => {
    expect(didYouMean(wrong, KEYS)).toBe(meant);
  });

  it("is not asked for a key of another meaning, whose problem lists the keys that are allowed", () => {
    expect(problems(file({ prune: { maxAge: "7d" } }))).toEqual([
      expect.stringContaining("prune.maxAge: unknown key; allowed keys are minAge, delete"),
    ]);
    expect(problems(file({ minSizeGiB: 1 }))).toEqual([expect.stringContaining("unknown key; allowed keys are ")]);
  });
});
