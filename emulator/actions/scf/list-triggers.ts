// The action ListTriggers.
import { ApiError } from "../../errors.ts";
import { defineAction } from "../shared/define-action.ts";
import { functionAt } from "./function-at.ts";
import { page, viewTrigger } from "./function-view.ts";

/** Lists the triggers of a function, the newest first; the only filter is Qualifier. */
export const listTriggers = defineAction("scf", "ListTriggers", (call, params) => {
  const { Filters = [], Order = "DESC" } = params;
  const unknown = Filters.find(({ Name }) => Name !== "Qualifier");
  if (unknown) throw new ApiError("InvalidParameterValue.Filters", `There is no filter \`${unknown.Name}\`.`);
  const triggers = functionAt(call, params, "ResourceNotFound")
    .triggers.filter(({ qualifier }) => Filters.every(({ Values }) => Values.includes(qualifier)))
    .sort((a, b) => (Order === "ASC" ? a.addedAt - b.addedAt : b.addedAt - a.addedAt));
  return { TotalCount: triggers.length, Triggers: page(triggers, params).map(viewTrigger) };
});
