// The function of SCF that a target of a rule names.
import type { FunctionTarget } from "../../world/services/function.ts";

const FORM = /^qcs::scf:([a-z0-9-]+):uin\/(\d+):namespace\/([\w-]+)\/function\/([\w-]+)(?:\/([\w$-]+))?$/;

/** The form of a function's resource description, for messages. */
export const FUNCTION_FORM = "qcs::scf:<region>:uin/<uin>:namespace/<namespace>/function/<name>/<qualifier>";

/** Reads a resource description; undefined if it has another form. */
export function functionAt(resource: string): FunctionTarget | undefined {
  const [, region, account, namespace, name, qualifier] = FORM.exec(resource) ?? [];
  if (region === undefined || account === undefined || namespace === undefined || name === undefined) return undefined;
  return { account, region, namespace, name, ...(qualifier !== undefined && { qualifier }) };
}
