// cls 2020-10-16 CreateTopic.
import { ApiError } from "../../errors.ts";
import { mustBe, requireLogset } from "../../services/logs/find-topic.ts";
import { checkLogName, newLogId, tagsByKey, topicsOf } from "../../services/logs/new-log-resource.ts";
import { FOREVER_DAYS } from "../../world/services/log-topic.ts";
import { defineAction } from "../shared/define-action.ts";

const CONFLICT = "InvalidParameter.TopicConflict";

export const createTopic = defineAction("cls", "CreateTopic", (call, params) => {
  const { world, account, region } = call;
  const { TopicName: name, PartitionCount: partitions = 1, StorageType: storage = "hot", Period = 30 } = params;
  const logset = requireLogset(call, params.LogsetId);
  checkLogName("TopicName", name);
  if (topicsOf(call, logset.id).some((topic) => topic.name === name)) {
    throw new ApiError(CONFLICT, `The topic name \`${name}\` exists already in this logset.`);
  }
  if (partitions < 1 || partitions > 10) throw mustBe("PartitionCount", "from 1 to 10");
  if (storage !== "hot" && storage !== "cold") throw mustBe("StorageType", "`hot` or `cold`");
  if ((Period < 1 || Period > 3600) && Period !== FOREVER_DAYS) {
    throw new ApiError("FailedOperation.InvalidPeriod", `The Period must be 1 to 3600 days, or ${FOREVER_DAYS}.`);
  }
  const id = newLogId(call, params.TopicId, CONFLICT);
  world.logTopics.set(id, {
    ...{ id, logsetId: logset.id, owner: account.uin, region, name, partitions, storage, periodDays: Period },
    ...{ isSplitByItself: params.AutoSplit ?? true, mostPartitions: params.MaxSplitPartitions ?? 50 },
    ...{ description: params.Describes ?? "", tags: tagsByKey(params.Tags), createdAt: world.now() },
    ...{ lines: [], bytes: 0, serial: 0 },
  });
  return { TopicId: id };
});
