import { keyText } from "../lib/core/mark.ts";
import { chooseForRetry } from "../lib/core/retry.ts";
import { InputError } from "../lib/errors.ts";
import { apply } from "./apply.ts";
import { count } from "./text.ts";

/** `retry`: as `apply`, but copies that are failed or blocked are tried again now; all of them, or those that fit. */
export async function retry(
  images: string[],
  options: { policy?: string; region?: string; wait?: boolean; json?: boolean },
): Promise<0 | 1 | 3 | 130> {
  const { policy, region, ...rest } = options;
  return apply(rest, (copies, say) => {
    const { chosen, problems } = chooseForRetry(copies, { images, policy, region });
    if (problems.length > 0) throw new InputError(problems);
    say(`${count(chosen.size, "failed or blocked copy", "failed or blocked copies")} to try again`);
    return { why: "retry", retry: ({ key }) => chosen.has(keyText(key)) };
  });
}
