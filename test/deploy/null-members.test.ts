// A deployment reads answers of which the cloud leaves members null, as its API model permits for most of them.
import { afterEach, expect, it } from "vitest";
import type { Call } from "../../deploy/account/call.ts";
import { type AccountWorld, accountWorld } from "./account-world.ts";

let at: AccountWorld;
afterEach(() => at.close());

/** The answers of `call`, in which what is empty is null. */
const withNulls =
  (call: Call): Call =>
  async <Answer extends object>(...args: Parameters<Call>) => {
    const answer = JSON.stringify(await call(...args), (_, value: unknown) =>
      value === "" || (Array.isArray(value) && value.length === 0) ? null : value,
    );
    return JSON.parse(answer) as Answer;
  };

it("is made, repeated and removed", async () => {
  at = await accountWorld("ap-guangzhou", "dev", withNulls);
  await at.deploy();
  at.reported();
  await at.deploy();
  expect(at.reported().filter((line) => !line.startsWith("unchanged"))).toEqual([]);
  await at.remove({ withState: true, withLogs: true });
  expect([at.world.cam.roles.length, at.world.buckets.size, at.world.logsets.size]).toEqual([0, 0, 0]);
});

it("names the functions of other people that have no description", async () => {
  at = await accountWorld("ap-guangzhou", "dev", withNulls);
  await at.deploy();
  for (const { latest } of at.world.functions.values()) Object.assign(latest.settings, { description: "" });
  await expect(at.deploy()).rejects.toThrow(/the function .*poll-copies exists and was not made/s);
});
