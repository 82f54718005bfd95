// Why an event, or a part of it, leads to no image.
import { catalogue, info, warn } from "./define.ts";
import { EVENT } from "./help.ts";

const BY_HAND = 'send {"region": "ap-guangzhou", "imageId": "img-8toqc6s3"} to process one image';

const ignoredReasons = {
  "bad-image-id": warn((p: { event: string; value: string }) => ({
    text: `${p.event}: ${p.value} is not an image id`,
    remedy: "name an id such as img-8toqc6s3",
  })),
  "bad-region": warn((p: { event: string; imageId?: string; value: string }) => ({
    text: `${p.event}${p.imageId === undefined ? "" : ` of ${p.imageId}`}: expected a region, got ${p.value}`,
    remedy: "name a region such as ap-guangzhou",
  })),
  "irrelevant-call": info((p: { call: string }) => `${p.call} does not change which images are selected`),
  "failed-call": info((p: { call: string; failure: string }) => `${p.call} failed (${p.failure}), so no image changed`),
  /** `read` are fields with their values; no field is in both lists. */
  "no-image-named": info((p: { call: string; read: readonly string[]; empty: readonly string[] }) => {
    const read = p.read.length > 0 ? ` in ${p.read.join(", ")}` : "";
    const empty = p.empty.length > 0 ? `; empty or absent are ${p.empty.join(", ")}` : "";
    return `${p.call} names no image${read}${empty}`;
  }),
  "too-many-images": warn(
    (p: { more: number; most: number }) => `${p.more} images beyond the first ${p.most} are left to the next sweep`,
    "nothing: the next sweep finds them",
  ),
  "too-many-parts": warn(
    (p: { most: number }) => `the event has more than ${p.most} parts; the others are left to the next sweep`,
    "nothing: the next sweep finds the others",
  ),
  "more-ignored": info((p: { more: number }) => `${p.more} more parts are ignored for other reasons`),
  "nested-too-deeply": warn(() => "the event is nested too deeply", EVENT),
  "not-an-event": warn((p: { value: string }) => ({ text: `${p.value} is not an event`, remedy: BY_HAND })),
  "not-json": warn((p: { value: string }) => ({ text: `${p.value} is not JSON`, remedy: BY_HAND })),
  "text-too-large": warn(() => "the text is larger than 6 MB", EVENT),
  "empty-list": info(() => "the list is empty"),
  "empty-event": warn(() => ({ text: "the event is empty", remedy: BY_HAND })),
  "timer-event": warn(() => ({ text: "this is a timer event", remedy: "let the timer call poll-copies" })),
  "hello-world-event": info(() => ({ text: "this is the SCF console's hello-world event", remedy: BY_HAND })),
  "http-request": warn(
    () => "this is an HTTP request, which cannot name images",
    "invoke the function by a rule of EventBridge, a trigger or a test event",
  ),
  "cls-without-data": warn(() => "the event of the CLS trigger has no clslogs.data", EVENT),
  "cls-too-large": warn(() => "clslogs.data is larger than 6 MB", EVENT),
  "cls-unpacks-too-large": warn(() => "clslogs.data unpacks to more than 6 MB", EVENT),
  "cls-not-json": warn(() => "clslogs.data does not contain JSON", EVENT),
  "cls-not-gzip": warn(() => "clslogs.data is not gzip in base64", EVENT),
  "cos-log": info((p: { object: string }) => ({
    text: `the audit log ${p.object} in COS is not read; the next sweep finds its images`,
    remedy: "deliver the audit by EventBridge, CLS or CKafka to process images at once",
  })),
  "no-audit-record": warn((p: { type: string }) => `the event of type ${p.type} contains no audit record`, EVENT),
  "not-an-audit-event": info((p: { type: string }) => `the event of type ${p.type} is not an audit event`),
  "image-ids-not-a-list": warn(() => ({ text: "imageIds must be a list of image ids", remedy: BY_HAND })),
  "unknown-keys": warn((p: { keys: readonly string[]; isCut: boolean }) => ({
    text: `an event by hand has no ${p.keys.join(", ")}${p.isCut ? ", …" : ""}`,
    remedy: `${BY_HAND}; for a dry run send {"imageIds": ["img-8toqc6s3"], "dryRun": true} to evaluate-policy`,
  })),
  "unknown-event": warn((p: { keys: readonly string[]; isCut: boolean }) => ({
    text: `this is an unknown event with the keys ${p.keys.join(", ")}${p.isCut ? ", …" : ""}`,
    remedy: BY_HAND,
  })),
} as const;

/**
 * Writes why an event is ignored: `ignoredBecause("empty-list")`. Values of an event are passed
 * shortened and quoted.
 */
export const ignoredBecause = catalogue(ignoredReasons);

/** A part of an event that leads to no image, and why. */
export type Ignored = ReturnType<typeof ignoredBecause>;
