// Reads the examples file of `validate --tests`: which image must go to which regions.
import * as z from "zod/mini";
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import type { Message } from "../model/messages/define.ts";
import { policyProblem } from "../model/messages/policy-rules.ts";
import { allowed } from "../model/messages/policy-values.ts";
import type { Policy } from "../model/policy.ts";
import { parseDuration } from "../model/time.ts";
import type { Image, Millis } from "../model/types.ts";
import { account, anyDuration, boolean, date, listOf, oneOf, text } from "./file/schema.ts";
import { inOrder, problemAt, schemaProblems, valueAt } from "./file/schema-errors.ts";
import { readYaml, type YamlFile } from "./file/yaml.ts";
import { listAt, regionProblems } from "./validate/checks.ts";
import { didYouMean } from "./values/did-you-mean.ts";
import { expandRegions, type Groups, regionProblem } from "./values/region-groups.ts";

/** One example of the expected behaviour: the policies copy this image to exactly these regions. */
export interface Example {
  /** Its place in the file, such as `tests.yaml:3:5`. */
  readonly where: string;
  readonly name: string;
  readonly image: Image;
  /** Counts only the copies of this policy; absent: the copies of all policies. */
  readonly policy?: string;
  readonly regions: readonly string[];
}

/** The account that owns the images of the examples. */
export const EXAMPLE_ACCOUNT = "100000000001";

const STATES = ["CREATING", "NORMAL", "CREATEFAILED", "SYNCING", "IMPORTING", "IMPORTFAILED"] as const;
const image = z.strictObject({
  region: text(allowed.region),
  name: text(allowed.imageName),
  type: z.optional(oneOf(["custom", "shared"])),
  tags: z.optional(z.record(z.string(), z.string(allowed.text))),
  family: z.optional(text(allowed.text)),
  sizeGiB: z.optional(z.number(allowed.sizeGiB).check(z.gte(0, allowed.sizeGiB))),
  platform: z.optional(text(allowed.text)),
  architecture: z.optional(text(allowed.text)),
  creator: z.optional(account),
  age: z.optional(anyDuration),
  createdAt: z.optional(date),
  state: z.optional(oneOf(STATES)),
  deprecated: z.optional(boolean),
});
const example = z.strictObject({
  name: z.optional(text(allowed.text)),
  image,
  policy: z.optional(text(allowed.policyOfExample)),
  regions: z.array(text(allowed.regionOrGroup), allowed.regionsOfExample),
});
const file = z.strictObject({ tests: listOf(example, allowed.examples) });

/**
 * Reads an examples file. It may use the region groups of the policy file. `name` is the file's
 * name in messages. `now` is the time from which an image's `age` counts. Throws `InputError` with
 * all problems.
 */
export function parseExamples(
  source: string,
  name: string,
  { policies, groups }: { readonly policies: readonly Policy[]; readonly groups: Groups },
  now: Millis,
): Example[] {
  const yaml = readYaml(source, name);
  if (yaml.value === null || yaml.value === undefined)
    throw new InputError([toProblem(name, policyProblem("examples-file-empty"))]);
  const problems = [
    ...yaml.problems,
    ...schemaProblems(file, yaml),
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

/**
 * The problems that the schema cannot state. Skips values of a wrong shape, because the schema
 * reports them.
 */
function problemsOf(yaml: YamlFile, index: number, policies: readonly Policy[], groups: Groups): Problem[] {
  const problems = regionProblems(yaml, ["tests", index, "regions"], groups);
  const check = (path: readonly string[], problemOf: (value: string) => Message | undefined) => {
    const value = valueAt(yaml.value, ["tests", index, ...path]);
    const problem = typeof value === "string" && value !== "" ? problemOf(value) : undefined;
    if (problem !== undefined) problems.push(problemAt(yaml, ["tests", index, ...path], problem));
  };
  check(["image", "region"], (id) => regionProblem(id, groups));
  check(["image", "age"], () => {
    const hasBoth = valueAt(yaml.value, ["tests", index, "image", "createdAt"]) !== undefined;
    return hasBoth ? policyProblem("age-with-created-at") : undefined;
  });
  check(["policy"], (name) => {
    const names = policies.map((policy) => policy.name);
    if (names.includes(name)) return undefined;
    return policyProblem("unknown-policy", { name, near: didYouMean(name, names), names });
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
