// The log of all requests.
import type { RequestRecord, World } from "../world/types.ts";

/**
 * The log drops its oldest entries beyond this number, so that an emulator can run for a long time.
 */
const MAX_RECORDS = 50_000;

/** Appends a request to the log of a world. */
export function logRequest(world: World, record: RequestRecord): void {
  world.requests.push(record);
  if (world.requests.length > MAX_RECORDS) world.requests.splice(0, world.requests.length - MAX_RECORDS);
}

/** Parameters as the log and the audit records show them: with the length of a zip instead of its text. */
export function withoutCode(params: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { ZipFile: zip, Code: code } = params;
  if (typeof zip === "string") return { ...params, ZipFile: `(${zip.length} characters)` };
  if (typeof code !== "object" || code === null || !("ZipFile" in code)) return params;
  return { ...params, Code: { ...code, ZipFile: `(${String(code.ZipFile).length} characters)` } };
}
