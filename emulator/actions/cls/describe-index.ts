// cls 2020-10-16 DescribeIndex.
import { ApiError } from "../../errors.ts";
import { requireTopic } from "../../services/logs/find-topic.ts";
import { logTime, viewIndexRule } from "../../services/logs/views.ts";
import { defineAction } from "../shared/define-action.ts";

const UNSET = { IncludeInternalFields: false, MetadataFlag: 0, CoverageField: "" };

export const describeIndex = defineAction("cls", "DescribeIndex", (call, { TopicId }) => {
  const { index } = requireTopic(call, TopicId);
  if (index) {
    const shown = { Status: index.isOn, Rule: viewIndexRule(index.rule), ModifyTime: logTime(index.modifiedAt) };
    return { TopicId, ...shown, ...UNSET };
  }
  if (call.world.switches.clsMissingIndex === "empty") {
    return { TopicId, Status: false, Rule: null, ModifyTime: "", ...UNSET };
  }
  throw new ApiError("ResourceNotFound.IndexNotExist", `The topic \`${TopicId}\` has no index.`);
});
