// Retries and the pace of calls.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { repeating, waitForRateLimit } from "../../../lib/adapters/tencent/transport/retry.ts";
import { CloudError } from "../../../lib/model/errors.ts";
import { storedText } from "../../../lib/model/messages/define.ts";

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

describe("waitForRateLimit", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("spaces calls so that with delays of 200 ms at most 10 arrive in a second", async () => {
    const starts: number[] = [];
    const take = async () => {
      await waitForRateLimit("late calls", new AbortController().signal);
      starts.push(Date.now());
    };
    const all = Promise.all(Array.from({ length: 40 }, take));
    await vi.advanceTimersByTimeAsync(6_000);
    await all;
    for (const from of starts) {
      expect(starts.filter((start) => start >= from && start < from + 1_200).length).toBeLessThanOrEqual(10);
    }
  });
});
