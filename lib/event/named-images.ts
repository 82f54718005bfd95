// Finds the images that the fields of a CloudAudit record name, in every spelling of an image.
import { isImageId } from "../model/image.ts";
import { toRegionId } from "../policy/values/regions.ts";
import { type Fields, fieldsOf, jsonIn, shortened } from "./json-values.ts";

/**
 * An image as the six-part name of a resource. The second part is the project: empty, or
 * `id/<appid>` in the real audit records of CVM. The region can be in its old short form.
 */
const IMAGE_RESOURCE = /^qcs:[^:]{0,60}:cvm:([a-z0-9-]{0,60}):[^:]{0,60}:image\/(img-[0-9a-z]{4,32})$/;
/** An image as `resourceName` has it: with the kind of the resource, or without. */
const IMAGE_NAME = /^(?:image\/)?(img-[0-9a-z]{4,32})$/;
/** Parameters that name the resources of a call; GET requests write lists as `ImageIds.0`. */
const NAMING_PARAMETER = /^(imageids?|resources?|resourcelist|resourceids?)(\.\d+)?$/i;

/** An image as one field names it. Without a region, that of the record applies. */
export interface NamedImage {
  readonly region?: string;
  readonly imageId: string;
}

/** The parts of an audit record in which images can be named. */
export interface RecordParts {
  readonly record: Fields;
  /** The request parameters; empty if the record has none. */
  readonly request: Fields;
  /** The answer of the call; empty if the record has none. */
  readonly response: Fields;
  /** The EventBridge event around the record; empty if there is none. */
  readonly envelope: Fields;
}

/** The images that a record names. */
export function namedImages({ record, request, response, envelope }: RecordParts): NamedImage[] {
  const parameters = Object.entries(request).filter(([key]) => NAMING_PARAMETER.test(key));
  const images = [
    ...[response["ImageId"], response["ImageIds"], ...parameters.map(([, value]) => value)].flatMap((v) => namedIn(v)),
    ...copiesIn(response["ImageSet"]),
  ];
  if (images.length > 0) return images;
  // Real records have neither an answer nor parameters: they name an image only in these fields.
  return withoutVaguer([...otherFields(record, envelope).values()].flatMap((value) => namedIn(value)));
}

/**
 * The fields of a record that can name images, as a message shows them: those that were read, with
 * their values, and the names of those that are empty or absent.
 */
export function fieldsRead({ record, envelope }: RecordParts): { read: string[]; empty: string[] } {
  const answers = ["responseElements", "requestParameters"].map((key) => [key, record[key]] as const);
  const fields = [...answers, ...otherFields(record, envelope)];
  return {
    read: fields.flatMap(([key, value]) => (isEmpty(value) ? [] : [`${key} ${shortened(value)}`])),
    empty: fields.flatMap(([key, value]) => (isEmpty(value) ? [key] : [])),
  };
}

/** The fields that name what a call was about, beside its parameters and its answer. */
function otherFields(record: Fields, envelope: Fields): ReadonlyMap<string, unknown> {
  return new Map([
    ...["resources", "resourceName", "resourceSet"].map((key) => [key, record[key]] as const),
    ...["subject", "resource"].map((key) => [`the event's ${key}`, envelope[key]] as const),
  ]);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

// SyncImages answers its copies, each with its destination region.
function copiesIn(imageSet: unknown): NamedImage[] {
  return listOf(imageSet).flatMap((entry) => {
    const { Region: region, ImageId: imageId } = fieldsOf(entry) ?? {};
    return typeof region === "string" && isImageId(imageId) ? [{ region, imageId }] : [];
  });
}

function namedIn(value: unknown, depth = 0): NamedImage[] {
  if (depth > 4) return [];
  if (typeof value !== "string") {
    const inner = Array.isArray(value) ? listOf(value) : Object.values(fieldsOf(value) ?? {});
    return inner.slice(0, 1000).flatMap((entry) => namedIn(entry, depth + 1));
  }
  if (/^\s*[[{]/.test(value)) return namedIn(jsonIn(value), depth + 1);
  return value
    .split("|", 1000)
    .map((part) => part.trim())
    .flatMap(imageNamedBy);
}

function imageNamedBy(name: string): NamedImage[] {
  const [, id] = IMAGE_NAME.exec(name) ?? [];
  if (id !== undefined) return [{ imageId: id }];
  const [, written = "", imageId] = IMAGE_RESOURCE.exec(name) ?? [];
  if (imageId === undefined) return [];
  // The region of the record counts instead of a short form that this program does not know.
  const region = toRegionId(written);
  return [{ imageId, ...(region !== undefined && { region }) }];
}

/** Leaves out an image without a region if another field names the same image with one. */
function withoutVaguer(images: readonly NamedImage[]): NamedImage[] {
  const located = new Set(images.flatMap(({ region, imageId }) => (region === undefined ? [] : [imageId])));
  return images.filter(({ region, imageId }) => region !== undefined || !located.has(imageId));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
