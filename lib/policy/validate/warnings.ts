// Warnings about settings that are allowed but probably not meant.
import type { Problem } from "../../model/errors.ts";
import type { Message } from "../../model/messages/define.ts";
import { policyWarning } from "../../model/messages/policy-warnings.ts";
import type { Policy } from "../../model/policy.ts";
import { formatDuration, shortestPruneAge } from "../../model/time.ts";
import type { Millis } from "../../model/types.ts";
import type { Path } from "../file/yaml.ts";
import { crossesBorder } from "../values/regions.ts";
import { coveredBy } from "./subsumption.ts";

/** `Architecture` of the CVM API (cvm 2017-03-12, struct Image). */
const ARCHITECTURES = ["x86_64", "arm", "i386"];

const HOUR = 3_600_000;

/**
 * Where the settings of one policy stand in the file, and `SETTLE`. Paths are relative to the policy.
 */
interface Places {
  readonly at: (path: Path, message: Message) => Problem;
  /** Whether the setting stands in the defaults. */
  readonly isInherited: (path: Path) => boolean;
  /** Whether the setting stands in the policy or in the defaults. */
  readonly isWritten: (path: Path) => boolean;
  readonly settle: Millis;
}

/** The warnings about one policy. */
export function policyWarnings(policies: readonly Policy[], index: number, places: Places): Problem[] {
  const policy = policies[index];
  if (!policy) return [];
  const { at, isInherited } = places;
  const warnings: Problem[] = [];
  const { select, from, to, name } = policy;
  if (!policy.enabled) warnings.push(at(["enabled"], policyWarning("disabled-policy", { policy: name })));
  if (select.newest === undefined && select.createdAfter === undefined && select.maxAge === undefined)
    warnings.push(at(["select"], policyWarning("all-old-images", { policy: name })));
  if (select.type === "shared") {
    for (const path of [
      ["select", "tags"],
      ["select", "not", "tags"],
    ]) {
      const isSet = path.length === 2 ? select.tags : select.not?.tags;
      if (isSet) warnings.push(at(path, policyWarning("shared-tags", { policy: name, key: path.join(".") })));
    }
  }
  for (const [place, architecture] of (select.architecture ?? []).entries()) {
    if (ARCHITECTURES.includes(architecture.toLowerCase())) continue;
    const warning = policyWarning("unknown-architecture", { architecture, known: ARCHITECTURES });
    warnings.push(at(["select", "architecture", place], warning));
  }
  for (const region of Object.keys(policy.copy.regions)) {
    if (to.includes(region)) continue;
    const path = ["copy", "regions", region];
    const inherited = isInherited(path);
    // Settings in the defaults may be meant for another policy.
    if (inherited && policies.some((other) => other.to.includes(region))) continue;
    warnings.push(at(path, policyWarning("unused-region-settings", { region, policy: inherited ? undefined : name })));
  }
  if (policy.copy.publish === "together" && policy.copy.family === undefined)
    warnings.push(at(["copy", "publish"], policyWarning("together-without-family", { policy: name })));
  warnings.push(...pruneWarnings(policy, places));
  const other = coveredBy(policy, policies.slice(0, index));
  if (other) warnings.push(at(["name"], policyWarning("redundant-policy", { policy: name, other: other.name })));
  const pairs = from.flatMap((source) =>
    to.filter((region) => region !== source).map((region) => [source, region] as const),
  );
  if (pairs.length === 0) {
    // A shared image is copied within its own region first: that copy may be the only one that the
    // policy is for.
    if (select.type === "custom") warnings.push(at(["to"], policyWarning("no-other-region", { policy: name })));
  } else if (
    policy.crossBorder === "never" &&
    pairs.every(([source, region]) => crossesBorder(source, region, policy.declaredSides))
  ) {
    warnings.push(at(["to"], policyWarning("all-cross-border", { policy: name })));
  }
  return warnings;
}

/** The warnings about what becomes of old images and orphaned copies. */
function pruneWarnings({ name: policy, select, copy, prune }: Policy, { at, isWritten, settle }: Places): Problem[] {
  const warnings: Problem[] = [];
  const [minAge, maxAge] = [select.minAge ?? 0, select.maxAge ?? Number.POSITIVE_INFINITY];
  if (minAge > maxAge) warnings.push(at(["select", "maxAge"], policyWarning("no-age-selected", { policy })));
  const { deprecateAfter = 0 } = prune;
  if (prune.delete && deprecateAfter >= prune.minAge && deprecateAfter > 0) {
    const ages = { minAge: formatDuration(prune.minAge), deprecateAfter: formatDuration(deprecateAfter) };
    warnings.push(at(["prune", "deprecateAfter"], policyWarning("late-deprecation", { policy, ...ages })));
  }
  if (!prune.delete) return warnings;
  const age = { policy, minAge: formatDuration(prune.minAge) };
  const shortest = shortestPruneAge(settle);
  if (prune.minAge < shortest) {
    const raised = policyWarning("raised-prune-age", { ...age, shortest: formatDuration(shortest) });
    warnings.push(at(["prune", "minAge"], raised));
  } else if (prune.minAge < HOUR) {
    warnings.push(at(["prune", "minAge"], policyWarning("short-prune-age", age)));
  }
  if (copy.shareWith.length > 0 && !isWritten(["prune", "shared"]))
    warnings.push(at(["prune", "delete"], policyWarning("shared-copies-kept", { policy })));
  return warnings;
}
