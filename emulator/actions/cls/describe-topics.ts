// cls 2020-10-16 DescribeTopics.
import { type LogFilter, listByFilters, ownedAt } from "../../services/logs/find-topic.ts";
import { viewTopic } from "../../services/logs/views.ts";
import type { LogTopic } from "../../world/services/log-topic.ts";
import { defineAction } from "../shared/define-action.ts";

export const describeTopics = defineAction("cls", "DescribeTopics", (call, params) => {
  const { world } = call;
  // PreciseSearch: 1 for exact topic names, 2 for exact logset names, 3 for both.
  const isExact = (bit: number) => ((params.PreciseSearch ?? 0) & bit) !== 0;
  const named = (name: string, value: string, bit: number) => (isExact(bit) ? name === value : name.includes(value));
  const filters: Readonly<Record<string, LogFilter<LogTopic>>> = {
    topicId: ({ id }, value) => id === value,
    topicName: ({ name }, value) => named(name, value, 1),
    logsetId: ({ logsetId }, value) => logsetId === value,
    logsetName: ({ logsetId }, value) => named(world.logsets.get(logsetId)?.name ?? "", value, 2),
    storageType: ({ storage }, value) => storage === value,
  };
  // BizType 1 is for topics of metrics, which the emulator does not have.
  const topics = params.BizType === 1 ? [] : ownedAt(call, world.logTopics);
  const { page, total } = listByFilters(topics, params, filters);
  return { Topics: page.map(viewTopic), TotalCount: total };
});
