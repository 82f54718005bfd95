import { InputError } from "../../lib/model/errors.ts";
import { copyId } from "../../lib/model/identity.ts";
import { chooseForRetry } from "../../lib/plan/lifecycle/manual-retry.ts";
import { count } from "../ui/text.ts";
import { apply } from "./apply.ts";

/** What may be said to `retry`; without `by` and `region` all copies are meant. */
export interface RetryOptions {
  readonly policy?: string;
  /** Name of a policy. */
  readonly by?: string;
  /** A destination. */
  readonly region?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** `retry`: as `apply`, but copies that are failed or blocked are tried again now; all of them, or those that fit. */
export async function retry(images: string[], options: RetryOptions): Promise<0 | 1 | 3 | 130> {
  const { by, region, ...rest } = options;
  return apply(rest, (copies, say) => {
    const { chosen, problems } = chooseForRetry(copies, { images, policy: by, region });
    if (problems.length > 0) throw new InputError(problems);
    say(`${count(chosen.size, "failed or blocked copy", "failed or blocked copies")} to try again`);
    return { why: "retry", retry: ({ key }) => chosen.has(copyId(key)) };
  });
}
