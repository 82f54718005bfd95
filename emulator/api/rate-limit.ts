// Rate limits: calls per second for each account, action and region.
import { ApiError } from "../errors.ts";
import type { World } from "../world/types.ts";

/**
 * Counts a call of an account to an action in a region, per second of the clock.
 * Throws RequestLimitExceeded, with the vendor's text, if the limit of the second is exceeded.
 */
export function countCall(world: World, account: string, action: string, region: string): void {
  const limits = world.config.rateLimits;
  if (limits === false) return;
  const limit = limits[action] ?? limits.default;
  const key = `${account}/${action}/${region}`;
  const second = Math.floor(world.now() / 1000);
  const rate = world.rates.get(key);
  const calls = rate?.second === second ? rate.calls + 1 : 1;
  world.rates.set(key, { second, calls });
  if (calls > limit) {
    throw new ApiError(
      "RequestLimitExceeded",
      `Your current request times equals to \`${calls}\` in a second, which exceeds the frequency limit \`${limit}\` for a second. Please reduce the frequency of calls.`,
    );
  }
}
