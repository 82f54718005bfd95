// Runs one random story of the property test.

import { changeImage, deleteImage, makeImages } from "../../emulator/control/console.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import { makeUser, removeUser } from "../../emulator/world/image-users.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld, setQuota } from "../../emulator/world/world.ts";
import { copyId, IGNORE_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Replicator } from "../../lib/model/ports.ts";
import type { Copy } from "../../lib/model/types.ts";
import type { Action } from "../../lib/plan/types.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { checkedCloud } from "../oracle/forbidden-calls.ts";
import { ACCOUNT, LAB, NOW, SETTLE } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { copiesOf, NO_JOURNAL } from "../support/records.ts";
import { cloudIn } from "../support/world.ts";
import { type Baked, type Change, FACTORY, ignored, REGIONS, STRANGER, type Story } from "./arbitraries.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SWEEP: RunRequest = { trigger: "test", scope: { kind: "sweep" } };
/** The number of sweeps, ten minutes apart, after which no work may be left. */
const MOST_ROUNDS = 60;

/** Reasons that last until a manual change, although the call is retried from time to time. */
const LASTING = new Set(["InvalidImageName.Duplicate", "UnsupportedOperation.SharedImageModifyUnsupported"]);

/** A story that runs: the cloud, the program, and their clock. */
export interface StoryRun {
  readonly world: World;
  readonly policies: readonly Policy[];
  readonly rounds: number;
  /** The program as it runs now. */
  replicator(): Replicator;
  /** From now on another installation runs the program, with the same policies and an empty state. */
  replaceInstallation(): void;
  /** Sweeps until no work is left. Throws if that does not end. */
  finishWork(): Promise<Report>;
  pass(ms: number): void;
  sweep(): Promise<Report>;
  apply(changes: readonly Change[]): void;
  /** The work that a run found or left unfinished, without retries of copies whose reason lasts. */
  leftIn(report: Report): string[];
}

/** Plays a story: its changes one after another, and then the hours in which all work becomes due. */
export async function playStory(story: Story): Promise<StoryRun> {
  const run = startStory(story);
  await run.finishWork();
  for (const changes of story.changes) {
    run.apply(changes);
    await run.finishWork();
  }
  // Work that waits for some hours, or is retried once a day, becomes due here.
  for (const hours of [3, 3, 25, 3]) {
    run.pass(hours * HOUR);
    await run.finishWork();
  }
  return run;
}

/**
 * Makes the cloud and the program of a story; the caller decides when time passes and runs happen.
 */
export function startStory(story: Story, copyMinutes: [number, number] = [1, 5]): StoryRun {
  let now = NOW;
  let rounds = 0;
  let policies: readonly Policy[] = story.policies;
  const accounts = DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved: true }));
  const [owner = DEFAULT_ACCOUNTS[0]] = accounts;
  const { seed, switches } = story;
  const world = createWorld({ now: () => now, accounts, seed, switches, rateLimits: false, copyMinutes });
  for (const [region, quota] of Object.entries(story.quotas)) if (quota) setQuota(world, region, quota);
  for (const image of story.images) bake(world, image);
  let state = memoryState();
  const others = new Set<string>();
  const ever = new Map<string, StoredImage>();
  const records = () => copiesOf(state, ACCOUNT);
  const cloud = checkedCloud(
    cloudIn(world, owner, () => now),
    { world, ever, others, records, policies: () => policies },
  );
  let installation = LAB;
  const program = () => ({
    cloud,
    state,
    journal: NO_JOURNAL,
    me: { id: "program" },
    installation,
    now: () => now,
    stopAt: () => Number.POSITIVE_INFINITY,
    concurrency: 4,
    pause: () => new Promise<void>(() => {}),
    settle: SETTLE,
    sweepEvery: 0,
    isDead: () => false,
  });
  const self: StoryRun = {
    world,
    get policies() {
      return policies;
    },
    get rounds() {
      return rounds;
    },
    replicator: () => ({ ...program(), policies }),
    pass(ms) {
      now += ms;
    },
    sweep: () => replicate(SWEEP, self.replicator()),
    replaceInstallation() {
      state = memoryState();
      installation = "second";
      for (const images of world.images.values())
        for (const { imageId, copiedFrom } of images.values()) if (copiedFrom) others.add(imageId);
    },
    async finishWork() {
      for (let round = 1; round <= MOST_ROUNDS; round += 1) {
        rounds += 1;
        const report = await self.sweep();
        const left = self.leftIn(report);
        if (left.length === 0) return report;
        if (round === MOST_ROUNDS) throw new Error(`does not end: ${left.join("; ")}`);
        now += 10 * MINUTE;
      }
      throw new Error("unreachable");
    },
    leftIn: (report) => [...leftIn(report, isLastingIn(world.switches)), ...blockedByOurs(report, world)],
    apply(changes) {
      now += HOUR;
      for (const change of changes) policies = changed(world, policies, change);
    },
  };
  return self;
}

