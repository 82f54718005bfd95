// Reads the tables of keys in docs/policy.md.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A row of one of the tables of docs/policy.md: column → text about a key. */
export interface Row {
  /** Such as `copy.name` or `select.tags`; keys of the file itself have no prefix. */
  readonly key: string;
  readonly cells: Readonly<Record<string, string>>;
}

const SECTIONS: readonly { readonly heading: string; readonly prefix: string }[] = [
  { heading: "## The file", prefix: "" },
  { heading: "## A policy", prefix: "" },
  { heading: "`select`: all that is given must match.", prefix: "select." },
];

/** Every key in the tables, in their order. */
export function documentedKeys(): Row[] {
  const text = readFileSync(join(import.meta.dirname, "../../docs/policy.md"), "utf8");
  return SECTIONS.flatMap(({ heading, prefix }) => {
    const after = text.split(`${heading}\n`)[1];
    const lines = after?.split("\n") ?? [];
    const first = lines.findIndex((line) => line.startsWith("| key |"));
    if (first < 0) throw new Error(`docs/policy.md has no table of keys under "${heading}"`);
    const columns = cellsOf(lines[first] ?? "");
    const length = lines.slice(first).findIndex((line) => !line.startsWith("|"));
    return lines.slice(first + 2, first + length).flatMap((line) => {
      const cells = cellsOf(line);
      const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));
      return [...(cells[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, key]) => ({ key: prefix + String(key), cells: row }));
    });
  });
}

function cellsOf(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The default of a row as YAML text; undefined if the row describes it in words. */
export function defaultOf({ cells }: Row): string | undefined {
  return /^`(.*)`$/.exec(cells["default"] ?? "")?.[1];
}
