// Prints the result of a command as JSON: one object for each command, which names its layout.
import { plainJson } from "../lib/model/printable.ts";

/** The layouts of `--json`, each with its version, which rises when a member changes its meaning or disappears. */
const SCHEMAS = {
  validate: 1,
  plan: 1,
  apply: 1,
  status: 1,
  history: 1,
  explain: 1,
  outputs: 1,
  doctor: 1,
  prune: 1,
  rebuild: 1,
  rollback: 1,
} as const;

/** Prints `value` on standard output, with `schema`, such as `cvm-replicator/status/1`, as its first member. */
export function writeJson(layout: keyof typeof SCHEMAS, value: object): void {
  process.stdout.write(jsonText(layout, value));
}

/** The same as a text, for a file. */
export function jsonText(layout: keyof typeof SCHEMAS, value: object): string {
  const schema = `cvm-replicator/${layout}/${SCHEMAS[layout]}`;
  return `${plainJson({ schema, ...value }, 2)}\n`;
}
