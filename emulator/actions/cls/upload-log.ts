// cls 2020-10-16 UploadLog: its parameters are headers, its body is a LogGroupList.
import { appendLogs } from "../../services/logs/append-logs.ts";
import { requireTopic } from "../../services/logs/find-topic.ts";
import { decodeUpload } from "../../services/logs/upload/decode-upload.ts";
import { defineAction } from "../shared/define-action.ts";

export const uploadLog = defineAction(
  "cls",
  "UploadLog",
  (call, { TopicId, CompressType = "" }) => {
    const topic = requireTopic(call, TopicId);
    const at = { account: topic.owner, region: topic.region, topicId: topic.id };
    appendLogs(call.world, at, decodeUpload(call.body, CompressType));
    return {};
  },
  // CloudAudit records changes of resources, not what is written into them.
  { write: false, raw: true },
);
