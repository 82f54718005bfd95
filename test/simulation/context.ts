// The state of one simulation, shared by all its parts.
import { describeImageFromFamily } from "../../emulator/actions/cvm/describe-image-from-family.ts";
import type { Account } from "../../emulator/settings/accounts.ts";
import { progressOf, type StoredImage } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { tokenIn } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { State } from "../../lib/model/ports.ts";
import type { Copy, Millis } from "../../lib/model/types.ts";
import { NOW } from "../support/builders.ts";
import { emptyBucket, type SimulatedBucket } from "./bucket.ts";
import type { FaultKind } from "./faults.ts";
import { Installations, type Member } from "./installations.ts";
import { findViolation } from "./invariants.ts";
import { SimulatedJournal } from "./journal.ts";
import { type SeededRandom, seededRandom } from "./random.ts";
import { type Process, Scheduler } from "./scheduler.ts";
import { OURS, SETTLE, simulatedPolicies, simulatedWorld } from "./setting.ts";
import { SickRegions } from "./sick-regions.ts";
import { emptyState, isInCos } from "./state.ts";
import { TakingBack } from "./taking-back.ts";

/** A process, with the facts by which its requests are judged. */
export interface Actor extends Process {
  /** The policy file as it was when it started. */
  readonly policies: readonly Policy[];
  readonly member: Member;
  /** One run, for which the limit of deletions holds; a rollback makes several. */
  readonly isOneRun: boolean;
  deletions: number;
  /** Images that the process could not modify because they are shared. */
  readonly refusedAsShared: Set<string>;
  /** Answers about families that the process got: `region/family` → image and time. */
  readonly familyAnswers: Map<string, { readonly at: Millis; readonly imageId: string | undefined }>;
}

/** The origin of a copy. */
interface Origin {
  readonly rootId: string;
  readonly depth: number;
  /** The images from the root to the copy's own source. */
  readonly line: readonly string[];
}

/** Faults in which the key is not permitted to make certain calls for a while. */
export type Unanswered = Extract<FaultKind, `unanswered-${string}`>;

/**
 * The data that all parts of a simulation share: the cloud, the state, the current faults, and
 * records for the checks.
 */
export class SimulationContext {
  readonly seed: number;
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly world: World;
  readonly trace: string[] = [];
  readonly journal = new SimulatedJournal(this);
  readonly installations: Installations;
  readonly sick: SickRegions;
  readonly takingBack = new TakingBack();
  /** Copies that lost both marks by a manual change: no program can recognise them. */
  readonly unmarked = new Set<string>();
  /** Copies that were renamed or lost tags by hand: attributes not set by then stay unset. */
  readonly edited = new Set<string>();
  /** Copies made by hand. */
  readonly byHand = new Set<string>();
  /** Roots that were recalled by hand, and when. */
  readonly recalled = new Map<string, Millis>();
  /** The same, also those of which the recall was taken back. */
  readonly everRecalled = new Set<string>();
  /** Images whose ids the current state contains, and since when. */
  readonly recorded = new Map<string, Millis>();
  /** Images that some process could not modify because they were shared. */
  readonly refusedAsShared = new Set<string>();
  /** Copies stay invisible for longer than `SETTLE`: then second copies are only guaranteed to be reported. */
  readonly visibleTooLate: boolean;
  /** Many versions exist at first, and then the policies select only the newest. */
  readonly manyVersions: boolean;
  /** All processes run on one host: they share a clock, and each can know which others are dead. */
  readonly oneHost: boolean;
  readonly callFaults: number;
  readonly stateFaults: number;
  /** When a manual change last changed which copies are desired. */
  changedByHandAt: Millis = 0;
  /** When the last complete sweep began. */
  lastSweepAt: Millis = 0;
  /** When the state was last lost, and the policy file last changed. */
  stateLostAt: Millis = 0;
  policiesChangedAt: Millis = 0;
  /** Calls that are refused, and until when. */
  readonly unanswered = new Map<Unanswered, Millis>();
  /** Until this time the credentials belong to another account. */
  otherAccountUntil: Millis = 0;
  /**
   * Until this time a wrong reading would do harm: time passes in small steps, and more processes
   * start.
   */
  riskyUntil: Millis = 0;
  /** Whether faults happen. */
  faultsOn = true;
  state!: State;
  bucket: SimulatedBucket | undefined;
  policies: readonly Policy[];

