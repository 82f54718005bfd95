// A world for tests of the planner: policies, images, copies and what was read, in the words of the glossary.
import { copyId, isProven } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { type Answer, type Answers, type Observation, type Question, questionId } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { AccountRecord, Copy, Image, ImageType, Millis } from "../../lib/model/types.ts";
import type { DesiredCopy } from "../../lib/plan/desired/types.ts";
import { makePlan } from "../../lib/plan/plan.ts";
import type { Plan, PlanInput, Send } from "../../lib/plan/types.ts";
import { ACCOUNT, BORN, image, NOW, policy, SETTLE } from "./builders.ts";
import { type CopyFields, copyIn, type Stage } from "./plan-copy.ts";
import { callsOf, recordChangesOf, requestsOf } from "./plan-lines.ts";
import { type PolicyFields, policyOf } from "./plan-policy.ts";
import { replaced, withGiven } from "./plan-records.ts";

export type { CopyFields, RecordFields, Stage } from "./plan-copy.ts";
export type { CopyBlock, PolicyFields } from "./plan-policy.ts";
export { NOW, SETTLE };

const DEFAULT_REGIONS = ["ap-guangzhou", "ap-shanghai", "ap-beijing"];

/** Durations in milliseconds. */
export const minutes = (count: number): Millis => count * 60_000;
export const hours = (count: number): Millis => count * 3_600_000;
export const days = (count: number): Millis => count * 86_400_000;

/** The answer of a cloud that does not answer a question. */
export const UNANSWERED = {
  unanswerable: { code: "unanswered-UnauthorizedOperation", text: storedText("not allowed") },
} as const;

/** A plan with the parts that tests compare as text. */
export interface Planned extends Plan {
  /** The requested copies, as `source → destination`. */
  readonly requests: readonly string[];
  /** The changes of records, as `destination: state (reason)`. */
  readonly recordChanges: readonly string[];
  /** The calls that change something, the requests included. */
  readonly calls: readonly string[];
  /** The requests, one for each SyncImages call. */
  readonly sends: readonly Send[];
  /** The desired copies, in their order. */
  readonly desired: readonly DesiredCopy[];
}

interface Parts {
  /** Undefined: the default policy. */
  readonly policies?: readonly Policy[];
  /** The sources that were named, whether the cloud still shows them or not; the last one last. */
  readonly sources: readonly Image[];
  readonly images: readonly Image[];
  readonly records: readonly Copy[];
  readonly unread: readonly string[];
  readonly readOneByOne: readonly string[];
  readonly unreadable: readonly string[];
  readonly answers: Answers;
  readonly account: AccountRecord;
  readonly now: Millis;
  readonly readAt?: Millis;
  readonly options: Partial<PlanInput>;
  readonly ended: readonly string[];
  readonly isGivenUnknown?: boolean;
}

