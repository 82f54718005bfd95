// The template of copy.name: its placeholders, the names that it produces, and its problems.
import { MAX_NAME } from "../../model/identity.ts";
import type { Message } from "../../model/messages/define.ts";
import { policyProblem } from "../../model/messages/policy-rules.ts";
import { countCharacters } from "../../model/printable.ts";
import type { Image, Millis } from "../../model/types.ts";

/** The placeholders of a name template: the words allowed between `{{` and `}}`. */
const PLACEHOLDERS = ["name", "region", "sourceRegion", "sourceId", "date"] as const;

/** Longest template that is accepted. The names that it produces have at most 60 characters. */
const MAX_LENGTH = 256;

type Values = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

// The shortest possible values: a template that is too long even with these never fits.
const SHORTEST: Values = {
  name: "x",
  region: "ap-seoul",
  sourceRegion: "ap-seoul",
  sourceId: "img-xxxx",
  date: "2026-01-01",
};

// One pass, so that a `{{region}}` in the source's own name is left alone.
function fill(template: string, values: Values): string {
  return template.replace(/\{\{ *(\w+) *\}\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? values[key as keyof Values] : whole,
  );
}

/** Whether a template gives the copies of one image different names in different regions. */
export function dependsOnRegion(template: string): boolean {
  return /\{\{ *region *\}\}/.test(template);
}

function utcDay(millis: Millis | string): string {
  if (typeof millis === "string") return millis;
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString().slice(0, 10);
}

/**
 * The parts of an image that a name can contain. `createdAt` may be a text, which then stands in
 * the name.
 */
type Named = Pick<Image, "name" | "imageId"> & { readonly createdAt: Millis | string };

/**
 * The final name of a copy. `{{date}}` is the day (UTC) on which the source was created. The result
 * may be an invalid name: check it with `nameProblem`.
 */
export function copyName(template: string, image: Named, rootRegion: string, destination: string): string {
  return fill(template, {
    name: image.name,
    region: destination,
    sourceRegion: rootRegion,
    sourceId: image.imageId,
    date: utcDay(image.createdAt),
  });
}

/**
 * Why a text cannot be the name of an image, as a clause without a subject ("is empty"). Undefined
 * if it can.
 */
export function nameProblem(name: string): Message["text"] | undefined {
  if (name === "") return policyProblem("name-empty").text;
  const length = countCharacters(name);
  if (length > MAX_NAME) return policyProblem("name-too-long", { length, most: MAX_NAME }).text;
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) return policyProblem("name-control-character").text;
  if (name !== name.trim()) return policyProblem("name-outer-space").text;
  return undefined;
}

/**
 * What is wrong with a template: it has an unknown placeholder, or produces a valid name for no
 * image.
 */
export function templateProblem(template: string): Message | undefined {
  if (countCharacters(template) > MAX_LENGTH)
    return policyProblem("value-too-long", { value: template, most: MAX_LENGTH });
  const rest = fill(template, { name: "", region: "", sourceRegion: "", sourceId: "", date: "" });
  const unknown = /\{\{.*?\}\}/.exec(rest)?.[0];
  if (unknown)
    return policyProblem("template-unknown-placeholder", { template, found: unknown, allowed: PLACEHOLDERS });
  if (/\{\{|\}\}/.test(rest)) return policyProblem("template-open-braces", { template });
  const problem = nameProblem(fill(template, SHORTEST));
  return problem && policyProblem("template-invalid-name", { template, problem });
}