  readonly counts = new Map<FaultKind, number>();
  readonly #hiddenUntil = new Map<string, Millis>();
  readonly #origins = new Map<string, Origin>();
  readonly #pages = new Map<string, string>();
  #images: StoredImage[] | undefined;
  #violation: string | undefined;
  #checked: readonly StoredImage[] | undefined;

  constructor(seed: number) {
    this.seed = seed;
    this.installations = new Installations(seed);
    this.random = seededRandom(seed);
    const { random } = this;
    this.sick = new SickRegions(random);
    this.scheduler = new Scheduler(NOW, random);
    this.callFaults = random.pick([0, 0.02, 0.06, 0.15]);
    this.stateFaults = random.pick([0, 0.01, 0.03]);
    this.visibleTooLate = random.roll(0.04);
    this.manyVersions = random.roll(0.04);
    this.policies = simulatedPolicies(random, this.manyVersions);
    this.oneHost = random.roll(0.4);
    this.world = simulatedWorld(seed, random, this, () => this.scheduler.now);
  }

  count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.log(`! ${kind}`);
  }

  log(text: string): void {
    this.trace.push(`${((this.scheduler.now - NOW) / 1000).toFixed(1).padStart(8)} ${text}`);
  }

  /** Records a violation. Only the first one is kept. */
  reportViolation(violation: string): void {
    this.#violation ??= violation;
  }

  /** The account whose credentials the processes have now. */
  callerOf(): Account {
    const [ours, others] = this.world.config.accounts as [Account, Account];
    return this.scheduler.now < this.otherAccountUntil ? others : ours;
  }

  /**
   * The longest time from the end of a request to its effect: the copy must still become visible
   * within `SETTLE`.
   */
  get lateness(): Millis {
    return Math.max(5_000, SETTLE - this.world.switches.copyVisibleAfterMs);
  }

  /** Delays an effect, but not longer than the protocol allows. */
  later(effect: () => void, latest: Millis): void {
    this.scheduler.later(this.random.between(1_000, latest - 2_000), effect);
  }

  /**
   * Hides a recorded image once, for less than `SETTLE`, so that it is never absent in two readings
   * `SETTLE` apart.
   */
  hideForAWhile(imageIds: readonly string[]): void {
    const imageId = imageIds.find((id) => this.recorded.has(id) && !this.#hiddenUntil.has(id));
    if (imageId === undefined) return;
    const until = this.scheduler.now + this.random.between(1_000, SETTLE - 2_000);
    this.#hiddenUntil.set(imageId, until);
    this.riskyUntil = Math.max(this.riskyUntil, until);
    this.count("hidden-image");
  }

  isHidden(imageId: string): boolean {
    return this.scheduler.now < (this.#hiddenUntil.get(imageId) ?? 0);
  }

  /** Counts lists that change, or become old, while they are read page by page. */
  notePage(reader: string, region: string, params: object): void {
    const { Offset = 0 } = params as { Offset?: number };
    if (this.sick.notePage(reader, region, Offset, this.scheduler.now)) this.count("long-list");
    const now = [...(this.world.images.get(region)?.keys() ?? [])].join();
    const key = `${reader} ${region}`;
    if (Offset === 0) this.#pages.set(key, now);
    else if (this.#pages.get(key) !== now) this.count("pages-shift");
  }

  /** Call this after every possible change of the world. */
  touched(): void {
    this.#images = undefined;
  }

  /** The images of our account. */
  images(): readonly StoredImage[] {
    if (this.#images) return this.#images;
    const all = [...this.world.images.values()].flatMap((images) => [...images.values()]);
    this.#images = all.filter((image) => image.owner === OURS);
    for (const { imageId, copiedFrom } of this.#images) {
      if (!copiedFrom || this.#origins.has(imageId)) continue;
      const parent = this.#origins.get(copiedFrom.imageId);
      const line = [...(parent?.line ?? []), copiedFrom.imageId];
      const origin = { rootId: line[0] ?? "", depth: line.length, line };
      this.#origins.set(imageId, origin);
    }
    return this.#images;
  }

  /** The origin of a copy, also if an image between the copy and the root was deleted. */
  originOf(imageId: string): Origin | undefined {
    return this.#origins.get(imageId);
  }

  /** A root by its id, if it still exists. */
  rootOf(rootId: string): StoredImage | undefined {
    for (const images of this.world.images.values()) {
      const root = images.get(rootId);
      if (root) return root;
    }
    return undefined;
  }

  /** Whether an image comes from an unrecognisable copy: no program knows its root. */
  isUnrecognisable({ imageId }: StoredImage): boolean {
    return [imageId, ...(this.originOf(imageId)?.line ?? [])].some((id) => this.unmarked.has(id));
  }

  /**
   * Whether an unrecognisable copy may count as a source in a region, and replace another source.
   */
  mayCountAsSource(region: string | undefined): boolean {
    return this.images().some((image) => image.region === region && this.unmarked.has(image.imageId));
  }

  /** The encrypted copy of a root in a region, if it is finished. */
  encryptedOf(rootId: string, region: string): StoredImage | undefined {
    const now = this.world.workNow();
    return this.images().find(
      (image) =>
        image.encrypted &&
        image.region === region &&
        !this.byHand.has(image.imageId) &&
        this.originOf(image.imageId)?.rootId === rootId &&
        progressOf(image, now).state === "NORMAL" &&
        // An unfinished copy that no policy selects is never finished.
        !tokenIn(image.name),
    );
  }

  /** The image that a family points to, by the cloud's own rule. */
  familyImage(region: string, family: string): string | undefined {
    const [account] = this.world.config.accounts;
    if (!account) return undefined;
    const call = { world: this.world, account, region, touched: [], copyFaults: [] };
    const { Image } = describeImageFromFamily.run(call, { ImageFamily: family }) as { Image?: { ImageId?: string } };
    return Image?.ImageId;
  }

  /** The image that a record names. */
  imageOf(copy: Copy): StoredImage | undefined {
    const imageId = "imageId" in copy ? copy.imageId : undefined;
    return imageId === undefined ? undefined : this.world.images.get(copy.key.region)?.get(imageId);
  }

  /** The copies that our SyncImages calls made and that still exist, without failed ones. */
  ourCopies(): StoredImage[] {
    const now = this.world.workNow();
    return this.images().filter(
      (image) =>
        image.copiedFrom &&
        !this.unmarked.has(image.imageId) &&
        !this.byHand.has(image.imageId) &&
        progressOf(image, now).state !== "CREATEFAILED",
    );
  }

  roots(): StoredImage[] {
    return this.images().filter((image) => !image.copiedFrom && /^(golden|back)-\d/.test(image.name));
  }

  /** The first violation, if any. */
  check(): string | undefined {
    if (this.#violation === undefined && this.#checked !== this.images()) {
      this.#checked = this.images();
      this.#violation = findViolation(this);
    }
    return this.#violation;
  }

  /** Opens an empty state. */
  async open(): Promise<void> {
    if (isInCos(this.seed)) this.bucket = emptyBucket(this, this.bucket);
    this.state = (await this.bucket?.open()) ?? (await emptyState(this.seed));
  }

  async close(): Promise<void> {
    await this.state.close();
  }
}
