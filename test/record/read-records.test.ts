// Which records a round reads: what is due or named, and what the rules need to know beside that.
import { beforeEach, describe, expect, it } from "vitest";
import { lineageTags } from "../../lib/model/identity.ts";
import type { Observation, Scope } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Records } from "../../lib/model/ports.ts";
import type { Copy, Image } from "../../lib/model/types.ts";
import { askedIn, firstWhich, whichAgain, withNamesakes, withObserved } from "../../lib/record/read-records.ts";
import {
  ACCOUNT,
  claim,
  copy,
  copySettings,
  image,
  keyOf,
  madeFrom,
  NOW,
  observation,
  policy,
} from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { saveCopy } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";

const HOME = "ap-guangzhou";
const SHANGHAI = "ap-shanghai";
const BEIJING = "ap-beijing";
const POLL: Scope = { kind: "poll" };

let watch: Watched;
beforeEach(() => {
  watch = watched(memoryState());
});

const root = (n: number) => ({ region: HOME, imageId: `img-${n}` });
const copyId = (n: number, region = SHANGHAI) => `copy-${n}-${region}`;
/** Saves the finished copy of the n-th source in a region. */
const saveReady = (n: number, region = SHANGHAI, more: Partial<Copy> = {}) => {
  const own = {
    phase: "ready",
    imageId: copyId(n, region),
    name: `golden-${n}`,
    readyAt: NOW,
    adopted: false,
  } as const;
  const one = copy(region, own, { key: keyOf(region, root(n)), version: 0 });
  return saveCopy(watch.state, { ...one, ...more } as Copy);
};
/** Saves an unfinished copy, which is due. Its name is to be `golden-<name>`. */
const saveOpen = (n: number, name = n, region = SHANGHAI) => {
  const settings = { name: `golden-${name}`, description: "", tags: {} };
  const own = {
    phase: "finishing",
    claim: claim({ settings }),
    imageId: copyId(n, region),
    progressedAt: NOW,
  } as const;
  return saveCopy(watch.state, copy(region, own, { key: keyOf(region, root(n)), version: 0 }));
};

/** What a round reads before it reads the cloud. */
async function readFirst(scope: Scope, asked = askedIn(scope)): Promise<Records> {
  const first = await watch.state.read(ACCOUNT, firstWhich(scope, NOW));
  return withNamesakes(scope, first, asked, { account: ACCOUNT, state: watch.state });
}
/** What it reads in all, if the cloud is as observed. */
async function readAll(
  scope: Scope,
  observed: Observation,
  policies: readonly Policy[] = [policy()],
): Promise<Records> {
  const asked = askedIn(scope);
  return withObserved(scope, await readFirst(scope, asked), observed, { state: watch.state, policies, asked });
}
const idsOf = ({ copies }: Records) => copies.map(({ key }) => `${key.rootId} ${key.region}`).sort();
/** What the cloud shows, each image read by its id. */
const shown = (images: readonly Image[], ...whole: readonly string[]) => {
  const { regions, ...rest } = observation(images, whole);
  const views = [...regions].map(([region, view]) => {
    const complete = whole.includes(region) ? view.complete : new Set<never>();
    return [region, { ...view, complete, asked: new Set(view.images.keys()) }] as const;
  });
  return { ...rest, regions: new Map(views) };
};
const shownCopy = (n: number, region = SHANGHAI, more: Partial<Image> = {}) => {
  const tags = lineageTags(keyOf(region, root(n)), copyId(n, region), madeFrom(root(n)));
  return image({ region, imageId: copyId(n, region), name: `golden-${n}`, tags, ...more });
};

describe("a sweep", () => {
  it("reads every copy, once", async () => {
    for (const n of [1, 2, 3]) await saveReady(n);
    await saveOpen(4, 1);
    const all = await readAll({ kind: "sweep" }, shown([shownCopy(1)], SHANGHAI));
    expect(idsOf(all)).toHaveLength(4);
    expect(watch.reads).toEqual([{ all: true }]);
  });
});

describe("a later round", () => {
  it("reads at once all that the run has asked for, and the namesakes of what it has claimed meanwhile", async () => {
    await saveOpen(2, 1);
    await saveReady(1);
    await saveReady(3, BEIJING);
    await saveReady(4);
    const asked = askedIn(POLL);
    const { state } = watch;
    const observed = shown([shownCopy(3, BEIJING)], BEIJING);
    const first = await withNamesakes(POLL, await state.read(ACCOUNT, firstWhich(POLL, NOW)), asked, {
      account: ACCOUNT,
      state,
    });
    const before = await withObserved(POLL, first, observed, { state, policies: [policy()], asked });
    const claimed = await saveOpen(5, 4);
    watch.forget();
    const again = await state.read(ACCOUNT, whichAgain(POLL, NOW, asked, claimed ? [claimed] : []));
    expect(idsOf(again)).toEqual([...idsOf(before), "img-4 ap-shanghai", "img-5 ap-shanghai"].sort());
    await withObserved(POLL, again, observed, { state, policies: [policy()], asked });
    expect(watch.reads).toHaveLength(1);
  });
});

