// The action ListVersionByFunction.
import { defineAction } from "../shared/define-action.ts";
import { functionAt } from "./function-at.ts";
import { page, timeText } from "./function-view.ts";

/** Lists `$LATEST` and the published versions, the newest first. */
export const listVersionByFunction = defineAction("scf", "ListVersionByFunction", (call, params) => {
  const { latest, versions, addedAt, modifiedAt } = functionAt(call, params);
  const view = (Version: string, Description: string, added: number, modified: number) => {
    return { Version, Description, AddTime: timeText(added), ModTime: timeText(modified), Status: "Active" };
  };
  const published = versions.map((one) => view(one.version, one.description, one.addedAt, one.addedAt)).reverse();
  const all = [view("$LATEST", latest.settings.description, addedAt, modifiedAt), ...published];
  const shown = page(all, params);
  return { FunctionVersion: shown.map(({ Version }) => Version), Versions: shown, TotalCount: all.length };
});
