// Reads the images that one CloudAudit record names.
import { type Ignored, ignoredBecause } from "../model/messages/event.ts";
import type { Millis } from "../model/types.ts";
import { type Fields, fieldsOf, jsonIn, shortened, timeOf, unpacked } from "./json-values.ts";

/** An image that an event names. Its actual state is read from the cloud. */
export interface Hint {
  readonly region: string;
  readonly imageId: string;
  /** The call that the event reports, e.g. `CreateImage`. */
  readonly what: string;
  readonly eventId?: string;
  readonly at?: Millis;
}

/** Calls that can change which policies select an image (cvm 2017-03-12, tag 2018-08-13). */
const RELEVANT_CALLS: ReadonlySet<string> = new Set([
  "CreateImage",
  "ImportImage",
  "SyncImages",
  "DeleteImages",
  "ModifyImageAttribute",
  "ModifyImageSharePermission",
  "TagResources",
  "UnTagResources",
  "AddResourceTag",
  "DeleteResourceTag",
  "ModifyResourceTags",
  "UpdateResourceTagValue",
  "AttachResourcesTag",
  "DetachResourcesTag",
  "ModifyResourcesTagValue",
]);

const IMAGE_ID = /^img-[0-9a-z]{4,32}$/;
const REGION = /^[a-z]{2,}-[a-z0-9-]{1,40}$/;
const IMAGE_RESOURCE = /^qcs::cvm:([a-z0-9-]{0,60}):[^:]{0,60}:image\/(img-[0-9a-z]{4,32})$/;
/** Parameters that name the resources of a call; GET requests write lists as `ImageIds.0`. */
const NAMING_PARAMETER = /^(imageids?|resources?|resourcelist|resourceids?)(\.\d+)?$/i;

/** An image as one field names it. Without a region, that of the record applies. */
interface NamedImage {
  readonly region?: string;
  readonly imageId: string;
}

/** The hint for an image, or why its region and id are not valid. */
export function hintFrom(region: unknown, imageId: unknown, about: Omit<Hint, "region" | "imageId">): Hint | Ignored {
  const { what: event } = about;
  if (typeof imageId !== "string" || !IMAGE_ID.test(imageId)) {
    return ignoredBecause("bad-image-id", { event, value: shortened(imageId) });
  }
  if (typeof region !== "string" || !REGION.test(region)) {
    return ignoredBecause("bad-region", { event, imageId, value: shortened(region) });
  }
  return { region, imageId, ...about };
}

/**
 * Reads a CloudAudit record (cloudaudit 2019-03-19, DescribeEvents; product documentation
 * 1021/40499). `envelope` is the EventBridge event around the record, if any: its fields replace
 * those that the record lacks.
 */
export function readRecord(record: Fields, envelope: Fields = {}): (Hint | Ignored)[] {
  const what = String(record["eventName"]);
  if (!RELEVANT_CALLS.has(what)) {
    return [ignoredBecause("irrelevant-call", { call: shortened(record["eventName"]).replaceAll('"', "") })];
  }

  const answer = fieldsOf(unpacked(record["responseElements"])) ?? {};
  const response = fieldsOf(answer["Response"]) ?? answer;
  const request = fieldsOf(unpacked(record["requestParameters"])) ?? {};
  const failure = failureOf(record, response);
  if (failure !== undefined) return [ignoredBecause("failed-call", { call: what, failure: shortened(failure) })];

  const named = imagesOf(record, request, response, envelope);
  if (named.length === 0) return [whyNone(what, request, response)];
  const regions = [request["ResourceRegion"], record["eventRegion"], request["Region"], envelope["region"]];
  const region = regions.find((name) => typeof name === "string" && REGION.test(name)) ?? record["eventRegion"];
  const eventId = [record["eventID"], envelope["id"]].find(
    (id) => typeof id === "string" && /^[\w.:-]{1,128}$/.test(id),
  );
  const at = timeOf(record["eventTime"]) ?? timeOf(envelope["time"]);
  const about = { what, ...(typeof eventId === "string" && { eventId }), ...(at !== undefined && { at }) };
  return named.map((image) => hintFrom(image.region ?? region, image.imageId, about));
}

// 0, "0" and "" all mean success. A record has one code for signature and authentication, and one
// for the API.
function failureOf(record: Fields, response: Fields): unknown {
  const codes = [record["errorCode"], record["apiErrorCode"], fieldsOf(response["Error"])?.["Code"]];
  return codes.find((code) => code !== undefined && code !== null && code !== 0 && code !== "0" && code !== "");
}

function imagesOf(record: Fields, request: Fields, response: Fields, envelope: Fields): NamedImage[] {
  const parameters = Object.entries(request).filter(([key]) => NAMING_PARAMETER.test(key));
  const images = [
    ...[response["ImageId"], response["ImageIds"], ...parameters.map(([, value]) => value)].flatMap((v) => namedIn(v)),
    ...copiesIn(response["ImageSet"]),
  ];
  if (images.length > 0) return images;
  // Older records have no answer, so a CreateImage names its image only in these fields.
  const otherFields = [record["resources"], record["resourceName"], record["resourceSet"], envelope["subject"]];
  return otherFields.flatMap((value) => namedIn(value));
}

// SyncImages answers its copies, each with its destination region.
function copiesIn(imageSet: unknown): NamedImage[] {
  return listOf(imageSet).flatMap((entry) => {
    const { Region: region, ImageId: imageId } = fieldsOf(entry) ?? {};
    return typeof region === "string" && typeof imageId === "string" && IMAGE_ID.test(imageId)
      ? [{ region, imageId }]
      : [];
  });
}

function namedIn(value: unknown, depth = 0): NamedImage[] {
  if (depth > 4) return [];
  if (typeof value !== "string") {
    const inner = Array.isArray(value) ? listOf(value) : Object.values(fieldsOf(value) ?? {});
    return inner.slice(0, 1000).flatMap((entry) => namedIn(entry, depth + 1));
  }
  if (IMAGE_ID.test(value)) return [{ imageId: value }];
  const [, region, imageId] = IMAGE_RESOURCE.exec(value) ?? [];
  if (imageId) return [{ imageId, ...(region && { region }) }];
  return /^\s*[[{]/.test(value) ? namedIn(jsonIn(value), depth + 1) : [];
}

function whyNone(call: string, request: Fields, response: Fields): Ignored {
  const value = response["ImageId"] ?? request["ImageId"] ?? request["Resource"];
  return ignoredBecause("no-image-named", { call, ...(value !== undefined && { value: shortened(value) }) });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
