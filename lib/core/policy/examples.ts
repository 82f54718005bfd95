import * as z from "zod/mini";
import { InputError, type Problem } from "../../errors.ts";
import type { Image, ImageType, Millis, Policy } from "../../types.ts";
import { parseDuration } from "../duration.ts";
import type { Observation, RegionView } from "../observation.ts";
import { wantedCopies } from "../wanted.ts";
import { sentencesAbout } from "./issues.ts";
import { expandRegions, type Groups } from "./region-groups.ts";
import { REGIONS, regionOf } from "./regions.ts";
import { readYaml, type YamlFile } from "./yaml.ts";

/** One example of what the policies shall do: this image goes to these regions. */
export interface Example {
  /** Where it stands, such as `tests.yaml:3:5`. */
  readonly where: string;
  readonly name: string;
  readonly image: Image;
  /** Only what this policy wants; absent: what any does. */
  readonly policy?: string;
  readonly regions: readonly string[];
}

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

const ACCOUNT = "100000000001";
const text = (what = "text") => z.string(what).check(z.minLength(1, what));
const STATES = ["CREATING", "NORMAL", "CREATEFAILED", "SYNCING", "IMPORTING", "IMPORTFAILED"] as const;
const image = z.strictObject({
  region: z.string("the id of a region").check(z.refine((id) => regionOf(id) !== undefined, "is no known region")),
  name: text("the name of the image"),
  type: z.optional(z.enum(["custom", "shared"], "custom or shared")),
  tags: z.optional(z.record(z.string(), z.string("text"), "a map of tags")),
  family: z.optional(text()),
  sizeGiB: z.optional(z.number("a number of GiB").check(z.gte(0, "a number of GiB"))),
  platform: z.optional(text()),
  architecture: z.optional(text()),
  creator: z.optional(z.union([text(), z.int()], "an account id")),
  age: z.optional(
    z.string("a length of time such as 2h").check(z.regex(/^\d{1,8}(ms|s|m|h|d)$/, "a length of time such as 2h")),
  ),
  createdAt: z.optional(
    z.string("a date or a time").check(z.refine((at) => !Number.isNaN(Date.parse(at)), "is no date or time")),
  ),
  state: z.optional(z.enum(STATES, STATES.join(" or "))),
  deprecated: z.optional(z.boolean("true or false")),
});
const example = z.strictObject({
  name: z.optional(text()),
  image,
  policy: z.optional(text("the name of a policy")),
  regions: z.array(text("a region or a group"), "a list of regions and groups, [] for none"),
});
const file = z.strictObject({
  tests: z.array(example, "a list of examples").check(z.minLength(1, "a list of at least one example")),
});

/**
 * Reads examples. Groups of regions are those of the policy file. Throws `InputError` with everything that is wrong.
 */
export function parseExamples(
  source: string,
  name: string,
  policies: readonly Policy[],
  groups: Groups,
  now: Millis,
): Example[] {
  const yaml = readYaml(source, name);
  if (yaml.value === null || yaml.value === undefined)
    throw new InputError([{ where: name, text: "is empty; it must hold a list of `tests`" }]);
  const problems: Problem[] = [...yaml.problems, ...sentencesAbout(file, yaml)];
  if (problems.length > 0) throw new InputError(problems);
  const { tests } = yaml.value as z.infer<typeof file>;
  const examples = tests.map((one, index) => {
    problems.push(...problemsOf(one, index, yaml, policies, groups));
    return exampleOf(one, index, yaml, groups, now);
  });
  if (problems.length > 0) throw new InputError(problems);
  return examples;
}

function problemsOf(
  { policy, regions }: z.infer<typeof example>,
  index: number,
  yaml: YamlFile,
  policies: readonly Policy[],
  groups: Groups,
): Problem[] {
  const at = (path: readonly (string | number)[], what: string): Problem => ({
    where: yaml.at(["tests", index, ...path]),
    field: `tests[${index}].${path[0]}`,
    text: what,
  });
  const wrong = expandRegions(regions, groups).problems.map((problem) => at(["regions", problem.index], problem.text));
  if (policy === undefined || policies.some(({ name }) => name === policy)) return wrong;
  return [
    ...wrong,
    at(["policy"], `there is no policy "${policy}"; there are ${policies.map(({ name }) => name).join(", ")}`),
  ];
}

function exampleOf(
  { name, image: given, policy, regions }: z.infer<typeof example>,
  index: number,
  yaml: YamlFile,
  groups: Groups,
  now: Millis,
): Example {
  const { age, createdAt, creator, family, ...rest } = given;
  const made = createdAt !== undefined ? Date.parse(createdAt) : now - ((age && parseDuration(age)) || 86_400_000);
  const image: Image = {
    imageId: "img-example0",
    description: "",
    type: "custom",
    state: "NORMAL",
    sizeGiB: 20,
    osName: "",
    platform: "",
    architecture: "x86_64",
    deprecated: false,
    wholeMachine: false,
    tags: {},
    ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as typeof rest & object),
    creator: creator === undefined ? ACCOUNT : String(creator),
    createdAt: made,
    ...(family !== undefined && { family }),
  } as Image;
  return {
    where: yaml.at(["tests", index]),
    name: name ?? `${given.name} in ${given.region}`,
    image,
    ...(policy !== undefined && { policy }),
    regions: expandRegions(regions, groups).regions,
  };
}

/** Holds the policies to an example, by what the planner itself wants of this image. */
export function tryExample(example: Example, policies: readonly Policy[], now: Millis): ExampleResult {
  const { image, policy: only } = example;
  const { wants, passedOver } = wantedCopies(policies, worldOf(image), [], now);
  const concerned = [...wants.values()].filter(
    (want) => !want.intermediate && (only === undefined || want.policies.includes(only)),
  );
  const got = concerned.filter((want) => !want.block).map(({ key }) => key.region);
  const missing = example.regions.filter((region) => !got.includes(region));
  const surplus = got.filter((region) => !example.regions.includes(region));
  const passed = passedOver.filter(({ policy }) => only === undefined || policy === only);
  const why = (region: string) => {
    const blocked = concerned.find((want) => want.key.region === region)?.block;
    if (blocked) return [`${region} is missing: ${blocked.text}`];
    const reasons = passed.map(({ policy, reason }) => `${policy}: ${reason.text}`);
    if (reasons.length === 0) reasons.push("no policy that takes the image names this region");
    return reasons.map((reason) => `${region} is missing: ${reason}`);
  };
  const by = (region: string) => concerned.find((want) => want.key.region === region)?.policies.join(", ") ?? "";
  return {
    name: example.name,
    where: example.where,
    ok: missing.length + surplus.length === 0,
    expected: example.regions,
    got,
    reasons: [
      ...missing.flatMap(why),
      ...surplus.map((region) => `${region} is too many: policy ${by(region)} wants it`),
    ],
  };
}

/** A cloud that holds this image and nothing else, read whole. */
function worldOf(image: Image): Observation {
  const view = (region: string): RegionView => ({
    readAt: 0,
    complete: new Set<ImageType>(["custom", "shared"]),
    asked: new Set(),
    images: new Map(region === image.region ? [[image.imageId, image]] : []),
  });
  return { account: ACCOUNT, regions: new Map(REGIONS.map(({ id }) => [id, view(id)])), unreadable: new Map() };
}
