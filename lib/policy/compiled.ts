// The policies of a package as data: written when the functions are packaged, read when they run.
import { InputError, toProblem } from "../model/errors.ts";
import { packagingProblem } from "../model/messages/packaging.ts";
import type { Policy, Prices } from "../model/policy.ts";

/** To be raised whenever `Policy` or `Prices` change, so that no function reads what it would misunderstand. */
const FORMAT = 1;

/** What a run needs of a policy file. */
export interface Policies {
  readonly policies: readonly Policy[];
  readonly prices?: Prices;
}

/** The contents of `policy.json`. Everything in it is plain data, so that JSON keeps it as it is. */
interface CompiledPolicies extends Policies {
  readonly format: number;
  /** The version of the program that has checked the policies. */
  readonly version: string;
}

/** The text of `policy.json` for policies that `parsePolicy` of this version has accepted. */
export function compilePolicies({ policies, prices }: Policies, version: string): string {
  const compiled: CompiledPolicies = { format: FORMAT, version, policies, ...(prices && { prices }) };
  return `${JSON.stringify(compiled, undefined, 1)}\n`;
}

/**
 * Reads the text of `policy.json`. `file` is its name in messages. The policies are not checked again: a package is
 * made in one piece, and a text of another version is refused. Throws `InputError`, which quotes
 * nothing of a text that is no compiled policy, because it may be a file of secrets.
 */
export function readCompiledPolicies(text: string, file: string, version: string): Policies {
  const compiled = parse(text);
  if (typeof compiled?.format !== "number" || typeof compiled.version !== "string" || !Array.isArray(compiled.policies))
    throw new InputError([toProblem(file, packagingProblem("policy-not-compiled"))]);
  if (compiled.format !== FORMAT || compiled.version !== version) {
    const params = { version: compiled.version, format: compiled.format, own: { version, format: FORMAT } };
    throw new InputError([toProblem(file, packagingProblem("policy-of-other-version", params))]);
  }
  const { policies, prices } = compiled as CompiledPolicies;
  return { policies, ...(prices && { prices }) };
}

function parse(text: string): Partial<CompiledPolicies> | undefined {
  try {
    return JSON.parse(text) as Partial<CompiledPolicies>;
  } catch {
    return undefined;
  }
}
