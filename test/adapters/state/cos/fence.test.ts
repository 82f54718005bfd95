// Writers that are frozen or whose requests are late: none of them may replace or hide what others saved.
import { describe, expect, it } from "vitest";
import { LostAnswer } from "../../../../lib/adapters/state/cos/requests/client.ts";
import type { State } from "../../../../lib/model/ports.ts";
import type { Copy } from "../../../../lib/model/types.ts";
import { copiesOf, saveCopy } from "../../../support/records.ts";
import { A, copyOf, run } from "../samples.ts";
import { type Exchange, type LocalBucket, localBucket } from "./cos-place.ts";

const HOUR = 3_600_000;
const isHead = ({ method, target }: { method: string; target: string }) => method === "PUT" && /\/\d{12}$/.test(target);

/** Holds the next request that matches, until it is let go. */
function holding() {
  let matches: ((request: Parameters<Exchange>[0]) => boolean) | undefined;
  let letGo = () => {};
  let caught: () => void = () => {};
  const through =
    (exchange: Exchange): Exchange =>
    async (request) => {
      if (matches?.(request)) {
        matches = undefined;
        caught();
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
      }
      return await exchange(request);
    };
  return {
    through,
    /** Resolves when a request is held. */
    hold: (wanted: (request: Parameters<Exchange>[0]) => boolean) =>
      new Promise<void>((resolve) => {
        matches = wanted;
        caught = resolve;
      }),
    letGo: () => letGo(),
  };
}

/** Saves several times, as an instance does within an hour, and sweeps so that old heads are deleted. */
async function liveOn(bucket: LocalBucket, state: State, copy: Copy): Promise<Copy> {
  let last = (await saveCopy(state, copy))!;
  for (let n = 0; n < 6; n += 1) {
    bucket.clock.now += HOUR / 6;
    await state.read(A, { all: true });
    last = (await saveCopy(state, { ...last, policy: `saved ${n}` }))!;
  }
  return last;
}

/** A bucket with one copy, and what two more instances see of it. */
async function scene(through: (exchange: Exchange) => Exchange) {
  const bucket = localBucket();
  const first = (await saveCopy(await bucket.open(), copyOf({})))!;
  const [frozen, other] = [await bucket.open({ through }), await bucket.open()];
  return { bucket, first, frozen, other };
}

async function expectNewest(bucket: LocalBucket, copy: Copy): Promise<void> {
  expect(await copiesOf(await bucket.open(), A)).toStrictEqual([copy]);
}

describe("a writer that is frozen for an hour between signing and sending", () => {
  it("does not win over those who saved meanwhile", async () => {
    const { through, hold, letGo } = holding();
    const { bucket, first, frozen, other } = await scene(through);
    const held = hold(isHead);
    const late = saveCopy(frozen, { ...first, policy: "late" });
    await held;
    const last = await liveOn(bucket, other, first);
    letGo();
    expect(await late).toBeUndefined();
    await expectNewest(bucket, last);
    expect(await saveCopy(other, last)).toBeDefined();
  });

  it("saves what no other process changed", async () => {
    const { through, hold, letGo } = holding();
    const { bucket, first, frozen, other } = await scene(through);
    const held = hold(isHead);
    const late = frozen.save(A, { run: run("late", 1) });
    await held;
    const last = await liveOn(bucket, other, first);
    letGo();
    await late;
    await expectNewest(bucket, last);
    expect((await other.runs(A, 5)).map(({ id }) => id)).toEqual(["late"]);
  });
});

it("a reader that is frozen between two requests does not take an old head for the newest", async () => {
  const { through, hold, letGo } = holding();
  const { bucket, first, frozen, other } = await scene(through);
  let gets = 0;
  // The epoch, the newest head, and then the one above it.
  const held = hold(({ method, target }) => method === "GET" && !target.startsWith("/?") && ++gets === 3);
  const reading = copiesOf(frozen, A);
  await held;
  const last = await liveOn(bucket, other, first);
  letGo();
  expect(await reading).toStrictEqual([last]);
  expect(await saveCopy(frozen, { ...first, policy: "late" })).toBeUndefined();
  await expectNewest(bucket, last);
});

