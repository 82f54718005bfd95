// Checks of single values of the policy file that need more than a pattern, with their messages.
import { RESERVED_TAG_PREFIXES } from "../../model/identity.ts";
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import { countCharacters } from "../../model/printable.ts";
import { globProblem } from "../values/globs.ts";
import { templateProblem } from "../values/name-template.ts";

/** Longest tag key (tag 2018-08-13; documents 651/13354 and 436/31509). */
const MAX_TAG_KEY = 127;

const checks = {
  // The schema already reports an empty text.
  glob: (value: string) => (value === "" ? undefined : globProblem(value)),
  exclusion: (value: string) =>
    value.startsWith("!") ? policyProblem("glob-negated-exclusion", { glob: value }) : undefined,
  date: (value: string) => (isInCalendar(value) ? undefined : policyProblem("invalid-date", { value })),
  tagKey: tagKeyProblem,
  nameTemplate: templateProblem,
} as const satisfies Record<string, (value: string) => Message | undefined>;

/** The name of a check. The schema uses it as the message of its zod check. */
export type CheckName = keyof typeof checks;

/** What a check finds wrong with a value; undefined if nothing. */
export function problemOf(name: CheckName, value: string): Message | undefined {
  return checks[name](value);
}

// JavaScript reads 2026-02-30 as the second of March.
function isInCalendar(iso: string): boolean {
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  return !Number.isNaN(Date.parse(iso)) && day.toISOString().slice(0, 10) === iso.slice(0, 10);
}

function tagKeyProblem(key: string): Message | undefined {
  const prefix = RESERVED_TAG_PREFIXES.find((reserved) => key.toLowerCase().startsWith(reserved));
  if (prefix) return policyProblem("tag-key-reserved", { key, prefix });
  const length = countCharacters(key);
  if (length === 0 || length > MAX_TAG_KEY) return policyProblem("tag-key-length", { key, length, most: MAX_TAG_KEY });
  return /\p{Cc}/u.test(key) ? policyProblem("tag-key-control-character", { key }) : undefined;
}
