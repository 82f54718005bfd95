// One CloudAudit record to image refs.
import type { Millis } from "../model/types.ts";
import { type Fields, fieldsOf, jsonIn, shortened, timeOf, unpacked } from "./json-values.ts";

/** An image that an event names. The truth about it is read from the cloud. */
export interface Hint {
  readonly region: string;
  readonly imageId: string;
  /** What happened to it, e.g. `CreateImage`. */
  readonly what: string;
  readonly eventId?: string;
  readonly at?: Millis;
}

/** A part of an event that leads to no image, and why. */
export interface Ignored {
  readonly text: string;
}

/** Calls after which the answer to "who selects this image" may be another (cvm 2017-03-12, tag 2018-08-13). */
const WORTH_A_LOOK: ReadonlySet<string> = new Set([
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
/** Parameters that name what a call is about; GET requests write lists as `ImageIds.0`. */
const NAMING_PARAMETER = /^(imageids?|resources?|resourcelist|resourceids?)(\.\d+)?$/i;

interface Named {
  readonly region?: string;
  readonly imageId: string;
}

/** A hint, or why region and id give none. */
export function hintFrom(region: unknown, imageId: unknown, more: Omit<Hint, "region" | "imageId">): Hint | Ignored {
  if (typeof imageId !== "string" || !IMAGE_ID.test(imageId)) {
    return { text: `${more.what}: ${shortened(imageId)} is no image id; it must look like img-8toqc6s3` };
  }
  if (typeof region !== "string" || !REGION.test(region)) {
    return { text: `${more.what} of ${imageId}: ${shortened(region)} is no region; it must look like ap-guangzhou` };
  }
  return { region, imageId, ...more };
}

/**
 * Reads a CloudAudit record (cloudaudit 2019-03-19, DescribeEvents; product documentation 1021/40499). `envelope` is the
 * EventBridge event around it, if any: it helps out where the record is silent.
 */
export function readRecord(record: Fields, envelope: Fields = {}): (Hint | Ignored)[] {
  const what = String(record["eventName"]);
  const call = shortened(record["eventName"]).replaceAll('"', "");
  if (!WORTH_A_LOOK.has(what)) return [{ text: `${call} says nothing new about an image` }];

  const answer = fieldsOf(unpacked(record["responseElements"])) ?? {};
  const response = fieldsOf(answer["Response"]) ?? answer;
  const request = fieldsOf(unpacked(record["requestParameters"])) ?? {};
  const failure = failureOf(record, response);
  if (failure !== undefined) return [{ text: `${what} failed (${shortened(failure)}): nothing has changed` }];

  const named = imagesOf(record, request, response, envelope);
  if (named.length === 0) return [{ text: whyNone(what, request, response) }];
  const regions = [request["ResourceRegion"], record["eventRegion"], request["Region"], envelope["region"]];
  const region = regions.find((name) => typeof name === "string" && REGION.test(name)) ?? record["eventRegion"];
  const eventId = [record["eventID"], envelope["id"]].find(
    (id) => typeof id === "string" && /^[\w.:-]{1,128}$/.test(id),
  );
  const at = timeOf(record["eventTime"]) ?? timeOf(envelope["time"]);
  const more = { what, ...(typeof eventId === "string" && { eventId }), ...(at !== undefined && { at }) };
  return named.map((image) => hintFrom(image.region ?? region, image.imageId, more));
}

// 0, "0" and "" all stand for success; the record has one code for signature and authentication, one for the API.
function failureOf(record: Fields, response: Fields): unknown {
  const codes = [record["errorCode"], record["apiErrorCode"], fieldsOf(response["Error"])?.["Code"]];
  return codes.find((code) => code !== undefined && code !== null && code !== 0 && code !== "0" && code !== "");
}

function imagesOf(record: Fields, request: Fields, response: Fields, envelope: Fields): Named[] {
  const parameters = Object.entries(request).filter(([key]) => NAMING_PARAMETER.test(key));
  const said = [
    ...[response["ImageId"], response["ImageIds"], ...parameters.map(([, value]) => value)].flatMap((v) => namedIn(v)),
    ...copiesIn(response["ImageSet"]),
  ];
  if (said.length > 0) return said;
  // A CreateImage whose answer is missing: older records have none.
  const about = [record["resources"], record["resourceName"], record["resourceSet"], envelope["subject"]];
  return about.flatMap((value) => namedIn(value));
}

// SyncImages answers its copies, each with the region that it is made in.
function copiesIn(imageSet: unknown): Named[] {
  return listOf(imageSet).flatMap((entry) => {
    const { Region: region, ImageId: imageId } = fieldsOf(entry) ?? {};
    return typeof region === "string" && typeof imageId === "string" && IMAGE_ID.test(imageId)
      ? [{ region, imageId }]
      : [];
  });
}

function namedIn(value: unknown, depth = 0): Named[] {
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

function whyNone(what: string, request: Fields, response: Fields): string {
  const wrong = response["ImageId"] ?? request["ImageId"] ?? request["Resource"];
  return wrong === undefined ? `${what} names no image` : `${what} names no image: ${shortened(wrong)} is no image id`;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
