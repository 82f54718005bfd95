// cls 2020-10-16 CreateIndex.
import { ApiError } from "../../errors.ts";
import { checkIndexRule } from "../../services/logs/check-index.ts";
import { requireTopic } from "../../services/logs/find-topic.ts";
import { defineAction } from "../shared/define-action.ts";

export const createIndex = defineAction("cls", "CreateIndex", (call, { TopicId, Rule: rule, Status: isOn = true }) => {
  const topic = requireTopic(call, TopicId);
  if (topic.index) throw new ApiError("InvalidParameter.IndexConflict", `The topic \`${TopicId}\` has an index.`);
  checkIndexRule(rule);
  topic.index = { rule, isOn, modifiedAt: call.world.now() };
  return {};
});