/** Everything has a default. No call changes a world: each returns a new one, so that variants share a beginning. */
export class World {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  #with(changes: Partial<Parts>): World {
    return new World({ ...this.#parts, ...changes });
  }

  /** Changes the policy of this name (`golden` unless given), or adds it. The first call replaces the default. */
  policy(fields: PolicyFields = {}): World {
    const { policies = [] } = this.#parts;
    const former = policies.find(({ name }) => name === (fields.name ?? "golden"));
    return this.#with({ policies: replaced(policies, policyOf(fields, former), ({ name }) => name) });
  }

  /** Exactly these policies, none included. */
  policies(...all: readonly PolicyFields[]): World {
    return this.#with({ policies: all.map((fields) => policyOf(fields)) });
  }

  /** A source. Copies that are named next are copies of it. */
  image(fields: Partial<Image> = {}): World {
    const source = image(fields);
    const sources = [...this.#parts.sources.filter(({ imageId }) => imageId !== source.imageId), source];
    return this.#with({ sources }).otherImage(source);
  }

  /** The source `golden-<n>`, one day younger than the version before it. */
  version(n: number, fields: Partial<Image> = {}): World {
    const createdAt = NOW - days(9 - n);
    return this.image({ imageId: `img-root000${n}`, name: `golden-${n}`, createdAt, ...fields });
  }

  /** An image that others made in a destination. */
  otherImage(fields: Partial<Image> = {}): World {
    const one = image({ region: "ap-shanghai", imageId: "img-theirs01", ...fields });
    return this.#with({ images: replaced(this.#parts.images, one, ({ imageId }) => imageId) });
  }

  /** A copy of the last source: its image and its record. A second call for the same copy replaces both. */
  copy(region: string, stage: Stage, fields: CopyFields = {}): World {
    const { sources, images, records } = this.#parts;
    const root = fields.of ? sources.find(({ imageId }) => imageId === fields.of) : sources.at(-1);
    if (!root) throw new Error(`no source of the copy in ${region}`);
    const one = copyIn(stage, root, region, fields);
    const others = images.filter((image) => !isProven(image, one.key) && image.imageId !== one.image?.imageId);
    return this.#with({
      images: [...others, ...(one.image ? [one.image] : [])],
      records: [...records.filter(({ key }) => copyId(key) !== copyId(one.key)), ...(one.record ? [one.record] : [])],
    });
  }

  /** Changes an image in the cloud; the tags are replaced. */
  change(imageId: string, fields: Partial<Image>): World {
    return this.#with({ images: [...this.#others(imageId), { ...this.#image(imageId), ...fields }] });
  }

  /** Deletes an image in the cloud. Its record stays. */
  remove(imageId: string): World {
    this.#image(imageId);
    return this.#with({ images: this.#others(imageId) });
  }

