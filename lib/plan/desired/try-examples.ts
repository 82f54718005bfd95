// Compares the examples of `validate --tests` with the desired copies of the policies.
import { reason } from "../../model/messages/reasons.ts";
import type { Observation, RegionView } from "../../model/observation.ts";
import type { Policy } from "../../model/policy.ts";
import type { Image, ImageType, Millis, Reason } from "../../model/types.ts";
import { EXAMPLE_ACCOUNT, type Example } from "../../policy/parse-examples.ts";
import { listDesiredCopies } from "./desired-copies.ts";

/**
 * The result of one example; `ok` if no expected region is missing and no other region gets a copy.
 */
export interface ExampleResult {
  readonly name: string;
  readonly where: string;
  readonly ok: boolean;
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** Why each region is missing or not expected. */
  readonly reasons: readonly string[];
}

/** Compares the expected regions of an example with the copies that the planner lists. */
export function tryExample(example: Example, policies: readonly Policy[], now: Millis): ExampleResult {
  const { image, policy: onlyPolicy, regions: expected } = example;
  const { desiredCopies, notSelected } = listDesiredCopies(policies, {
    observation: observationOf(image, policies),
    copies: [],
    copyOf: () => undefined,
    recorded: new Map(),
    now,
    settle: 0,
    isRolledBack: () => false,
    isRecallHeld: () => false,
  });
  const relevant = [...desiredCopies.values()].filter(
    (desired) => !desired.intermediate && (onlyPolicy === undefined || desired.policies.includes(onlyPolicy)),
  );
  const inRegion = (region: string) => relevant.filter((desired) => desired.key.region === region);
  const got = [...new Set(relevant.filter((desired) => !desired.block).map(({ key }) => key.region))];

  const whyMissing = (region: string): string[] => {
    const blocks = inRegion(region).flatMap(({ block }) => (block ? [block.text] : []));
    if (blocks.length > 0) return blocks;
    if (region === image.region && image.type === "custom") return [reason("example-own-region", { region }).text];
    const withRegion = policies.filter(
      ({ name, to }) => (onlyPolicy === undefined || name === onlyPolicy) && to.includes(region),
    );
    if (withRegion.length === 0)
      return [reason("example-no-destination", onlyPolicy === undefined ? {} : { policy: onlyPolicy }).text];
    return withRegion.map((policy) => {
      const skipped = notSelected().find((one) => one.policy === policy.name);
      const why = skipped?.reason.text ?? whyNotConsidered(policy, image).text;
      return reason("example-not-selected", { policy: policy.name, why }).text;
    });
  };
  const whyUnexpected = (region: string): string => {
    const names = [...new Set(inRegion(region).flatMap(({ policies: some }) => some))];
    const isFirstCopy = image.type === "shared" && region === image.region;
    return reason(isFirstCopy ? "example-shared-first" : "example-desired", { policies: names }).text;
  };
  const reasons = [
    ...expected
      .filter((region) => !got.includes(region))
      .flatMap((region) => whyMissing(region).map((why) => reason("example-missing", { region, why }).text)),
    ...got
      .filter((region) => !expected.includes(region))
      .map((region) => reason("example-unexpected", { region, why: whyUnexpected(region) }).text),
  ];
  return { name: example.name, where: example.where, ok: reasons.length === 0, expected, got, reasons };
}

/** Why a policy does not even consider the image. */
function whyNotConsidered({ enabled, from, select }: Policy, image: Image): Reason {
  if (!enabled) return reason("example-disabled");
  if (!from.includes(image.region)) return reason("example-other-region", { region: image.region });
  return reason("example-other-type", { type: image.type, selected: select.type });
}

/**
 * The observation of an account that has this image and no other, with every region of the policies
 * read whole.
 */
function observationOf(image: Image, policies: readonly Policy[]): Observation {
  const regions = [image.region, ...policies.flatMap(({ from, to }) => [...from, ...to])];
  const view = (region: string): RegionView => ({
    readAt: 0,
    complete: new Set<ImageType>(["custom", "shared"]),
    asked: new Set(),
    images: new Map(region === image.region ? [[image.imageId, image]] : []),
  });
  return {
    account: EXAMPLE_ACCOUNT,
    regions: new Map(regions.map((region) => [region, view(region)])),
    unreadable: new Map(),
  };
}
