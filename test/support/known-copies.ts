// Copies with their images and records, as parts of a plan's input: for tests and benchmarks that build inputs by hand.
import { type Answer, type Answers, type Question, questionId } from "../../lib/model/observation.ts";
import type { Claim, Copy, CopyKey, Image, Variant } from "../../lib/model/types.ts";
import { observation } from "./builders.ts";
import { type CopyFields, copyIn, type RecordFields, type Stage } from "./plan-copy.ts";

/** An image in the cloud and its record. */
export interface Known<C extends Copy = Copy> {
  readonly key: CopyKey;
  readonly image: Image;
  readonly copy: C;
}

type In<S extends Copy["phase"]> = Extract<Copy, { phase: S }>;

function known<C extends Copy>(stage: Stage, root: Image, region: string, fields: CopyFields): Known<C> {
  const { key, image, record } = copyIn(stage, root, region, fields);
  if (!image || !record) throw new Error(`a copy that is ${stage} has an image and a record`);
  return { key, image, copy: record as C };
}

/** What differs from a copy as it should be. */
interface Differing {
  readonly image?: Partial<Image>;
  readonly copy?: RecordFields;
}

/** A finished copy of a root; `installation`: another one made it. */
export function made(
  root: Image,
  region: string,
  differing: Differing = {},
  variant: Variant = "plain",
  installation?: string,
) {
  const { image = {}, copy = {} } = differing;
  const maker = installation === undefined ? {} : { installation };
  return known<In<"ready">>("ready", root, region, { image, variant, record: copy, ...maker });
}

/** The same copy once no policy selects it any more. */
export function retired(root: Image, region: string, differing: Differing = {}) {
  const { image = {}, copy = {} } = differing;
  return known<In<"retired">>("retired", root, region, { image, record: copy });
}

/** A copy that was requested and is not finished. Tags that are given stand in place of the lineage tags. */
export function asked(root: Image, region: string, image: Partial<Image> = {}, settings?: Partial<Claim["settings"]>) {
  const lineage = image.tags && { lineage: false as const };
  const { copy, ...rest } = known<In<"copying">>("copying", root, region, { image, ...lineage });
  const claim = { ...copy.claim, settings: { ...copy.claim.settings, ...settings } };
  return { ...rest, copy: { ...copy, claim } };
}

/** The part of a plan's input that follows from the images and records. */
export function holding(images: readonly Image[], ...copies: readonly Omit<Known, "key">[]) {
  return {
    copies: copies.map(({ copy }) => copy),
    observation: observation([...images, ...copies.map(({ image }) => image)]),
  };
}

/** Answers to the questions of a plan. */
export function answered(...given: (readonly [Question, unknown])[]): Answers {
  return new Map(given.map(([question, value]) => [questionId(question), { value } as Answer]));
}
