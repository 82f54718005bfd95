// The retries of calls that may be repeated.
import { describe, expect, it } from "vitest";
import { repeating } from "../../../lib/adapters/tencent/transport/retry.ts";
import { CloudError } from "../../../lib/model/errors.ts";
import { storedText } from "../../../lib/model/messages/define.ts";
import { fakeClock } from "./fake-clock.ts";

const failing = (code: string) =>
  new CloudError({ action: "DescribeImages", code, text: storedText("no"), outcome: "retry", effect: "none" });

describe.concurrent("repeating", () => {
  it("keeps a success that arrives together with the end of the run", async () => {
    const run = new AbortController();
    const call = async () => {
      run.abort();
      return "done";
    };
    expect(await repeating(call, run.signal)).toBe("done");
  });

  it("throws the last error, not the abort, if the run ends during the backoff", async () => {
    const run = new AbortController();
    setTimeout(() => run.abort(), 20);
    const call = () => Promise.reject(failing("InternalError"));
    await expect(repeating(call, run.signal)).rejects.toMatchObject({ code: "InternalError" });
  });

  it("lets the call report that the run had ended before", async () => {
    const call = () => Promise.reject(failing("Aborted"));
    await expect(repeating(call, AbortSignal.abort())).rejects.toMatchObject({ code: "Aborted" });
  });

  it("retries five times, after longer and longer pauses that differ from caller to caller", async () => {
    const { signal } = new AbortController();
    const { clock, during } = fakeClock(3);
    const starts = (caller: number[]) => () => {
      caller.push(clock.now());
      return Promise.reject(failing("InternalError"));
    };
    const callers: [number[], number[]] = [[], []];
    const calls = callers.map((caller) => repeating(starts(caller), signal, undefined, clock).catch(() => "failed"));
    expect(await during(Promise.all(calls))).toEqual(["failed", "failed"]);
    for (const times of callers) {
      const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
      const shortest = [200, 400, 800, 1600, 3200];
      expect(pauses).toHaveLength(shortest.length);
      for (const [i, least] of shortest.entries()) {
        expect(pauses[i]).toBeGreaterThanOrEqual(least);
        expect(pauses[i]).toBeLessThan(2 * least);
      }
    }
    expect(callers[0].slice(1)).not.toEqual(callers[1].slice(1));
  });

  it("does not retry an error that is not a CloudError", async () => {
    let n = 0;
    const call = () => {
      n++;
      return Promise.reject(new RangeError("a bug"));
    };
    await expect(repeating(call, new AbortController().signal)).rejects.toThrow(RangeError);
    expect(n).toBe(1);
  });
});
