// Labels that tell the copies of one source in one region apart.
import { isActive } from "../../model/identity.ts";
import type { Copy, CopyKey, Variant } from "../../model/types.ts";

/** Tells the copies of one source in one region apart. Empty if there is only a plain copy. */
export type CopyLabel = "" | "plain" | "encrypted" | "to be encrypted";

/** The label of a desired copy. `intermediate`: a plain copy that exists only to be encrypted. */
export function copyLabel(variant: Variant, intermediate: boolean): CopyLabel {
  if (intermediate) return "to be encrypted";
  return variant === "plain" ? "" : "encrypted";
}

/** Labels copies by the records alone, which do not say whether a copy is intermediate. */
export function copyLabels(copies: readonly Copy[]): (copy: Copy) => CopyLabel {
  const encrypted = new Set<string>();
  for (const copy of copies) if (copy.key.variant !== "plain" && isActive(copy)) encrypted.add(placeOf(copy.key));
  return (copy) => {
    const { key } = copy;
    if (key.variant !== "plain") return "encrypted";
    if (!encrypted.has(placeOf(key))) return "";
    // The plain copy in the source's region stays: all other copies are made from it. A retired
    // copy is not intermediate any more.
    return key.region === key.rootRegion || !isActive(copy) ? "plain" : "to be encrypted";
  };
}

/** A destination with its label, e.g. `ap-shanghai (encrypted)`. */
export function placeText(region: string, label: CopyLabel): string {
  return label === "" ? region : `${region} (${label})`;
}

function placeOf({ rootRegion, rootId, region }: CopyKey): string {
  return `${rootRegion}/${rootId}/${region}`;
}
