// What is allowed and probably not meant.
import type { Problem } from "../../model/errors.ts";
import type { Policy } from "../../model/policy.ts";
import { formatDuration } from "../../model/time.ts";
import type { Path } from "../file/yaml.ts";
import { crossesBorder } from "../values/regions.ts";
import { coveredBy } from "./subsumption.ts";

/** `Architecture` of the CVM API (cvm 2017-03-12, struct Image). */
const ARCHITECTURES = ["x86_64", "arm", "i386"];

const HOUR = 3_600_000;

/** Where the words of a policy stand; paths are within the policy. */
interface Places {
  readonly at: (path: Path, text: string) => Problem;
  /** It stands in the defaults. */
  readonly isInherited: (path: Path) => boolean;
}

/** What is allowed in one of the policies and yet is hardly meant. */
export function policyWarnings(policies: readonly Policy[], index: number, { at, isInherited }: Places): Problem[] {
  const policy = policies[index];
  if (!policy) return [];
  const warnings: Problem[] = [];
  const { select, from, to, name } = policy;
  if (!policy.enabled) warnings.push(at(["enabled"], `policy ${name} is disabled: nothing comes of it`));
  if (select.newest === undefined && select.createdAfter === undefined) {
    const text = `policy ${name} has neither select.newest nor select.createdAfter: it copies every old image that it selects, at once`;
    warnings.push(at(["select"], text));
  }
  for (const [place, architecture] of (select.architecture ?? []).entries()) {
    if (ARCHITECTURES.includes(architecture.toLowerCase())) continue;
    const text = `${JSON.stringify(architecture)} is no architecture that the vendor names (${ARCHITECTURES.join(", ")})`;
    warnings.push(at(["select", "architecture", place], text));
  }
  for (const region of Object.keys(policy.copy.regions)) {
    if (to.includes(region)) continue;
    const path = ["copy", "regions", region];
    const inherited = isInherited(path);
    // What all have in common may be meant for another one.
    if (inherited && policies.some((other) => other.to.includes(region))) continue;
    const who = inherited ? "no policy makes copies" : `policy ${name} makes no copies`;
    warnings.push(at(path, `says what differs in ${region}, and ${who} there`));
  }
  if (policy.copy.publish === "together" && policy.copy.family === undefined)
    warnings.push(at(["copy", "publish"], `policy ${name} has no family to move together (copy.family is false)`));
  if (policy.prune.delete && policy.prune.minAge < HOUR) {
    const text = `policy ${name} deletes a copy when nobody has wanted it for ${formatDuration(policy.prune.minAge)}: whoever deselects images by mistake has no longer to notice; 1h or more is safer, the default is 7d`;
    warnings.push(at(["prune", "minAge"], text));
  }
  const other = coveredBy(policy, policies.slice(0, index));
  if (other) {
    const text = `policy ${name} adds nothing: policy ${other.name} takes all of its images to all of its regions, with the same settings`;
    warnings.push(at(["name"], text));
  }
  const pairs = from.flatMap((source) =>
    to.filter((region) => region !== source).map((region) => [source, region] as const),
  );
  if (pairs.length === 0) {
    // A shared image is copied within its own region first: that copy is all that such a policy makes.
    if (select.type === "custom")
      warnings.push(at(["to"], `policy ${name} names no region but the source's own: nothing is copied`));
  } else if (policy.crossBorder === "never" && pairs.every(([source, region]) => crossesBorder(source, region))) {
    const text = `policy ${name} names only regions across the border while crossBorder is never: nothing is copied there`;
    warnings.push(at(["to"], text));
  }
  return warnings;
}
