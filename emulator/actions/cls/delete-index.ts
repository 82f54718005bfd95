// cls 2020-10-16 DeleteIndex.
import { ApiError } from "../../errors.ts";
import { requireTopic } from "../../services/logs/find-topic.ts";
import { defineAction } from "../shared/define-action.ts";

export const deleteIndex = defineAction("cls", "DeleteIndex", (call, { TopicId }) => {
  const topic = requireTopic(call, TopicId);
  if (!topic.index) throw new ApiError("ResourceNotFound.IndexNotExist", `The topic \`${TopicId}\` has no index.`);
  topic.index = undefined;
  return {};
});