  /** Deletes all sources in the cloud. */
  withoutSources(): World {
    const ids = new Set(this.#parts.sources.map(({ imageId }) => imageId));
    return this.#with({ images: this.#parts.images.filter(({ imageId }) => !ids.has(imageId)) });
  }

  /** No records: the state is empty. */
  withoutRecords(): World {
    return this.#with({ records: [] });
  }

  /** The records that a plan leaves. */
  after(plan: Pick<Plan, "copies">): World {
    return this.#with({ records: plan.copies });
  }

  /** Regions that were not read. All others that are named anywhere were read whole. */
  unread(...regions: readonly string[]): World {
    return this.#with({ unread: [...this.#parts.unread, ...regions] });
  }

  /** Regions of which only the images that exist were read, each by its id. */
  readOneByOne(...regions: readonly string[]): World {
    return this.#with({ readOneByOne: regions });
  }

  /** Regions that could not be read. */
  unreadable(...regions: readonly string[]): World {
    return this.#with({ unreadable: regions }).unread(...regions);
  }

  /** Moves the clock to so many milliseconds after NOW; the regions are read then. */
  at(offset: Millis): World {
    return this.#with({ now: NOW + offset });
  }

  /** The regions were read so many milliseconds after NOW, and not when the plan is made. */
  readAt(offset: Millis): World {
    return this.#with({ readAt: NOW + offset });
  }

  /** The regions were read by a sweep, or by a smaller run. */
  sweep(sweep = true): World {
    return this.option({ sweep });
  }

  /** The number of other images that the run has deleted already. */
  deletedBefore(number: number): World {
    return this.option({ deleted: new Set(Array.from({ length: number }, (_, n) => `other ${n}`)) });
  }

  /** Claimants that cannot send any more. */
  ended(...claimants: readonly string[]): World {
    return this.#with({ ended: claimants });
  }

  /** The state was lost; unseen copies are in doubt until so many milliseconds after NOW. */
  stateLost(offset: Millis): World {
    return this.#with({ account: { ...this.#parts.account, uncertainUntil: NOW + offset } });
  }

  /** The records of finished copies do not say what they were given; by default they do. */
  givenUnknown(): World {
    return this.#with({ isGivenUnknown: true });
  }

  /** How many custom images a region may have. */
  quota(region: string, limit: number | typeof UNANSWERED): World {
    return this.#answer({ ask: "quota", region }, limit);
  }

  /** The accounts that an image is shared with. */
  shares(imageId: string, accounts: readonly string[] | typeof UNANSWERED): World {
    const { region } = this.#image(imageId);
    return this.#answer({ ask: "shares", region, imageId }, accounts);
  }

  /** What uses an image; undefined: nothing. */
  users(imageId: string, user: string | undefined | typeof UNANSWERED, templateVersions: "all" | "default" = "all") {
    const { region } = this.#image(imageId);
    return this.#answer({ ask: "uses", region, imageId, templateVersions }, user);
  }

  /** The image that the family golden points to in ap-shanghai; undefined: none. */
  familyPointsTo(imageId: string | undefined | typeof UNANSWERED): World {
    return this.#answer({ ask: "family", region: "ap-shanghai", family: "golden" }, imageId);
  }

  /** No question was asked yet. */
  withoutAnswers(): World {
    return this.#with({ answers: new Map() });
  }

  /** What the planner is given. */
  input(): PlanInput {
    const { policies = [policy()], records, account, now, answers, ended, options, isGivenUnknown } = this.#parts;
    const observation = this.#observation(policies);
    const rest = { record: account, now, settle: SETTLE, ended: new Set(ended) };
    const input = { policies, observation, copies: records, answers, ...rest, ...options };
    return isGivenUnknown ? input : { ...input, copies: withGiven(input) };
  }

  /** The plan that is made in this world. */
  plan(): Planned {
    const plan = makePlan(this.input());
    const [requests, recordChanges, calls] = [requestsOf(plan), recordChangesOf(plan), callsOf(plan)];
    const sends = plan.actions.filter((action) => action.do === "send");
    return { ...plan, requests, recordChanges, calls, sends, desired: [...plan.desiredCopies.values()] };
  }

  #observation(policies: readonly Policy[]): Observation {
    const { images, unread, unreadable, readOneByOne, now, readAt = now } = this.#parts;
    const ofPolicies = policies.flatMap(({ from, to }) => [...from, ...to]);
    const all = new Set([...DEFAULT_REGIONS, ...ofPolicies, ...images.map(({ region }) => region)]);
    const viewOf = (region: string) => {
      const own = new Map(images.filter((one) => one.region === region).map((one) => [one.imageId, one]));
      const isWhole = !readOneByOne.includes(region);
      const complete = new Set<ImageType>(isWhole ? ["custom", "shared"] : []);
      return { readAt, complete, asked: new Set(isWhole ? [] : own.keys()), images: own };
    };
    const read = [...all].filter((region) => !unread.includes(region));
    const why = { code: "unreadable-Network", text: storedText("no answer") };
    return {
      account: ACCOUNT,
      regions: new Map(read.map((region) => [region, viewOf(region)])),
      unreadable: new Map(unreadable.map((region) => [region, why])),
    };
  }

  #image(imageId: string): Image {
    const one = this.#parts.images.find((candidate) => candidate.imageId === imageId);
    if (!one) throw new Error(`no image ${imageId}`);
    return one;
  }

  #others(imageId: string): Image[] {
    return this.#parts.images.filter((one) => one.imageId !== imageId);
  }

  /** What the run allows, such as `acceptVanished`. */
  option(option: Parts["options"]): World {
    return this.#with({ options: { ...this.#parts.options, ...option } });
  }

  #answer(question: Question, given: unknown): World {
    const answer = (given === UNANSWERED ? UNANSWERED : { value: given }) as Answer;
    return this.#with({ answers: new Map([...this.#parts.answers, [questionId(question), answer]]) });
  }
}

/** An empty cloud, an empty state, and the default policy `golden`: ap-guangzhou to ap-shanghai and ap-beijing. */
export function world(): World {
  return new World({
    sources: [],
    images: [],
    records: [],
    unread: [],
    readOneByOne: [],
    unreadable: [],
    answers: new Map(),
    account: BORN,
    now: NOW,
    options: {},
    ended: [],
  });
}
