// Chooses copies by the filters that all commands share: --only, --region, --image, --state.
import { COPY_STATES } from "../../model/copy/copy-state.ts";
import { type Problem, toProblem } from "../../model/errors.ts";
import { stateOf } from "../../model/identity.ts";
import { choiceProblem } from "../../model/messages/report.ts";
import type { Copy, CopyKey, CopyState } from "../../model/types.ts";
import { didYouMean } from "../../policy/values/did-you-mean.ts";
import { BY_HEALTH, conditionOf, type Health } from "./copy-condition.ts";

/** Which copies. Values of one filter are alternatives; a copy must match every filter that is given. */
export interface CopyFilter {
  /** Names of policies: `--only`. */
  readonly policies?: readonly string[];
  /** Destination regions: `--region`. */
  readonly regions?: readonly string[];
  /** Ids of sources or of copies, or names of sources: `--image`. */
  readonly images?: readonly string[];
  /** `--state`: the states of `--json`, or the conditions that `status` shows. */
  readonly states?: readonly (CopyState | Health)[];
}

/** What the filters look at: a record, or a desired copy that has none yet. */
export interface Choosable {
  readonly key: CopyKey;
  readonly policy: string;
  readonly rootName: string;
  readonly imageId?: string;
  readonly lastImageId?: string;
  readonly phase?: Copy["phase"];
}

/** Values that are known besides those of the copies, such as the policies of the file. */
export interface KnownValues {
  readonly policies?: readonly string[];
  readonly regions?: readonly string[];
}

/** The copies that match, and a problem for each value that fits nothing known. */
export interface Choice<T> {
  readonly chosen: T[];
  readonly problems: Problem[];
}

/** What `--state` takes. `blocked` also chooses what is stuck, as in `--json`. */
export const CHOOSABLE_STATES: ReadonlySet<string> = new Set<CopyState | Health>([...COPY_STATES, ...BY_HEALTH]);

/**
 * The copies that match a filter, in their order. A value that fits no copy and nothing in `known`
 * is a problem that names the known ones; values that are known and match no copy together are none.
 */
export function chooseCopies<T extends Choosable>(
  copies: readonly T[],
  { policies = [], regions = [], images = [], states = [] }: CopyFilter,
  known: KnownValues = {},
): Choice<T> {
  const knownPolicies = new Set([...copies.map(({ policy }) => policy), ...(known.policies ?? [])]);
  const knownRegions = new Set([...copies.map(({ key }) => key.region), ...(known.regions ?? [])]);
  const knownImages = new Set(images.length > 0 ? copies.flatMap(namesOf) : []);
  const rootNames = images.length > 0 ? copies.map(({ rootName }) => rootName) : [];
  const problems = [
    ...unknown("--only", policies, knownPolicies),
    ...unknown("--region", regions, knownRegions),
    ...unknown("--image", images, knownImages, { shown: rootNames }),
    ...unknown("--state", states, CHOOSABLE_STATES, { most: CHOOSABLE_STATES.size }),
  ];
  const chosen = copies.filter(
    (copy) =>
      isOneOf(policies, [copy.policy]) &&
      isOneOf(regions, [copy.key.region]) &&
      (images.length === 0 || isOneOf(images, namesOf(copy))) &&
      (states.length === 0 || statesOf(copy).some((state) => states.includes(state))),
  );
  return { chosen, problems };
}

function isOneOf(values: readonly string[], names: readonly string[]): boolean {
  return values.length === 0 || names.some((name) => values.includes(name));
}

/** What an image may be called: the id of the source or of the copy, or the source's name. */
function namesOf({ key, rootName, imageId, lastImageId }: Choosable): string[] {
  return [key.rootId, rootName, ...(imageId ? [imageId] : []), ...(lastImageId ? [lastImageId] : [])];
}

/** What a copy may be called by `--state`. A desired copy without a record waits for its request. */
function statesOf(copy: Choosable): (CopyState | Health)[] {
  if (copy.phase === undefined) return ["waiting"];
  // The time plays no part in either of them.
  return [stateOf(copy as Copy), conditionOf(copy as Copy, 0).healthy];
}

/** `shown`: those that the problem names, if not all that are known. `most`: so many of them. */
function unknown(
  where: string,
  values: readonly string[],
  known: ReadonlySet<string>,
  { shown = known, most }: { readonly shown?: Iterable<string>; readonly most?: number } = {},
): Problem[] {
  return values
    .filter((value) => !known.has(value))
    .map((value) => {
      const names = [...new Set(shown)].sort();
      return toProblem(
        where,
        choiceProblem("unknown-value", { value, meant: didYouMean(value, known), known: names, most }),
      );
    });
}
