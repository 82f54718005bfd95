// Every link from one document to another leads to a file and a section that exist.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const TOP = join(import.meta.dirname, "../..");
const documents = [
  ...readdirSync(TOP).filter((file) => file.endsWith(".md")),
  ...readdirSync(join(TOP, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
  "emulator/README.md",
  "events/README.md",
];

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): Set<string> {
  const text = readFileSync(file, "utf8").replaceAll(/^```[^]*?^```$/gm, "");
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function brokenLinksOf(document: string): string[] {
  const text = readFileSync(join(TOP, document), "utf8").replaceAll(/^```[^]*?^```$|`[^`\n]*`/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? join(TOP, document) : join(TOP, dirname(document), path);
    const isWhole = existsSync(target) && (anchor === undefined || anchorsOf(target).has(anchor));
    return isWhole ? [] : [`${document} → ${relative(TOP, target)}${anchor === undefined ? "" : `#${anchor}`}`];
  });
}

it("every link leads somewhere", () => {
  expect(documents.length).toBeGreaterThan(20);
  expect(documents.flatMap(brokenLinksOf)).toEqual([]);
});
