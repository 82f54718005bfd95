// Holds docs/cookbook.md to the cases: each has a section with its files, and every file belongs to a case that is run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const TOP = join(import.meta.dirname, "../..");
const cases = readdirSync(join(TOP, "cookbook"));
const document = readFileSync(join(TOP, "docs/cookbook.md"), "utf8");

it("the document has a section for each case, with its files", () => {
  const sections = [...document.matchAll(/^## ([a-z-]+)$/gm)].map(([, name]) => name);
  expect(sections.sort()).toEqual(cases);
  for (const name of cases)
    for (const file of readdirSync(join(TOP, "cookbook", name)))
      expect(document).toContain(`(../cookbook/${name}/${file})`);
});

it("each case is run by a test", () => {
  const tests = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
    .join("\n");
  expect(cases.filter((name) => !tests.includes(`openCase("${name}")`))).toEqual([]);
});
