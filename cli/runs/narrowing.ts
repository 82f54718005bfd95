// The options that narrow plan, apply and retry to some copies: --only, --region, --image.
import { InputError } from "../../lib/model/errors.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Plan } from "../../lib/plan/types.ts";
import type { CopyFilter } from "../../lib/report/copies/choose-copies.ts";
import { isNarrow, narrow } from "../../lib/report/copies/narrow.ts";
import { message } from "../messages/catalogue.ts";

/** The options as the user gives them, each as often as needed. */
export interface NarrowingOptions {
  readonly only?: readonly string[];
  readonly region?: readonly string[];
  readonly image?: readonly string[];
}

/** What a command is narrowed to: the copies, by `copyId`, and the options as text. */
export interface Narrowing {
  readonly chosen: ReadonlySet<string>;
  readonly text: string;
  readonly copies: number;
}

/** What the options choose of a plan; undefined without options. Throws `InputError` for unknown values. */
export function narrowingOf(
  { only = [], region = [], image = [] }: NarrowingOptions,
  plan: Plan,
  policies: readonly Policy[],
): Narrowing | undefined {
  const filter: CopyFilter = { policies: only, regions: region, images: image };
  if (!isNarrow(filter)) return undefined;
  const { chosen, problems } = narrow(plan, filter, policies);
  if (problems.length > 0) throw new InputError(problems);
  return { chosen, copies: chosen.size, text: message("narrowed-to", { only, region, image }).text };
}
