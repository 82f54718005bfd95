// Holds README.md and README.zh-CN.md to each other, and their policy to the program.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";

const TOP = join(import.meta.dirname, "../..");
const FILES = ["README.md", "README.zh-CN.md"] as const;
const read = (file: string) => readFileSync(join(TOP, file), "utf8");

/** The fenced blocks of a document, without comments. */
function blocksOf(file: string, language = ""): string[] {
  const blocks = [...read(file).matchAll(/^```(\w*)\n([^]*?)^```$/gm)];
  return blocks
    .filter(([, found = ""]) => language === "" || found === language)
    .map(([, , text = ""]) => text.replaceAll(/\s+#.*$/gm, ""));
}

describe("the two READMEs", () => {
  it("have the same commands, outputs and policy, besides comments", () => {
    expect(blocksOf("README.zh-CN.md")).toEqual(blocksOf("README.md"));
  });

  it("have the same sections, and link to the same documents and to each other", () => {
    const sections = (file: string) => read(file).match(/^#+ /gm);
    const links = (file: string) =>
      [...read(file).matchAll(/\]\(([^)]+)\)/g)].map(([, to]) => to).filter((to) => !to?.startsWith("README"));
    expect(sections("README.zh-CN.md")).toEqual(sections("README.md"));
    expect(links("README.zh-CN.md")).toEqual(links("README.md"));
    expect(read("README.md")).toContain("(README.zh-CN.md)");
    expect(read("README.zh-CN.md")).toContain("(README.md)");
  });

  it.each(FILES)("%s has a policy that is valid, without a warning", (file) => {
    const [policy = ""] = blocksOf(file, "yaml");
    expect(parsePolicy(policy, file).warnings).toEqual([]);
  });
});