function leftIn(report: Report, isLasting: (copy: Copy) => boolean): string[] {
  // Another copy of the same source has the name; the call that renames that copy is retried from
  // time to time.
  const isRename = (action: Action) =>
    action.do === "modify" &&
    action.attributes.name?.includes("--aside-") === true &&
    report.copies.some(({ key, phase }) => phase === "blocked" && key.rootId === action.copy.key.rootId);
  const lasting = new Set(report.copies.filter(isLasting).map(({ key }) => copyId(key)));
  const actions = report.plan.actions.flatMap((action): string[] => {
    const keys = action.do === "send" ? action.claimRequests.map(({ copy }) => copy.key) : [action.copy.key];
    return isRename(action) || keys.every((key) => lasting.has(copyId(key))) ? [] : [textOf(action)];
  });
  const open = report.copies.filter(
    (copy) =>
      ["copying", "finishing", "retrying"].includes(copy.phase) ||
      ("repair" in copy && !isLasting(copy) && copy.repair),
  );
  return [...actions, ...open.map(({ key, phase }) => `${key.rootId} → ${key.region} is ${phase}`)];
}

/** Copies that are blocked by an older copy of ours alone, which could give up its name. */
function blockedByOurs({ copies }: Report, world: World): string[] {
  return copies.flatMap((copy) => {
    if (copy.phase !== "blocked" || copy.reason.code !== "name-taken") return [];
    const [imageId] = /img-\w+/.exec(copy.reason.text) ?? [];
    const holder = copies.find((other) => "imageId" in other && other.imageId === imageId);
    const image = world.images.get(copy.key.region)?.get(imageId ?? "");
    const isOlder = (holder?.rootCreatedAt ?? Number.POSITIVE_INFINITY) < (copy.rootCreatedAt ?? 0);
    const isFree = holder?.phase === "retired" && !holder.adopted && image?.shares.size === 0;
    return isOlder && isFree
      ? [`${copy.key.rootId} → ${copy.key.region} is blocked by ${imageId}, a copy of ours`]
      : [];
  });
}

function textOf(action: Action): string {
  if (action.do === "record") return `note ${action.event}: ${action.text}`;
  if (action.do === "send")
    return `send ${action.source.imageId} → ${action.claimRequests.map(({ copy }) => copy.key.region).join()}`;
  return `${action.do} ${action.image.imageId} ${JSON.stringify("attributes" in action ? action.attributes : {})}`;
}

/**
 * Whether a copy stays as it is: blocked for a lasting reason, or in a cloud that ignores or
 * refuses its repair, which is then retried once a day.
 */
function isLastingIn({ modifyWhileShared, emptyFamily, uniqueNames }: World["switches"]): (copy: Copy) => boolean {
  return (copy) => {
    if (copy.phase === "blocked" || copy.phase === "stuck") return LASTING.has(copy.reason.code);
    if (!("repair" in copy) || !copy.repair) return false;
    // A recalled copy that stays in its family until another version is there.
    if (copy.phase === "retired" && copy.reason.code === "recalled" && copy.repair.tries === 0) return true;
    if (copy.repair.tries < 5) return false;
    // Another copy of the same source, with other encryption, must have the same name.
    const { differences } = copy.repair;
    if (differences[0] === "name" && uniqueNames !== "off") return true;
    const isFamily = differences[0]?.startsWith("family") ?? false;
    const isModified = !/tags|shares/.test(differences.join(" "));
    return isModified && (modifyWhileShared === "refused" || (isFamily && emptyFamily === "ignored"));
  };
}

