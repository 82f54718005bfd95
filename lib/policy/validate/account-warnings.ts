// Warns about account ids that are valid and probably not meant as they are written.
import type { Problem } from "../../model/errors.ts";
import type { Message } from "../../model/messages/define.ts";
import { policyWarning } from "../../model/messages/policy-warnings.ts";
import { problemAt } from "../file/schema-errors.ts";
import type { Path, YamlFile } from "../file/yaml.ts";
import { listAt } from "./checks.ts";

/** Most account ids have at least this many digits. */
const USUAL_DIGITS = 9;

/** Warnings about account ids that are numbers, or unusually short. */
export function accountWarnings(yaml: YamlFile): Problem[] {
  const blocks: Path[] = [["defaults"], ...listAt(yaml, ["policies"]).map((_, index) => ["policies", index])];
  const lists = blocks.flatMap((block): Path[] => [
    [...block, "copy", "shareWith"],
    [...block, "select", "creator"],
  ]);
  return lists.flatMap((path) =>
    listAt(yaml, path).flatMap((account, place) => {
      const warn = (message: Message) => [problemAt(yaml, [...path, place], message)];
      if (typeof account === "number") return warn(policyWarning("account-as-number", { account }));
      const isShort = typeof account === "string" && account.length < USUAL_DIGITS;
      return isShort ? warn(policyWarning("short-account", { account, usual: USUAL_DIGITS })) : [];
    }),
  );
}
