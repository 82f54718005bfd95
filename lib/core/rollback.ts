import type { Copy, CopyKey, Image, ImageRef, Reason } from "../types.ts";
import { keyText, lineageOf, ROLLED_BACK_TAG } from "./mark.ts";
import { type Observation, seen } from "./observation.ts";
import type { Act } from "./step.ts";

/** What rolling a family back does in one region. */
export interface RegionRollback {
  readonly region: string;
  /** The image that leaves the family. */
  readonly from: ImageRef & { readonly name: string };
  /** The former one, to which the family then points. */
  readonly to: ImageRef & { readonly name: string };
}

/** A family that is rolled back: the marks to set, and where it cannot be done. */
export interface Rollback {
  readonly regions: readonly RegionRollback[];
  readonly acts: readonly Extract<Act, { do: "tag" }>[];
  /** The copies whose attributes follow from the marks. */
  readonly concerned: ReadonlySet<string>;
  readonly problems: readonly Reason[];
}

interface Held {
  readonly copy: Copy & { readonly imageId: string };
  readonly image: Image;
}

/**
 * Takes the newest version out of its family wherever a copy of it is in there and an older one is. It is marked only: by
 * a tag in the cloud, so that no later run undoes it, with or without our records. What follows from the mark (the copy is
 * deprecated and leaves its family, the former one is given it) is done by the ordinary plan; see `drift.ts`.
 */
export function rollback(family: string, copies: readonly Copy[], observation: Observation): Rollback {
  const held = copies.flatMap((copy) => heldBy(copy, observation) ?? []);
  const inFamily = held.filter(({ image }) => image.family === family && !image.deprecated);
  const [bad] = [...inFamily].sort((a, b) => bornAt(b) - bornAt(a));
  if (!bad) {
    const text = `no finished copy of this account is in the family "${family}"`;
    return nothing([{ code: "no-such-family", text, remedy: "cvm-replicator status shows all copies" }]);
  }
  const regions: RegionRollback[] = [];
  const acts: Extract<Act, { do: "tag" }>[] = [];
  const concerned = new Set<string>();
  const problems: Reason[] = [];
  for (const one of inFamily.filter((other) => isSameRoot(other.copy.key, bad.copy.key))) {
    const { region } = one.copy.key;
    // A copy may have been made too late to have ever been in the family: what matters is which family it shall have.
    const former = held
      .filter(
        ({ copy, image }) => copy.key.region === region && !isSameRoot(copy.key, bad.copy.key) && !image.deprecated,
      )
      .filter(({ copy, image }) => image.family === family || (copy.state === "ready" && copy.family === family))
      .sort((a, b) => bornAt(b) - bornAt(a))[0];
    if (!former) {
      const text = `${region} has no former copy in the family "${family}"; ${one.image.imageId} stays in it`;
      problems.push({ code: "no-former", text, remedy: "deprecate that image by hand if nothing is better than it" });
      continue;
    }
    regions.push({ region, from: named(one.image), to: named(former.image) });
    concerned.add(keyText(one.copy.key)).add(keyText(former.copy.key));
    acts.push({ do: "tag", copy: one.copy, image: one.image, tags: { [ROLLED_BACK_TAG]: family } });
  }
  return { regions, acts, concerned, problems: [...problems, ...ofSource(family, bad, observation)] };
}

function nothing(problems: readonly Reason[]): Rollback {
  return { regions: [], acts: [], concerned: new Set(), problems };
}

/** A finished copy of ours, provably, and its image. */
function heldBy(copy: Copy, observation: Observation): Held | undefined {
  if ((copy.state !== "ready" && copy.state !== "retired") || copy.adopted || copy.imageId === undefined)
    return undefined;
  const image = seen(observation, { region: copy.key.region, imageId: copy.imageId });
  if (typeof image === "string" || image.state !== "NORMAL" || image.tags[ROLLED_BACK_TAG] !== undefined)
    return undefined;
  const lineage = lineageOf(image);
  if (!lineage || keyText({ ...lineage, region: image.region }) !== keyText(copy.key)) return undefined;
  return { copy: { ...copy, imageId: copy.imageId }, image };
}

/** The source is no image of this program: its owner has to decide about it. */
function ofSource(family: string, { copy }: Held, observation: Observation): Reason[] {
  const { rootRegion, rootId } = copy.key;
  const root = seen(observation, { region: rootRegion, imageId: rootId });
  if (typeof root === "string" || root.family !== family || root.deprecated) return [];
  const text = `the source ${rootId} in ${rootRegion} is in the family "${family}" still, and is left to you`;
  return [{ code: "source-in-family", text, remedy: "deprecate it (ModifyImageAttribute, ImageDeprecated)" }];
}

function isSameRoot(a: CopyKey, b: CopyKey): boolean {
  return a.rootRegion === b.rootRegion && a.rootId === b.rootId;
}

function bornAt({ copy, image }: Held): number {
  return copy.rootCreatedAt ?? image.createdAt;
}

function named({ region, imageId, name }: Image) {
  return { region, imageId, name };
}
