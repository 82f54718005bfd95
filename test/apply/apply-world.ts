// Plans that tests apply: many finished copies, calls on their images, requests, and a log of saves and calls.
import { applyPlan } from "../../lib/apply/apply-plan.ts";
import type { Applied, PlanBasis } from "../../lib/apply/types.ts";
import { copyId } from "../../lib/model/identity.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { RegionView } from "../../lib/model/observation.ts";
import type { Cloud, RunDeps, State } from "../../lib/model/ports.ts";
import type { Copy, CopyIn, Image, JournalEntry } from "../../lib/model/types.ts";
import { type Action, emptyPlan, type RecordChange } from "../../lib/plan/types.ts";
import { ACCOUNT, BORN, copy, image, keyOf, NOW, policy, SETTLE } from "../support/builders.ts";
import { memoryState } from "../support/memory-state.ts";
import { saveCopy, saveRecord } from "../support/records.ts";
import { type Watched, watched } from "../support/watched-state.ts";

export const REGION = "ap-shanghai";
const HOME = "ap-guangzhou";

type Untag = Extract<Action, { do: "untag" }>;

/** A cloud and a state for one plan. */
export interface ApplyWorld {
  /** What happened, in its order: `save 4 + 4` (copies + entries alone), `untag img-3`, `send img-3`. */
  readonly log: string[];
  /** What other journals heard. */
  readonly heard: JournalEntry[];
  readonly watch: Watched;
  /** The state as other processes use it. */
  readonly theirs: State;
  /** The n-th finished copy, as it is stored. */
  finished(n: number): Promise<CopyIn<"ready">>;
  /** Removes a tag from the image of a copy; with `announced`, together with a change of its record. */
  readonly untag: (copy: CopyIn<"ready">) => Untag;
  readonly announced: (call: Untag) => RecordChange;
  /** Requests a copy of the n-th source, which has no record yet. */
  readonly send: (n: number) => Extract<Action, { do: "send" }>;
  apply(actions: readonly Action[], more?: Partial<RunDeps>, known?: readonly Copy[]): Promise<Applied>;
  /** The events of the journal with their roots: `untag img-3`. */
  events(): Promise<string[]>;
}

/** `cloud`: what the cloud does with a call on the n-th image, or with a request for it. */
export async function applyWorld(cloud: (call: string) => unknown = () => {}): Promise<ApplyWorld> {
  const log: string[] = [];
  const heard: JournalEntry[] = [];
  const theirs = memoryState();
  const record = await saveRecord(theirs, { ...BORN, version: 0 });
  if (!record) throw new Error("the account was not saved");
  const watch = watched(theirs, ({ copies = [], entries = [] }) =>
    log.push(`save ${copies.length} + ${entries.length}`),
  );
  const rootOf = (n: number) => ({ region: HOME, imageId: `img-${n}` });
  const made = async (text: string) => {
    log.push(text);
    await cloud(text);
  };
  const fake = {
    untag: async ({ imageId }) => made(`untag ${imageId.replace("copy", "img")}`).then(() => "request"),
    async syncImage({ source, destinations }) {
      await made(`send ${source.imageId}`);
      const imageIds = new Map(destinations.map((region) => [region, source.imageId.replace("img", "copy")]));
      return { imageIds, requestId: "request" };
    },
  } satisfies Partial<Cloud>;
  const deps: RunDeps = {
    ...{ cloud: fake as unknown as Cloud, state: watch.state, policies: [policy()] },
    journal: { append: async (entries) => void heard.push(...entries) },
    ...{ me: { id: "me" }, now: () => NOW, stopAt: () => Number.POSITIVE_INFINITY },
    ...{ settle: SETTLE, concurrency: 4, pause: () => new Promise(() => {}) },
  };
  return {
    log,
    heard,
    watch,
    theirs,
    async finished(n) {
      const own = { phase: "ready", imageId: `copy-${n}`, name: `golden-${n}`, readyAt: NOW, adopted: false } as const;
      const one = copy(REGION, own, { key: keyOf(REGION, rootOf(n)), version: 0 });
      return (await saveCopy(theirs, one)) as CopyIn<"ready">;
    },
    untag: (one) => {
      const shown: Image = image({ region: REGION, imageId: one.imageId, name: one.name });
      return { do: "untag", copy: one, image: shown, keys: ["env"] };
    },
    announced: (call) => {
      const changed = { ...call.copy, rootName: "changed" };
      return { do: "record", copy: changed, event: "refreshed", text: storedText("changed"), before: call };
    },
    send(n) {
      const reason = { code: "new", text: storedText("new") };
      const one = copy<"waiting">(REGION, { phase: "waiting", reason }, { key: keyOf(REGION, rootOf(n)), version: 0 });
      const token = `golden--copying-${n}-1`;
      const settings = { name: `golden-${n}`, description: "", tags: {} };
      const claim = { number: 1, token, parent: rootOf(n), settings };
      return { do: "send", source: rootOf(n), token, claimRequests: [{ copy: one, claim }] };
    },
    apply(actions, more = {}, known = []) {
      const view: RegionView = { readAt: NOW, complete: new Set(["custom"]), asked: new Set(), images: new Map() };
      const basis: PlanBasis = {
        ...{ runId: "run", record, observation: { regions: new Map([REGION, HOME].map((name) => [name, view])) } },
        ...{ changed: new Set(), deleted: new Set(), saved: new Map(), totals: new Map() },
        known: new Map(known.map((one) => [copyId(one.key), one])),
      };
      return applyPlan(emptyPlan([], actions), basis, { ...deps, ...more });
    },
    events: async () =>
      (await theirs.entries(ACCOUNT, 1_000)).map(({ event, key }) => `${event} ${key?.rootId}`).reverse(),
  };
}

/** Makes several of something. */
export function several<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}
