// Runs the examples of validate --tests through the desired state.
import type { Observation, RegionView } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Image, ImageType, Millis } from "../../model/types.ts";
import { EXAMPLE_ACCOUNT, type Example } from "../../policy/parse-examples.ts";
import { REGIONS } from "../../policy/values/regions.ts";
import { listDesiredCopies } from "./desired-copies.ts";

/** What came of an example. It holds if nothing is missing and nothing is too many. */
export interface ExampleResult {
  readonly name: string;
  readonly where: string;
  readonly ok: boolean;
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** For each difference, why. */
  readonly reasons: readonly string[];
}

/** Holds the policies to an example, by what the planner itself wants of this image. */
export function tryExample(example: Example, policies: readonly Policy[], now: Millis): ExampleResult {
  const { image, policy: only, regions: expected } = example;
  const { desiredCopies, notSelected } = listDesiredCopies(policies, {
    observation: worldOf(image),
    copies: [],
    now,
    settle: 0,
    isRolledBack: () => false,
  });
  const concerned = [...desiredCopies.values()].filter(
    (desired) => !desired.intermediate && (only === undefined || desired.policies.includes(only)),
  );
  const inRegion = (region: string) => concerned.filter((desired) => desired.key.region === region);
  const got = [...new Set(concerned.filter((desired) => !desired.block).map(({ key }) => key.region))];

  const whyMissing = (region: string): string[] => {
    const blocks = inRegion(region).flatMap(({ block }) => (block ? [block.text] : []));
    if (blocks.length > 0) return blocks;
    if (region === image.region && image.type === "custom")
      return [`the image is there itself and gets no copy; expect "!${region}"`];
    const named = policies.filter(({ name, to }) => (only === undefined || name === only) && to.includes(region));
    if (named.length === 0)
      return [only === undefined ? "no policy names it in `to`" : `policy ${only} does not name it in \`to\``];
    return named.map((policy) => {
      const passed = notSelected.find((one) => one.policy === policy.name);
      return `${policy.name}: ${passed?.reason.text ?? whyNotLookedAt(policy, image)}`;
    });
  };
  const whySurplus = (region: string): string => {
    const by = [...new Set(inRegion(region).flatMap(({ policies: names }) => names))];
    const names = `${by.length === 1 ? "policy" : "policies"} ${by.join(", ")}`;
    return image.type === "shared" && region === image.region
      ? `a shared image is copied within its own region first, for ${names}`
      : `wanted by ${names}`;
  };
  const reasons = [
    ...expected
      .filter((region) => !got.includes(region))
      .flatMap((region) => whyMissing(region).map((why) => `${region} is missing: ${why}`)),
    ...got
      .filter((region) => !expected.includes(region))
      .map((region) => `${region} is too many: ${whySurplus(region)}`),
  ];
  return { name: example.name, where: example.where, ok: reasons.length === 0, expected, got, reasons };
}

function whyNotLookedAt({ enabled, from, select }: Policy, image: Image): string {
  if (!enabled) return "the policy is disabled";
  if (!from.includes(image.region)) return `${image.region} is not in \`from\``;
  return `the image is a ${image.type} one, and select.type is ${select.type}`;
}

/** A cloud that holds this image and nothing else, read whole. */
function worldOf(image: Image): Observation {
  const view = (region: string): RegionView => ({
    readAt: 0,
    complete: new Set<ImageType>(["custom", "shared"]),
    asked: new Set(),
    images: new Map(region === image.region ? [[image.imageId, image]] : []),
  });
  return {
    account: EXAMPLE_ACCOUNT,
    regions: new Map(REGIONS.map(({ id }) => [id, view(id)])),
    unreadable: new Map(),
  };
}
