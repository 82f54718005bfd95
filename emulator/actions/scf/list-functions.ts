// The action ListFunctions.
import { ApiError } from "../../errors.ts";
import { ownValue } from "../../model/own-value.ts";
import type { StoredFunction } from "../../world/services/function.ts";
import { defineAction } from "../shared/define-action.ts";
import { NAMESPACE } from "./function-at.ts";
import { page, tagsOf, viewFunction } from "./function-view.ts";

/** The filters besides `tag-<key>`. */
const FILTERS: Readonly<Record<string, (stored: StoredFunction) => string>> = {
  ClsLogsetId: ({ latest }) => latest.settings.clsLogsetId,
  ClsTopicId: ({ latest }) => latest.settings.clsTopicId,
  Role: ({ latest }) => latest.settings.role,
};

const ORDERS: Readonly<Record<string, (stored: StoredFunction) => string | number>> = {
  AddTime: ({ addedAt }) => addedAt,
  ModTime: ({ modifiedAt }) => modifiedAt,
  FunctionName: ({ name }) => name,
};

/** Lists functions, the newest first, by a part of their name and description, and by filters. */
export const listFunctions = defineAction("scf", "ListFunctions", ({ world, account, region }, params) => {
  const { Namespace = NAMESPACE, SearchKey = "", Description = "", Filters = [], Orderby = "AddTime" } = params;
  const order = ownValue(ORDERS, Orderby);
  if (order === undefined) throw new ApiError("InvalidParameterValue.Order", `\`Orderby\` cannot be \`${Orderby}\`.`);
  const tests = Filters.map(({ Name, Values }) => {
    const valueOf = Name.startsWith("tag-")
      ? (stored: StoredFunction) => tagsOf(world, stored).get(Name.slice(4))
      : ownValue(FILTERS, Name);
    if (valueOf === undefined) throw new ApiError("InvalidParameterValue.Name", `There is no filter \`${Name}\`.`);
    return (stored: StoredFunction) => Values.includes(valueOf(stored) ?? "\0");
  });
  const up = params.Order === "ASC" ? 1 : -1;
  const found = [...world.functions.values()]
    .filter((stored) => stored.owner === account.uin && stored.region === region && stored.namespace === Namespace)
    .filter(({ name, latest }) => name.includes(SearchKey) && latest.settings.description.includes(Description))
    .filter((stored) => tests.every((test) => test(stored)))
    .sort((a, b) => (order(a) < order(b) ? -up : order(a) > order(b) ? up : 0));
  return { Functions: page(found, params).map((stored) => viewFunction(world, stored)), TotalCount: found.length };
});
