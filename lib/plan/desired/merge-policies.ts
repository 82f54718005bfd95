// Two policies want the same copy.
import type { Reason } from "../../model/types.ts";
import type { DesiredCopy } from "./types.ts";

const CONTRADICTION = "contradiction";

/**
 * Two policies want the same copy: it gets the tags and shares of both. The limits are those of the first that lets it be
 * made. What cannot be had together (two names, two families, two descriptions, two values of one tag) blocks it, for as
 * long as the policies are so; what can be told from the policies alone, `validate` refuses already.
 */
export function mergeDesired(first: DesiredCopy, second: DesiredCopy, isThere = false): DesiredCopy {
  const policies = [...new Set([...first.policies, ...second.policies])];
  // What one policy wants only as a step is what another wants for itself.
  if (first.intermediate !== second.intermediate) {
    const [step, own] = first.intermediate ? [first, second] : [second, first];
    // Who may not have it for himself does not keep the other from his. But one that is there is his.
    return { ...(own.block && !isThere ? step : own), policies };
  }
  if (second.intermediate) return { ...first, policies };
  // A third policy that agrees with one of two which contradict each other settles nothing.
  const disputed = first.block?.code === CONTRADICTION ? first.block : undefined;
  const base = first.block && !second.block && !disputed ? second : first;
  const other = base === first ? second : first;
  const { block: _, ...merged } = base;
  const family = base.publication.family ?? other.publication.family;
  const block = base.block ?? contradiction(first, second);
  return {
    ...merged,
    policies,
    settings: { ...base.settings, tags: { ...other.settings.tags, ...base.settings.tags } },
    publication: {
      shareWith: [...new Set([...base.publication.shareWith, ...other.publication.shareWith])],
      publishTogether: base.publication.publishTogether || other.publication.publishTogether,
      ...(family !== undefined && { family }),
    },
    ...(block && { block }),
  };
}

function contradiction(a: DesiredCopy, b: DesiredCopy): Reason | undefined {
  const differences = [
    differ("name", a.settings.name, b.settings.name),
    differ("description", a.settings.description, b.settings.description),
    differ("family", a.publication.family, b.publication.family),
    ...Object.entries(a.settings.tags).map(([key, value]) =>
      Object.hasOwn(b.settings.tags, key) ? differ(`tag ${key}`, value, b.settings.tags[key]) : undefined,
    ),
  ].flatMap((difference) => difference ?? []);
  if (differences.length === 0) return undefined;
  const names = `the policies ${[...new Set([...a.policies, ...b.policies])].join(" and ")}`;
  return {
    code: CONTRADICTION,
    text: `${names} want one copy to be two things: ${differences.join("; ")}`,
    remedy: "let the policies say the same, or let only one of them select this image for this region",
  };
}

function differ(what: string, a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined || a === b) return undefined;
  return `${what} "${a}" and "${b}"`;
}
