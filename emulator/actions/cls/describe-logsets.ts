// cls 2020-10-16 DescribeLogsets.
import { type LogFilter, listByFilters, ownedAt } from "../../services/logs/find-topic.ts";
import { topicsOf } from "../../services/logs/new-log-resource.ts";
import { viewLogset } from "../../services/logs/views.ts";
import type { Logset } from "../../world/services/log-topic.ts";
import { defineAction } from "../shared/define-action.ts";

const FILTERS: Readonly<Record<string, LogFilter<Logset>>> = {
  logsetId: ({ id }, value) => id === value,
  logsetName: ({ name }, value) => name.includes(value),
};

export const describeLogsets = defineAction("cls", "DescribeLogsets", (call, params) => {
  const { page, total } = listByFilters(ownedAt(call, call.world.logsets), params, FILTERS);
  return { Logsets: page.map((logset) => viewLogset(logset, topicsOf(call, logset.id).length)), TotalCount: total };
});
