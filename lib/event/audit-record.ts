// Reads the images that one CloudAudit record names.
import { isImageId } from "../model/image.ts";
import { type Ignored, ignoredBecause } from "../model/messages/event.ts";
import type { Millis } from "../model/types.ts";
import { toRegionId } from "../policy/values/regions.ts";
import { type Fields, fieldsOf, shortened, timeOf, unpacked } from "./json-values.ts";
import { fieldsRead, namedImages } from "./named-images.ts";

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

/** The hint for an image, or why its region and id are not valid. */
export function hintFrom(region: unknown, imageId: unknown, about: Omit<Hint, "region" | "imageId">): Hint | Ignored {
  const { what: event } = about;
  if (!isImageId(imageId)) {
    return ignoredBecause("bad-image-id", { event, value: shortened(imageId) });
  }
  const id = typeof region === "string" ? toRegionId(region) : undefined;
  if (id === undefined) return ignoredBecause("bad-region", { event, imageId, value: shortened(region) });
  return { region: id, imageId, ...about };
}

/**
 * Reads a CloudAudit record (cloudaudit 2019-03-19, DescribeEvents; product documentation
 * 1021/40499; two real records of CVM in the API documentation of a container platform). `envelope`
 * is the EventBridge event around the record, if any: its fields replace those that the record
 * lacks.
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

  const parts = { record, request, response, envelope };
  const named = namedImages(parts);
  if (named.length === 0) return [ignoredBecause("no-image-named", { call: what, ...fieldsRead(parts) })];
  const regions = [request["ResourceRegion"], record["eventRegion"], request["Region"], envelope["region"]];
  const region =
    regions.find((name) => typeof name === "string" && toRegionId(name) !== undefined) ?? record["eventRegion"];
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
