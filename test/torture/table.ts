// Prints the results of the scenarios as a table.

/** The result of a scenario on a state. */
export type Result =
  | {
      readonly scenario: string;
      readonly state: string;
      readonly kills: number;
      readonly images: number;
      readonly copies: number;
      readonly syncs: number;
      readonly doubled: number;
      readonly lost: number;
      readonly foreign: number;
      readonly seconds: number;
      /** The number of other failures. */
      readonly failures: number;
      readonly tally: readonly (readonly [what: string, count: number])[];
    }
  | { readonly scenario: string; readonly state: string; readonly seconds: number; readonly failed: string };

const COLUMNS = ["kills", "images", "copies", "syncs", "doubled", "lost", "foreign", "failures", "seconds"] as const;

/** Prints a line. */
export function show(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints the result of each scenario, and the counts of its events. */
export function showTable(results: readonly Result[]): void {
  const name = ({ scenario, state }: Result) => `${scenario.padEnd(11)}${state.padEnd(11)}`;
  show(`\n${"scenario".padEnd(11)}${"state".padEnd(11)}${COLUMNS.map((column) => column.padStart(11)).join("")}`);
  for (const result of results) {
    const cells =
      "failed" in result ? `  ${result.failed}` : COLUMNS.map((c) => String(result[c]).padStart(11)).join("");
    show(name(result) + cells);
  }
  show("");
  for (const result of results) {
    if ("failed" in result || result.tally.length === 0) continue;
    const counts = [...result.tally].map(([what, count]) => `${count} ${what}`);
    show(`${name(result)}${counts.join("; ")}`);
  }
}
