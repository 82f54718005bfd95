// The sample events of events/, by function and case.
import { readdirSync, readFileSync } from "node:fs";

const FOLDER = new URL("../../events/", import.meta.url);

type Json = Record<string, unknown>;

/** Every sample, e.g. `image-created/cls` or `hello-world`. */
export const SAMPLE_EVENTS: readonly string[] = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length))
  .sort();

/** A sample by its name in `SAMPLE_EVENTS`; one of a list is read as an object, too. */
export function sampleEvent(name: string): Json {
  return JSON.parse(sampleText(name)) as Json;
}

/** The text of a sample. */
export function sampleText(name: string): string {
  return readFileSync(new URL(`${name}.json`, FOLDER), "utf8");
}
