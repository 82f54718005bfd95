// cls 2020-10-16 DeleteTopic.
import { requireTopic } from "../../services/logs/find-topic.ts";
import { defineAction } from "../shared/define-action.ts";

export const deleteTopic = defineAction("cls", "DeleteTopic", (call, { TopicId }) => {
  call.world.logTopics.delete(requireTopic(call, TopicId).id);
  return {};
});
