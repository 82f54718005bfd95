// Policy files for tests: a test gives only the settings that it is about.
import { stringify } from "yaml";
import { InputError } from "../../lib/model/errors.ts";
import { parsePolicy } from "../../lib/policy/parse-policy.ts";

export type Fields = Record<string, unknown>;

export const KEY = "01234567-89ab-cdef-0123-456789abcdef";
export const PLAIN = { name: "p", from: ["ap-guangzhou"], to: ["ap-shanghai"], select: { newest: 3 } };

export const file = (policy: Fields, top: Fields = {}) =>
  stringify({ version: 1, ...top, policies: [{ ...PLAIN, ...policy }] });
export const parsed = (policy: Fields, top: Fields = {}) => parsePolicy(file(policy, top), "p.yaml").policies[0];

/** A file with several policies. */
export const fileOf = (policies: readonly Fields[], top: Fields = {}) =>
  stringify({ version: 1, ...top, policies: policies.map((policy) => ({ ...PLAIN, ...policy })) });

/** All problems of a file, one line each; none if the file is valid. */
export function problems(text: string): string[] {
  try {
    parsePolicy(text, "p.yaml");
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.split("\n");
  }
}