describe.each([
  ["its clock stood still", 0],
  ["its clock went on", 1],
])("an instance that comes back after an hour, and %s,", (_name, pace) => {
  it("reads the newest head, and saves after it", async () => {
    const bucket = localBucket();
    const began = bucket.clock.now;
    const now = () => began + pace * (bucket.clock.now - began);
    const back = await bucket.open({ surroundings: { now, pause: async () => {}, random: () => 0 } });
    const first = (await saveCopy(back, copyOf({})))!;
    const last = await liveOn(bucket, await bucket.open(), first);
    expect(await saveCopy(back, { ...first, policy: "late" })).toBeUndefined();
    expect(await copiesOf(back, A)).toStrictEqual([last]);
    const next = await saveCopy(back, { ...last, policy: "next" });
    await expectNewest(bucket, next!);
  });
});

describe("a put that arrives late", () => {
  /** Loses the next put of a head; it arrives when the test says so. */
  function losing(bucket: LocalBucket) {
    const lost: Parameters<Exchange>[0][] = [];
    let isOn = false;
    const through =
      (exchange: Exchange): Exchange =>
      async (request) => {
        if (!isOn || !isHead(request)) return await exchange(request);
        lost.push(request);
        isOn = lost.length < 1;
        throw new LostAnswer("no answer within 10 s");
      };
    return {
      through,
      on: () => {
        isOn = true;
      },
      arrive: () => bucket.arrive(lost[0]!)().status,
    };
  }

  it("is refused where it was sent again", async () => {
    const bucket = localBucket();
    const first = (await saveCopy(await bucket.open(), copyOf({})))!;
    const network = losing(bucket);
    const state = await bucket.open({ through: network.through });
    await state.read(A);
    network.on();
    const saved = (await saveCopy(state, { ...first, policy: "sent twice" }))!;
    expect(saved).toBeDefined();
    expect(network.arrive()).toBe(409);
    await expectNewest(bucket, saved);
  });

  it("and before it is sent again: the answer 409 is known as our own earlier try", async () => {
    const bucket = localBucket();
    const first = (await saveCopy(await bucket.open(), copyOf({})))!;
    const statuses: number[] = [];
    let lost: Parameters<Exchange>[0] | undefined;
    const state = await bucket.open({
      through: (exchange) => async (request) => {
        if (isHead(request) && lost === undefined && statuses.length === 0) {
          lost = request;
          throw new LostAnswer("no answer within 10 s");
        }
        const answer = await exchange(request);
        if (isHead(request)) statuses.push(answer.status);
        else if (answer.status === 404 && lost) bucket.arrive(lost)();
        return answer;
      },
    });
    const saved = await state.save(A, { copies: [{ copy: { ...first, policy: "once" } }], run: run("r", 1) });
    expect(statuses).toEqual([409]);
    expect(saved.copies[0]).toStrictEqual({ ...first, policy: "once", version: first.version + 1 });
    await expectNewest(bucket, saved.copies[0]!);
  });

  it("is refused by its signature an hour later, although its name is free again", async () => {
    const bucket = localBucket();
    const first = (await saveCopy(await bucket.open(), copyOf({})))!;
    const network = losing(bucket);
    const state = await bucket.open({ through: network.through });
    await state.read(A);
    network.on();
    await saveCopy(state, { ...first, policy: "sent twice" });
    const current = (await copiesOf(await bucket.open(), A))[0]!;
    const last = await liveOn(bucket, await bucket.open(), current);
    expect(network.arrive()).toBe(403);
    await expectNewest(bucket, last);
  });
});

it("a signature ends two minutes after its base at most, whatever the clock of the instance says", async () => {
  for (const skew of [-HOUR, 0, HOUR]) {
    const bucket = localBucket();
    const ends: number[] = [];
    const state = await bucket.open({
      through: (exchange) => async (request) => {
        const end = Number(/q-sign-time=\d+;(\d+)/.exec(request.headers["authorization"] ?? "")?.[1]) * 1000;
        if (request.method === "PUT") ends.push(end - bucket.clock.now);
        return await exchange(request);
      },
      surroundings: { now: () => bucket.clock.now + skew, pause: async () => {}, random: () => 0 },
    });
    await saveCopy(state, copyOf({}));
    bucket.clock.now += 50_000;
    await state.save(A, { run: run("r", 1) });
    expect(ends.length).toBeGreaterThan(3);
    expect(Math.max(...ends)).toBeLessThanOrEqual(120_000);
    expect(ends.at(-1)).toBeLessThanOrEqual(70_000);
  }
});
