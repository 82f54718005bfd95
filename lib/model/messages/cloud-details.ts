// What exactly is wrong with an answer, a connection or a list: parts of the texts of failed calls.
import { catalogue, error, info, warn } from "./define.ts";
import { DEFECT, INNER, NET, PASSES } from "./help.ts";

const details = {
  "no-answer-within": warn((p: { ms: number }) => `no answer within ${p.ms} ms`, NET),
  "run-ended": info(() => "the run has ended"),
  "no-words": warn(() => "no message", INNER),
  "http-status": warn((p: { status: number }) => `HTTP ${p.status}`, PASSES),
  "not-json": warn(() => "the answer is not JSON", PASSES),
  "no-response": warn(() => "the answer has no Response", PASSES),
  "system-error": warn((p: { name: string }) => p.name, NET),
  "certificate-refused": error(
    () => "the certificate of the server is not accepted",
    "check for a proxy that replaces certificates, or set NODE_EXTRA_CA_CERTS to its certificate; check the clock, too",
  ),
  "key-not-sendable": error(
    () => "the key or its token contains a character that HTTP cannot carry",
    "copy the key again from the CAM console, without spaces, quotes or line ends",
  ),
  "connection-lost": warn(() => "the connection was lost", NET),

  "past-last-moment": info((p: { ms: number }) => `the last moment to send passed ${p.ms} ms ago`),
  "no-answer-before": info((p: { code: string }) => `an earlier call of this run had no answer (${p.code})`),
  "call-stopped": info(() => "the call was stopped"),
  "no-timestamp": error(() => "the request carries no timestamp", DEFECT),
  "no-second-send": warn(
    () => "the request was not sent a second time",
    "nothing: the next run finds out what the first request did",
  ),

  "account-differs": info(
    (p: { expected: string; actual: string }) => `expected account ${p.expected}, got ${p.actual}`,
  ),

  "field-absent": warn((p: { field: string }) => `${p.field} is absent`, PASSES),
  "field-no-object": warn((p: { field: string }) => `${p.field} is not an object`, PASSES),
  "field-wrong-type": warn((p: { field: string; kind: string }) => `${p.field} has the wrong type: ${p.kind}`, PASSES),
  "field-no-time": warn((p: { field: string; value: string }) => `${p.field}: ${p.value} is not a time`, PASSES),
  "image-id-form": warn((p: { field: string; value: string }) => `${p.field}: "${p.value}" is not an image id`, PASSES),
  "image-type-unknown": warn(
    (p: { imageId: string; type: string }) => `image ${p.imageId}: unknown ImageType ${p.type}`,
    PASSES,
  ),
  "images-withheld": warn(
    (p: { total: number; listed: number }) =>
      `TotalCount is ${p.total}, but ImageSet has ${p.listed} of the requested images`,
    PASSES,
  ),

  list: warn((p: { list: string }) => p.list, PASSES),
  "list-short": warn((p: { read: number; total: number; list: string }) => `${p.read} of ${p.total} ${p.list}`, PASSES),

  instance: info((p: { id: string }) => `instance ${p.id}`),
  "launch-template-version": info(
    (p: { id: string; version: number }) => `launch template ${p.id} version ${p.version}`,
  ),
  "launch-configuration": info((p: { id: string }) => `launch configuration ${p.id}`),
  "and-more": info((p: { first: string; more: number }) => `${p.first} and ${p.more} more`),
};

/** What happened in a failed call, in parentheses after its meaning; and what uses an image. */
export const cloudDetail = catalogue(details);
