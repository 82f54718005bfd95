// The summary in the answer of a function: it counts all copies of the account, and lists some of them.
import { describe, expect, it } from "vitest";
import type { Copy } from "../../lib/model/types.ts";
import { summariseAnswer } from "../../lib/report/summary.ts";
import { recordOf } from "../support/plan-copy.ts";

const ready = (n: number): Copy => {
  const copy = recordOf("ap-shanghai", "ready");
  return { ...copy, key: { ...copy.key, rootId: `img-${n}` }, version: 1 };
};

describe("the answer of a function", () => {
  it("counts the copies of the account, also those that the run did not look at", () => {
    const { copies, summary } = summariseAnswer([ready(1)], { ready: 1_000_000, stuck: 2, ended: 3, requested: 4 }, []);
    expect(copies).toHaveLength(1);
    expect(summary).toMatchObject({
      total: 1_000_009,
      ready: 1_000_000,
      blocked: 2,
      retired: 3,
      copying: 4,
      failed: 0,
    });
  });

  it("counts a finished copy that is missing as one that waits", () => {
    const missing = { ...ready(1), missingSince: 5 } as Copy;
    expect(summariseAnswer([missing], { ready: 3 }, []).summary).toMatchObject({ total: 3, ready: 2, waiting: 1 });
  });

  it("lists a thousand copies at most, first those that are not ready", () => {
    const many = Array.from({ length: 1500 }, (_, n) => ready(n));
    const waiting = { ...recordOf("ap-beijing", "waiting"), version: 1 };
    const { copies } = summariseAnswer([...many, waiting], { ready: 1500, waiting: 1 }, []);
    expect(copies).toHaveLength(1000);
    expect(copies[0]?.state).toBe("waiting");
  });
});
