// The record changes of `cvm-replicator retry`.
import { describe, expect, it } from "vitest";
import type { CopyIn } from "../../../lib/model/types.ts";
import { retried } from "../../../lib/plan/lifecycle/manual-retry.ts";
import { recordOf } from "../../support/plan-copy.ts";
import { minutes, NOW } from "../../support/plan-world.ts";

const image = { claim: {}, imageId: "img-copy0001" };
const failed = recordOf("ap-shanghai", "failed");
const refused = recordOf("ap-beijing", "blocked", { notBefore: NOW + minutes(10), attempts: 2 });
const stuck = recordOf("ap-tokyo", "stuck", image);
const copying = recordOf("ap-nanjing", "requested");

describe("the record of a copy that is retried manually", () => {
  it("has no attempts and no backoff", () => {
    expect(retried(failed, NOW)).toMatchObject({ phase: "retrying", attempts: 0, notBefore: NOW, claimCount: 1 });
    expect(retried(refused, NOW)).toMatchObject({
      phase: "blocked",
      attempts: 0,
      notBefore: NOW,
      reason: { code: "other" },
    });
  });

  it("keeps its claim and its image, so that the image is read again and not requested again", () => {
    const { claim } = stuck as CopyIn<"stuck">;
    expect(retried(stuck, NOW)).toMatchObject({ phase: "copying", ...image, claim, progressedAt: NOW });
    expect(retried(stuck, NOW)).not.toHaveProperty("reason");
    const unnamed = recordOf("ap-tokyo", "stuck", { ...image, notBefore: NOW + minutes(10) });
    expect(retried(unnamed, NOW)).toMatchObject({ phase: "stuck", ...image, claim, notBefore: NOW });
  });

  it("stays blocked if its policy blocks it, and gets no time for a poll", () => {
    const byPolicy = recordOf("ap-tokyo", "blocked");
    expect(retried(byPolicy, NOW)).toMatchObject({ phase: "blocked", reason: { code: "other" } });
    expect(retried(byPolicy, NOW)).not.toHaveProperty("notBefore");
  });

  it("waits no longer if it would be tried again later by itself", () => {
    const waits = recordOf("ap-tokyo", "retrying", { attempts: 3, notBefore: NOW + minutes(30) });
    expect(retried(waits, NOW)).toMatchObject({ phase: "retrying", attempts: 0, notBefore: NOW });
  });

  it("changes only if the copy is failed, retrying or blocked", () => {
    expect(retried(copying, NOW)).toBeUndefined();
  });
});
