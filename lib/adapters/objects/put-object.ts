// Writes one object of COS in one request, for what a command hands to other programs.
import { InputError, OutputError, toProblem } from "../../model/errors.ts";
import { outputProblem } from "../../model/messages/outputs.ts";
import type { Millis } from "../../model/types.ts";
import { BUCKET, isPrefix, REGION } from "../state/cos/place.ts";
import { LostAnswer, signingSend, type Transport } from "../state/cos/requests/client.ts";
import type { Credentials } from "../tencent/transport/credentials.ts";

/** An object in a bucket. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
}

/** How long the request is valid, before and after the time of its signing: clocks differ. */
const SLACK: Millis = 10 * 60_000;

/**
 * Reads a URL `cos://bucket-appid/key?region=ap-guangzhou`. `region` is used if the URL names none.
 * Throws `InputError` that names `where`.
 */
export function parseObjectUrl(url: string, region: string | undefined, where: string): ObjectPlace {
  const refuse = (part: "form" | "bucket" | "key" | "parameter" | "region") =>
    new InputError([toProblem(where, outputProblem("bad-object-url", { part }))]);
  const parts = /^cos:\/\/([^/?#]*)\/([^?#]+)(?:\?([^#]*))?$/i.exec(url);
  if (!parts) throw refuse("form");
  const [, bucket = "", key = "", query] = parts;
  if (!BUCKET.test(bucket)) throw refuse("bucket");
  if (!isPrefix(key)) throw refuse("key");
  const params = new URLSearchParams(query);
  const names = [...params.keys()];
  if (names.some((name) => name !== "region") || names.length > 1) throw refuse("parameter");
  const named = params.get("region") ?? region ?? "";
  if (!REGION.test(named)) throw refuse("region");
  return { bucket, key, region: named };
}

/**
 * Writes an object with one PutObject, which replaces the object as a whole or not at all (COS,
 * "PUT Object"). Sent once. Throws `OutputError` if COS refuses it or does not confirm it.
 */
export async function putObject(
  place: ObjectPlace,
  body: string,
  access: { readonly credentials: () => Promise<Credentials>; readonly transport: Transport; readonly now: Millis },
  where: string,
): Promise<void> {
  const { credentials, transport, now } = access;
  const send = signingSend({ ...place, prefix: "" }, credentials, transport);
  const unknown = (cause: string) => new OutputError(where, outputProblem("object-unknown", { cause }));
  const window = { from: now - SLACK, until: now + SLACK };
  const request = {
    method: "PUT",
    path: `/${place.key}`,
    params: {},
    headers: {},
    body: Buffer.from(body),
    window,
  } as const;
  const { status, code = "" } = await send(request).catch((error: unknown) => {
    throw error instanceof LostAnswer ? unknown(error.message) : error;
  });
  if (status >= 500 || status === 408) throw unknown(`${status} ${code}`.trim());
  if (status >= 300) throw new OutputError(where, outputProblem("object-refused", { status, code }));
}
