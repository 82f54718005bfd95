// The JSON Schema of each layout, by the name of its file.
import { z } from "zod";
import { LAYOUTS } from "./layouts.ts";

/** All schemas, as plain data. */
export function jsonSchemas(): Map<string, unknown> {
  return new Map(
    Object.entries(LAYOUTS).map(([name, layout]) => [
      `${name}.schema.json`,
      { title: `cvm-replicator/${name}/1`, ...z.toJSONSchema(layout) },
    ]),
  );
}
