// Checks the rule of an index.
import { ApiError } from "../../errors.ts";
import type { Input } from "../../model/model.ts";

const TYPES = ["long", "text", "double"];

/** Throws `ApiError` InvalidParameter for a type that does not exist and a key that is given twice. */
export function checkIndexRule(rule: Input<"cls", "RuleInfo">): void {
  for (const [name, keys] of Object.entries({ KeyValue: rule.KeyValue?.KeyValues, Tag: rule.Tag?.KeyValues })) {
    const seen = new Set<string>();
    for (const { Key: key, Value: value } of keys ?? []) {
      const place = `Rule.${name}.KeyValues \`${key}\``;
      if (!TYPES.includes(value.Type)) {
        throw new ApiError("InvalidParameter", `${place}: the type \`${value.Type}\` must be ${TYPES.join(", ")}.`);
      }
      if (seen.has(key)) throw new ApiError("InvalidParameter", `${place} is given twice.`);
      seen.add(key);
    }
  }
}
