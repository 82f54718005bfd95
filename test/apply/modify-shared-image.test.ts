// The shares that end for a modification: whose they are, and what remains if the process is killed in between.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeImage, shareImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { verdictOf } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { CloudError } from "../../lib/model/errors.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { ACCOUNT, copySettings, policy } from "../support/builders.ts";
import { copiesOf, saveCopy } from "../support/records.ts";
import { type Instance, sweep, type TestWorld, testWorld } from "../support/world.ts";

const [LISTED, SECOND, PERSONS] = ["100000000003", "100000000004", "100000000002"];
const HOUR = 3_600_000;
const REGION = "ap-shanghai";
const sharedWith = (...shareWith: string[]) => policy({ to: [REGION], copy: copySettings({ shareWith }) });
const both = sharedWith(LISTED, SECOND);
/** The process was killed: what it would still have done does not happen. */
class Killed extends Error {}

let t: TestWorld;
let copy: StoredImage;
beforeEach(async () => {
  t = await testWorld();
  t.bake();
  await t.settle(t.instance([both]));
  copy = [...(t.world.images.get(REGION)?.values() ?? [])].find(({ copiedFrom }) => copiedFrom) as StoredImage;
  // So that the next sweep has to modify the image, which the cloud refuses while it is shared.
  changeImage(t.world, copy, { description: "by hand", silent: true });
});
afterEach(() => t.close());

const shares = () => [...copy.shares.keys()].sort();
const pending = async () => (await copiesOf(t.state, ACCOUNT)).map((one) => "imageId" in one && one.pendingReshare);
const withCloud = (change: (real: Cloud) => Partial<Cloud>): Instance => {
  const instance = t.instance([both]);
  instance.cloud = { ...instance.cloud, ...change(instance.cloud) };
  return instance;
};

/** Sweeps, and is killed when the call has taken effect. */
async function killedAfter(call: "unshare" | "modify"): Promise<void> {
  let isKilled = false;
  const dying = <A extends unknown[], R>(real: (...args: A) => Promise<R>, isFatal: boolean) => {
    return async (...args: A): Promise<R> => {
      if (isKilled) throw new Killed();
      const answer = await real(...args);
      isKilled = isFatal;
      if (isKilled) throw new Killed();
      return answer;
    };
  };
  const instance = withCloud((real) => ({
    unshare: dying((...args: Parameters<Cloud["unshare"]>) => real.unshare(...args), call === "unshare"),
    modify: dying((...args: Parameters<Cloud["modify"]>) => real.modify(...args), call === "modify"),
    share: dying((...args: Parameters<Cloud["share"]>) => real.share(...args), false),
  }));
  await expect(replicate(sweep, instance)).rejects.toThrow(Killed);
}

describe("an image that is unshared for a modification", () => {
  it("is shared again at once", async () => {
    await replicate(sweep, t.instance([both]));
    expect([copy.description, shares()]).toEqual(["", [LISTED, SECOND]]);
    expect(await pending()).toEqual([undefined]);
  });

  it("is shared again at once although the modification fails, and although the reading is stale by then", async () => {
    const instance = withCloud((real) => ({
      async modify(image, attributes, notAfter) {
        if (shares().length > 0) return real.modify(image, attributes, notAfter);
        t.pass(HOUR);
        // As by a cloud that answers no call on this region any more.
        throw new CloudError({
          action: "ModifyImageAttribute",
          region: REGION,
          code: "Timeout",
          ...verdictOf("Timeout"),
        });
      },
      async share(image, accounts, notAfter) {
        expect(notAfter).toBe(Number.POSITIVE_INFINITY);
        return real.share(image, accounts, notAfter);
      },
    }));
    await replicate(sweep, instance);
    expect([copy.description, shares()]).toEqual(["by hand", [LISTED, SECOND]]);
    expect(await pending()).toEqual([undefined]);
  });

  it.each(["unshare", "modify"] as const)(
    "is shared again by a later run if the process is killed after %s",
    async (call) => {
      await killedAfter(call);
      expect([shares(), await pending()]).toEqual([[], [[LISTED, SECOND]]]);
      await replicate(sweep, t.instance([both]));
      expect([shares(), await pending()]).toEqual([[LISTED, SECOND], [undefined]]);
    },
  );

  it("is shared again although no policy selects its source any more", async () => {
    await killedAfter("unshare");
    const other = { ...both, select: { type: "custom", name: ["other"] } } as const;
    await replicate(sweep, t.instance([other])); // the copy is retired
    await replicate(sweep, t.instance([other]));
    expect(shares()).toEqual([LISTED, SECOND]);
  });

  it("is shared again with those whom an earlier kill left out", async () => {
    await killedAfter("unshare");
    shareImage(t.world, copy, [LISTED], "SHARE", true);
    const [record] = await copiesOf(t.state, ACCOUNT);
    // A rollback that has begun comes before the shares, so the image is modified again first.
    await saveCopy(t.state, {
      ...record,
      rolledBackFrom: "golden",
      repair: { differences: ["rollback"], tries: 0, at: 0 },
    } as never);
    // The policy no longer names SECOND, but it is too new to take a share back.
    const newer = t.instance([sharedWith(LISTED)], { sweepEvery: HOUR });
    await replicate(sweep, newer);
    const entries = await t.state.entries(ACCOUNT, 20);
    expect(entries.filter(({ event }) => event === "unshared").map(({ text }) => text)).toContain(
      `no longer shared with ${LISTED}`,
    );
    expect([shares(), await pending()]).toEqual([[LISTED, SECOND], [undefined]]);
  });

  it("keeps its shares if it is shared by others as well, whose shares are not ours to end", async () => {
    shareImage(t.world, copy, [PERSONS], "SHARE", true);
    await replicate(sweep, t.instance([both]));
    expect([copy.description, shares()]).toEqual(["by hand", [PERSONS, LISTED, SECOND]]);
  });

  it("keeps its shares if another process has changed the record, which would not say who is left out", async () => {
    const instance = withCloud((real) => ({
      async modify(...args) {
        const [record] = await copiesOf(t.state, ACCOUNT);
        if (record) await saveCopy(t.state, record);
        return real.modify(...args);
      },
    }));
    const before = t.world.requests.length;
    await replicate(sweep, instance);
    expect([copy.description, shares()]).toEqual(["by hand", [LISTED, SECOND]]);
    expect(t.world.requests.slice(before).map(({ action }) => action)).not.toContain("ModifyImageSharePermission");
  });
});
