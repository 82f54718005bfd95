// Reads the examples file of validate --tests.
import * as z from "zod/mini";
import { InputError, type Problem } from "../model/errors.ts";
import type { Policy } from "../model/policy.ts";
import { parseDuration } from "../model/time.ts";
import type { Image, Millis } from "../model/types.ts";
import { account, anyDuration, date, listOf, oneOf, text } from "./file/schema.ts";
import { inOrder, problemAt, sentencesAbout, valueAt } from "./file/schema-errors.ts";
import { readYaml, type YamlFile } from "./file/yaml.ts";
import { listAt, regionProblems } from "./validate/checks.ts";
import { didYouMean } from "./values/did-you-mean.ts";
import { expandRegions, type Groups, whyNoRegion } from "./values/region-groups.ts";

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

/** The account in which examples are tried. */
export const EXAMPLE_ACCOUNT = "100000000001";

const STATES = ["CREATING", "NORMAL", "CREATEFAILED", "SYNCING", "IMPORTING", "IMPORTFAILED"] as const;
const SIZE = "a number of GiB";
const image = z.strictObject({
  region: text("the id of a region"),
  name: text("the name of the image"),
  type: z.optional(oneOf(["custom", "shared"])),
  tags: z.optional(z.record(z.string(), z.string("text"))),
  family: z.optional(text("text")),
  sizeGiB: z.optional(z.number(SIZE).check(z.gte(0, SIZE))),
  platform: z.optional(text("text")),
  architecture: z.optional(text("text")),
  creator: z.optional(account),
  age: z.optional(anyDuration),
  createdAt: z.optional(date),
  state: z.optional(oneOf(STATES)),
  deprecated: z.optional(z.boolean("true or false")),
});
const example = z.strictObject({
  name: z.optional(text("text")),
  image,
  policy: z.optional(text("the name of a policy")),
  regions: z.array(text("a region or a group"), "a list of regions and groups, [] for none"),
});
const file = z.strictObject({ tests: listOf(example, "a list of at least one example") });

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
  const problems = [
    ...yaml.problems,
    ...sentencesAbout(file, yaml),
    ...listAt(yaml, ["tests"]).flatMap((_, index) => problemsOf(yaml, index, policies, groups)),
  ];
  if (problems.length > 0) throw new InputError(inOrder(problems));
  return (yaml.value as z.infer<typeof file>).tests.map((written, index) => ({
    where: yaml.at(["tests", index]),
    name: written.name ?? `${written.image.name} in ${written.image.region}`,
    image: imageOf(written.image, now),
    ...(written.policy !== undefined && { policy: written.policy }),
    regions: expandRegions(written.regions, groups).regions,
  }));
}

/** What the shape does not show. Whatever has a wrong shape is passed over: it has its problem already. */
function problemsOf(yaml: YamlFile, index: number, policies: readonly Policy[], groups: Groups): Problem[] {
  const problems = regionProblems(yaml, ["tests", index, "regions"], groups);
  const check = (path: readonly string[], wrong: (value: string) => string | undefined) => {
    const value = valueAt(yaml.value, ["tests", index, ...path]);
    const found = typeof value === "string" && value !== "" ? wrong(value) : undefined;
    if (found !== undefined) problems.push(problemAt(yaml, ["tests", index, ...path], found));
  };
  check(["image", "region"], (id) => whyNoRegion(id));
  check(["image", "age"], () => {
    const both = valueAt(yaml.value, ["tests", index, "image", "createdAt"]) !== undefined;
    return both ? "stands beside createdAt, and says the same; remove one of them" : undefined;
  });
  check(["policy"], (name) => {
    const names = policies.map((policy) => policy.name);
    if (names.includes(name)) return undefined;
    const near = didYouMean(name, names);
    const hint = near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`;
    return `there is no policy ${JSON.stringify(name)}; ${hint}`;
  });
  return problems;
}

function imageOf({ age, createdAt, family, creator, ...given }: z.infer<typeof image>, now: Millis): Image {
  return {
    region: given.region,
    imageId: "img-example0",
    name: given.name,
    description: "",
    type: given.type ?? "custom",
    state: given.state ?? "NORMAL",
    sizeGiB: given.sizeGiB ?? 20,
    osName: "",
    platform: given.platform ?? "",
    architecture: given.architecture ?? "x86_64",
    creator: creator === undefined ? EXAMPLE_ACCOUNT : String(creator),
    createdAt: createdAt === undefined ? now - (parseDuration(age ?? "1d") ?? 0) : Date.parse(createdAt),
    deprecated: given.deprecated ?? false,
    wholeMachine: false,
    tags: given.tags ?? {},
    ...(family !== undefined && { family }),
  };
}
