// Plain, encrypted, or to be encrypted: a word for a person.
import type { Copy, CopyKey, Variant } from "../model/types.ts";

/** What tells the copies of one source in one region apart, for a person; empty where there is but a plain one. */
export type CopyLabel = "" | "plain" | "encrypted" | "to be encrypted";

/** By what is wanted: a plain copy may be there only for an encrypted one to be made from it. */
export function copyLabel(variant: Variant, intermediate: boolean): CopyLabel {
  if (intermediate) return "to be encrypted";
  return variant === "plain" ? "" : "encrypted";
}

/** By the records alone, which do not hold what is wanted of a copy. */
export function copyLabels(copies: readonly Copy[]): (copy: Copy) => CopyLabel {
  const encrypted = new Set<string>();
  for (const { key, state } of copies) if (key.variant !== "plain" && state !== "retired") encrypted.add(placeOf(key));
  return ({ key, state }) => {
    if (key.variant !== "plain") return "encrypted";
    if (!encrypted.has(placeOf(key))) return "";
    // In the source's own region it is the first step to all others, and stays; a retired one is a step no more.
    return key.region === key.rootRegion || state === "retired" ? "plain" : "to be encrypted";
  };
}

/** A destination as a person reads it. */
export function placeText(region: string, kind: CopyLabel): string {
  return kind === "" ? region : `${region} (${kind})`;
}

function placeOf({ rootRegion, rootId, region }: CopyKey): string {
  return `${rootRegion}/${rootId}/${region}`;
}
