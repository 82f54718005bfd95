// What a recall means for the families: what may take the place of a recalled version, region by region.
import { lazily } from "../../../model/collections.ts";
import type { ReadonlyCopyMap } from "../../../model/copy/copy-map.ts";
import { tokenIn } from "../../../model/identity.ts";
import { type Observation, seen } from "../../../model/observation.ts";
import type { Copy, CopyKey, CopyPhase, Image } from "../../../model/types.ts";
import type { DesiredCopy } from "../../desired/types.ts";
import type { RolledBack } from "../rolled-back.ts";
import type { RecalledSources } from "./recalled-sources.ts";

/** A family in one region. */
export type FamilyPlace = Pick<Image, "region" | "family">;

/** The recalled versions, and what their families can point to instead. */
export interface Recall extends Omit<RecalledSources, "problems"> {
  /** Whether the policies select a version that can take the place of a recalled one. */
  readonly isReplaceable: (place: FamilyPlace) => boolean;
  /** Whether a good image of a selected version is in the family, so that a recalled one may leave it. */
  readonly isReplaced: (place: FamilyPlace) => boolean;
  /** Whether a recalled version waits for the next good one, which then must not wait for other regions. */
  readonly isUrgent: (place: FamilyPlace) => boolean;
}

/** The phases in which the image of a desired copy can be in use: a retired one is about to be ready. */
const FINISHED: ReadonlySet<CopyPhase> = new Set(["finishing", "ready", "retired"]);

/** What the families are looked up in. */
interface RecallInput {
  readonly copies: readonly Copy[];
  readonly observation: Observation;
  readonly copyOf: (key: CopyKey) => Copy | undefined;
}

/** Finds for each family and region what is selected, what is there, and what has to leave. */
export function recallInFamilies(
  { copies, observation, copyOf }: RecallInput,
  sources: RecalledSources,
  desiredCopies: ReadonlyCopyMap<DesiredCopy>,
  rollbacks: RolledBack,
): Recall {
  const imageOf = (copy: Copy | undefined) => {
    if (!copy || !("imageId" in copy)) return undefined;
    const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
    return typeof image === "string" ? undefined : image;
  };
  const places = lazily(() => {
    const selected = new Set<string>();
    const replaced = new Set<string>();
    for (const { key, publication, intermediate } of desiredCopies.values()) {
      const copy = copyOf(key);
      if (publication.family === undefined || intermediate || rollbacks.of(key, copy) !== undefined) continue;
      const place = placeText({ region: key.region, family: publication.family });
      selected.add(place);
      const image = imageOf(copy);
      if (copy && FINISHED.has(copy.phase) && image && placeText(image) === place && isGood(image)) replaced.add(place);
    }
    return { selected, replaced };
  });
  const recalled = copies.filter(({ key, phase }) => FINISHED.has(phase) && sources.isRecalled(key));
  const waiting = new Set(recalled.flatMap((copy) => imageOf(copy) ?? []).map(placeText));
  const isReplaced = (place: FamilyPlace) => places().replaced.has(placeText(place));
  return {
    isRecalled: sources.isRecalled,
    isHeld: sources.isHeld,
    isReplaceable: (place) => places().selected.has(placeText(place)),
    isReplaced,
    isUrgent: (place) => waiting.size > 0 && waiting.has(placeText(place)) && !isReplaced(place),
  };
}

function isGood(image: Image): boolean {
  return image.state === "NORMAL" && !image.deprecated && tokenIn(image.name) === undefined;
}

/** The family that a copy must have, in its region. */
export function placeOf({ key: { region }, publication: { family } }: DesiredCopy): FamilyPlace {
  return { region, ...(family !== undefined && { family }) };
}

function placeText({ region, family = "" }: FamilyPlace): string {
  return `${region}/${family}`;
}
