// The warnings with which a command begins: those of the configuration whole, those of the policy as a number.
import type { Opened } from "../../lib/replicator/open/open-replicator.ts";
import { message } from "../messages/catalogue.ts";
import { print } from "./print.ts";

/** Prints the warnings on standard error. `validate` shows those of the policy, so that no other command repeats them. */
export function printWarnings({ warnings, policyWarnings }: Pick<Opened, "warnings" | "policyWarnings">): void {
  const texts: string[] = warnings.map((warning) => message("warning", warning).text);
  if (policyWarnings.length > 0) texts.push(message("policy-warnings", { warnings: policyWarnings.length }).text);
  print(process.stderr, ...texts);
}
