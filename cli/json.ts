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
  version: 1,
  error: 1,
} as const;

let isWritten = false;

/**
 * Prints `value` on standard output, with `schema`, such as `cvm-replicator/status/1`, as its first member. Standard
 * output takes one object: an error after the result, such as a state that cannot be closed, is on standard error alone.
 */
export function writeJson(layout: keyof typeof SCHEMAS, value: object): void {
  if (isWritten) return;
  isWritten = true;
  const schema = `cvm-replicator/${layout}/${SCHEMAS[layout]}`;
  process.stdout.write(`${plainJson({ schema, ...value }, 2)}\n`);
}
