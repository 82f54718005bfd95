// Reports unfinished copies of ours of an unknown root.
import { lineageOf, tokenHash, tokenIn } from "../../model/identity.ts";
import { allCustom, hasFailed, type Observation } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { CopyKey, Reason } from "../../model/types.ts";

/** Unfinished copies of ours of which nobody knows whose they are: the state was lost, and the root is gone or not wanted. */
export function unidentifiedCopies(
  keys: readonly CopyKey[],
  policies: readonly Policy[],
  observation: Observation,
): Reason[] {
  const isWhole = ({ from, select }: Policy) =>
    from.every((region) => observation.regions.get(region)?.complete.has(select.type));
  if (!policies.every((policy) => !policy.enabled || isWhole(policy))) return [];
  const known = new Set(keys.map(tokenHash));
  return [...observation.regions.keys()].flatMap((region) =>
    (allCustom(observation, region)?.images ?? []).flatMap((image) => {
      const token = tokenIn(image.name);
      if (!token || known.has(token.hash) || lineageOf(image) || hasFailed(image)) return [];
      const text = `${image.imageId} in ${region} ("${image.name}") was asked for by this program, and nobody knows of what it is a copy`;
      return [{ code: "unknown-copy", text, remedy: "delete it, or rename it to keep it" }];
    }),
  );
}
