// {{name}} and the other placeholders of copy.name.
import { MAX_NAME } from "../../model/identity.ts";
import type { Image, Millis } from "../../model/types.ts";

/** What a name template may hold between `{{` and `}}`. */
export const PLACEHOLDERS = ["name", "region", "sourceRegion", "sourceId", "date"] as const;

/** Longest template that is accepted; what it makes has at most 60 characters. */
const MAX_LENGTH = 256;

type Values = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

// The shortest values there can be: what is too long even with these fits never.
const SHORTEST: Values = {
  name: "x",
  region: "ap-seoul",
  sourceRegion: "ap-seoul",
  sourceId: "img-xxxx",
  date: "2026-01-01",
};

// One pass, so that a name which itself holds `{{region}}` stays as it is.
function fill(template: string, values: Values): string {
  return template.replace(/\{\{ *(\w+) *\}\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? values[key as keyof Values] : whole,
  );
}

function utcDay(millis: Millis | string): string {
  if (typeof millis === "string") return millis;
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString().slice(0, 10);
}

/** What a name can tell of an image; a time that nobody knows is a text. */
type Named = Pick<Image, "name" | "imageId"> & { readonly createdAt: Millis | string };

/**
 * The final name of a copy. `{{date}}` is the day (UTC) on which the source was made. The result may be no valid name:
 * see `nameProblem`.
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

/** Why a text cannot be an image's name, or undefined if it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > MAX_NAME) return `has ${name.length} characters, at most ${MAX_NAME} are allowed`;
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) return "holds a control character";
  if (name !== name.trim()) return "begins or ends with a space";
  return undefined;
}

/** Why no image could get a valid name by this template, or undefined. */
export function templateProblem(template: string): string | undefined {
  if (template.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  const rest = fill(template, { name: "", region: "", sourceRegion: "", sourceId: "", date: "" });
  const unknown = /\{\{.*?\}\}/.exec(rest)?.[0];
  const allowed = PLACEHOLDERS.map((key) => `{{${key}}}`).join(", ");
  if (unknown) return `holds ${unknown}, which is none of ${allowed}`;
  if (/\{\{|\}\}/.test(rest)) return "holds {{ or }} without its other half";
  const problem = nameProblem(fill(template, SHORTEST));
  return problem && `gives a name that ${problem}`;
}
