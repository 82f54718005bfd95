// Merges two desired copies of the same key, or blocks the copy if their policies disagree.
import { twoValues } from "../../model/messages/desired.ts";
import { reason } from "../../model/messages/reasons.ts";
import type { CopyKey, Reason } from "../../model/types.ts";
import type { DesiredCopy } from "./types.ts";

/** Whether a copy is recorded as finished. */
export type IsFinished = (key: CopyKey) => boolean;

const CONTRADICTION = "contradiction";

/**
 * Merges two desired copies of one key. The result has the tags and shares of both, and the limits
 * of the first policy that does not block the copy. Settings that exclude each other (two names,
 * families, descriptions, or values of one tag) block it until the policies change; `validate`
 * already refuses what the policies alone show.
 */
export function mergeDesired(first: DesiredCopy, second: DesiredCopy, isFinished: IsFinished): DesiredCopy {
  const policies = [...new Set([...first.policies, ...second.policies])];
  // One policy needs the copy only as an intermediate, the other asks for it directly.
  if (first.intermediate !== second.intermediate) {
    const [intermediate, direct] = first.intermediate ? [first, second] : [second, first];
    // A blocked direct copy must not hold up the policy that needs an intermediate copy. But a
    // finished copy remains the direct one.
    const isDirectHeldUp = direct.block && !isFinished(direct.key);
    return { ...(isDirectHeldUp ? intermediate : direct), policies };
  }
  if (second.intermediate) return { ...first, policies };
  // A contradiction between two policies remains when a third policy agrees with one of them.
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
    gives: { ...first.gives, ...second.gives },
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
  return reason(CONTRADICTION, { policies: [...new Set([...a.policies, ...b.policies])], differences });
}

function differ(setting: string, a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined || a === b) return undefined;
  return twoValues(setting, a, b);
}