function bake(world: World, { hours, isIgnored, tags, owner, family, ...order }: Baked): void {
  const [image] = makeImages(world, {
    ...order,
    ...(family !== undefined && { family }),
    account: owner,
    createdAt: world.now() - hours * HOUR,
    tags: isIgnored ? { ...tags, ...ignored } : tags,
    silent: true,
  });
  if (image && owner !== ACCOUNT && order.state === "NORMAL") image.shares.set(ACCOUNT, world.now());
}

/** Makes a manual change of the policies or the cloud; returns the policies after it. */
function changed(world: World, policies: readonly Policy[], change: Change): readonly Policy[] {
  if (change.what === "bake") bake(world, { ...change.image, hours: 0 });
  else if ("rule" in change) return edited(policies, change);
  else if (change.what === "quota") setQuota(world, REGIONS[change.n % REGIONS.length], 500);
  else changeCloud(world, change.what, change.n);
  return policies;
}

function edited(policies: readonly Policy[], { what, n, rule }: Extract<Change, { rule: unknown }>): readonly Policy[] {
  const index = n % policies.length;
  if (what === "remove") return policies.filter((_, i) => i !== index || policies.length === 1);
  return policies.map((one, i) => (i === index ? { ...one, [what]: rule[what] } : one));
}

function without(tag: string, tags: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...tags].filter(([key]) => key !== tag));
}

type Touch = Exclude<Extract<Change, { n: number }>, { rule: unknown }>["what"];

function changeCloud(world: World, what: Touch, n: number): void {
  const all = [...world.images.values()].flatMap((images) => [...images.values()]).filter(({ owner }) => owner !== "");
  const nth = (images: readonly StoredImage[]) => images[n % Math.max(1, images.length)];
  const root = nth(all.filter(({ copiedFrom }) => !copiedFrom));
  const copy = nth(all.filter((image) => image.copiedFrom && progressOf(image, world.workNow()).state === "NORMAL"));
  const silent = true;
  switch (what) {
    case "ignore":
      if (root) changeImage(world, root, { tags: { ...Object.fromEntries(tagsOf(root)), ...ignored }, silent });
      return;
    case "unignore":
      for (const one of all.filter((image) => !image.copiedFrom && tagsOf(image).has(IGNORE_TAG)))
        changeImage(world, one, { tags: without(IGNORE_TAG, tagsOf(one)), silent });
      return;
    case "deprecate":
    case "undeprecate":
      if (root) changeImage(world, root, { deprecated: what === "deprecate", silent });
      return;
    case "delete-root":
      if (root) deleteImage(world, root, silent);
      return;
    case "delete-copy":
      if (copy) deleteImage(world, copy, silent);
      return;
    case "describe-copy":
      if (copy) changeImage(world, copy, { description: "by hand", silent });
      return;
    case "family-of-copy":
      if (copy) changeImage(world, copy, { family: "web", silent });
      return;
    case "tags-of-copy":
      if (copy) changeImage(world, copy, { tags: { owner: "me" }, silent });
      return;
    case "share-copy":
      if (copy) copy.shares.set(STRANGER, world.now());
      return;
    case "unshare-copy":
      copy?.shares.clear();
      return;
    case "use-copy":
      if (copy) makeUser(world, { kind: "instance", region: copy.region, imageIds: [copy.imageId] });
      return;
    case "free-copy": {
      const [user] = world.users;
      if (user) removeUser(world, user.region, user.id);
      return;
    }
    case "revoke-root":
      if (root && root.owner === FACTORY) root.shares.clear();
      return;
    case "quota":
      return;
  }
}