describe("a poll", () => {
  it("reads what is due, with the other copies of its sources, and nothing more", async () => {
    await saveOpen(1);
    await saveReady(1, BEIJING);
    await saveReady(2);
    expect(idsOf(await readFirst(POLL))).toEqual(["img-1 ap-beijing", "img-1 ap-shanghai"]);
  });

  it("reads nothing more if nothing is due", async () => {
    await saveReady(1);
    expect(idsOf(await readAll(POLL, shown([])))).toEqual([]);
    expect(watch.reads).toEqual([{ dueBy: NOW }]);
  });

  it("reads the older copies that have the name of a new one, in its region", async () => {
    await saveOpen(2, 1);
    await saveReady(1);
    await saveReady(3);
    await saveReady(1, BEIJING, { key: keyOf(BEIJING, root(9)) });
    expect(idsOf(await readFirst(POLL))).toEqual(["img-1 ap-shanghai", "img-2 ap-shanghai"]);
  });

  it("reads the copies of the images that are awaited", async () => {
    await saveReady(1);
    await saveReady(2);
    const add = [{ account: ACCOUNT, ...root(1), since: NOW }];
    await watch.state.save(ACCOUNT, { awaited: { add, remove: [] } });
    expect(idsOf(await readFirst(POLL))).toEqual(["img-1 ap-shanghai"]);
  });

  it("reads every copy of a region that was read whole", async () => {
    await saveReady(1);
    await saveReady(1, BEIJING);
    await saveReady(2, BEIJING);
    expect(idsOf(await readAll(POLL, shown([], SHANGHAI)))).toEqual(["img-1 ap-beijing", "img-1 ap-shanghai"]);
  });

  it("reads the copies of the images that were observed, also of those that are copies themselves", async () => {
    for (const n of [1, 2, 3]) await saveReady(n, BEIJING);
    const source = image({ ...root(1), name: "golden-1" });
    const all = await readAll(POLL, shown([source, shownCopy(2, SHANGHAI)]));
    expect(idsOf(all)).toEqual(["img-1 ap-beijing", "img-2 ap-beijing"]);
  });

  describe("reads the copies of the families that a copy which is NORMAL now may join:", () => {
    const family = "web";
    const source = (more: Partial<Image> = {}) => image({ ...root(1), name: "golden-1", ...more });
    beforeEach(async () => {
      await saveReady(2, SHANGHAI, { family });
      await saveReady(3, SHANGHAI, { family: "other" });
      await saveReady(4, BEIJING, { family });
    });
    const EXPECTED = ["img-1 ap-shanghai", "img-2 ap-shanghai"];

    it("by the policies", async () => {
      await saveOpen(1);
      const named = [policy({ copy: copySettings({ family }) })];
      expect(idsOf(await readAll(POLL, shown([shownCopy(1)]), named))).toEqual(EXPECTED);
    });

    it("by the source as it is now", async () => {
      await saveOpen(1);
      expect(idsOf(await readAll(POLL, shown([source({ family }), shownCopy(1)])))).toEqual(EXPECTED);
    });

    it.each(["family", "rootFamily"] as const)("by the record (%s)", async (field) => {
      const open = await saveOpen(1);
      await saveCopy(watch.state, { ...open, [field]: family } as Copy);
      expect(idsOf(await readAll(POLL, shown([shownCopy(1)])))).toEqual(EXPECTED);
    });

    it("and none while it is not NORMAL", async () => {
      await saveOpen(1);
      const observed = shown([source({ family }), shownCopy(1, SHANGHAI, { state: "SYNCING" })]);
      expect(idsOf(await readAll(POLL, observed))).toEqual(["img-1 ap-shanghai"]);
    });
  });
});

describe("an event", () => {
  it("reads the copies of the source that it names", async () => {
    await saveReady(1);
    await saveReady(1, BEIJING);
    await saveOpen(2);
    expect(idsOf(await readFirst({ kind: "images", images: [root(1)] }))).toEqual([
      "img-1 ap-beijing",
      "img-1 ap-shanghai",
    ]);
  });

  it("reads the copy that it names, with the others of its source", async () => {
    await saveReady(1);
    await saveReady(1, BEIJING);
    await saveReady(2);
    const images = [{ region: SHANGHAI, imageId: copyId(1) }];
    expect(idsOf(await readFirst({ kind: "images", images }))).toEqual(["img-1 ap-beijing", "img-1 ap-shanghai"]);
  });

  it("reads nothing for an image without copies", async () => {
    await saveReady(1);
    const scope: Scope = { kind: "images", images: [root(7)] };
    expect(idsOf(await readAll(scope, shown([image({ ...root(7) })])))).toEqual([]);
  });
});
