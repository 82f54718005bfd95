// The command retry: resets failed and blocked copies, then runs apply.
import { InputError } from "../../lib/model/errors.ts";
import { copyId } from "../../lib/model/identity.ts";
import { chooseForRetry } from "../../lib/plan/lifecycle/manual-retry.ts";
import { message } from "../messages/catalogue.ts";
import { apply } from "./apply.ts";

/**
 * The options of `retry`. Without `by` and `region` it retries the copies of all policies and
 * regions.
 */
export interface RetryOptions {
  readonly policy?: string;
  /** The name of a policy. */
  readonly by?: string;
  /** The region of the copies. */
  readonly region?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/**
 * Runs `retry`: like `apply`, but it retries failed and blocked copies at once. `images` and the
 * options limit which. Throws `InputError` if one of them fits no failed or blocked copy.
 */
export async function retry(images: string[], options: RetryOptions): Promise<0 | 1 | 3 | 130> {
  const { by, region, ...rest } = options;
  return apply(rest, (copies, say) => {
    const { chosen, problems } = chooseForRetry(copies, { images, policy: by, region });
    if (problems.length > 0) throw new InputError(problems);
    const waiting = copies.filter(({ key, phase }) => phase === "waiting" && chosen.has(copyId(key))).length;
    say(message("retrying", { copies: chosen.size - waiting, waiting }).text);
    return { trigger: "retry", retry: ({ key }) => chosen.has(copyId(key)), readAnyway: () => true };
  });
}
