// cls 2020-10-16 ModifyIndex.
import { ApiError } from "../../errors.ts";
import { checkIndexRule } from "../../services/logs/check-index.ts";
import { requireTopic } from "../../services/logs/find-topic.ts";
import { defineAction } from "../shared/define-action.ts";

export const modifyIndex = defineAction("cls", "ModifyIndex", (call, { TopicId, Rule, Status }) => {
  const { index } = requireTopic(call, TopicId);
  if (!index) throw new ApiError("ResourceNotFound.IndexNotExist", `The topic \`${TopicId}\` has no index.`);
  if (Rule) checkIndexRule(Rule);
  index.rule = Rule ?? index.rule;
  index.isOn = Status ?? index.isOn;
  index.modifiedAt = call.world.now();
  return {};
});
