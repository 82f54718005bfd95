// Leaves out of a text what differs from copy to copy, to find the texts that say the same.

/** Ids of images, instances and snapshots, request ids, times and timestamps, percentages, durations, names in quotes. */
const OWN =
  /\b(?:img|ins|snap|lt|asc)-[a-z0-9]{6,12}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d+(?:\.\d+)? ?(?:%|min|days|h|s)(?![a-z])|\b\d{9,}\b|"[^"]*"/g;
const REGION = /\b(?:ap|na|eu|sa|me)-[a-z]+(?:-[a-z0-9]+)*\b/g;

/**
 * A text without what belongs to one copy. Two texts that say the same of two copies are equal then.
 * `names`: further words that belong to this copy, such as its token. `withoutRegions` also leaves
 * out names of regions.
 */
export function genericText(text: string, names: readonly string[] = [], withoutRegions = false): string {
  let generic = text;
  for (const name of names) if (name.length > 3) generic = generic.replaceAll(name, "…");
  generic = generic.replace(OWN, "…");
  return withoutRegions ? generic.replace(REGION, "…") : generic;
}

/** The regions that a text names, each once. */
export function regionsIn(text: string): string[] {
  return [...new Set(text.match(REGION))];
}
