// Warns about regions that are named and that neither this release nor the file knows.
import type { Problem } from "../../model/errors.ts";
import { policyWarning } from "../../model/messages/policy-warnings.ts";
import { problemAt } from "../file/schema-errors.ts";
import type { YamlFile } from "../file/yaml.ts";
import { expandRegions, type Groups } from "../values/region-groups.ts";
import { regionLists, textsAt } from "./checks.ts";

/** One warning for each unknown region, at the first place that names it. */
export function unknownRegions(yaml: YamlFile, groups: Groups): Problem[] {
  const warnings = new Map<string, Problem>();
  for (const path of regionLists(yaml)) {
    for (const { index, id } of expandRegions(textsAt(yaml, path), groups).unknown) {
      const warning = policyWarning("unknown-region", { region: id });
      if (!warnings.has(id)) warnings.set(id, problemAt(yaml, [...path, index], warning));
    }
  }
  return [...warnings.values()];
}
