// cls 2020-10-16 CreateLogset.
import { ApiError } from "../../errors.ts";
import { ownedAt } from "../../services/logs/find-topic.ts";
import { checkLogName, newLogId, tagsByKey } from "../../services/logs/new-log-resource.ts";
import { defineAction } from "../shared/define-action.ts";

const CONFLICT = "InvalidParameter.LogsetConflict";

export const createLogset = defineAction("cls", "CreateLogset", (call, { LogsetName: name, LogsetId, Tags }) => {
  const { world, account, region } = call;
  checkLogName("LogsetName", name);
  if (ownedAt(call, world.logsets).some((logset) => logset.name === name)) {
    throw new ApiError(CONFLICT, `The logset name \`${name}\` exists already.`);
  }
  const id = newLogId(call, LogsetId, CONFLICT);
  world.logsets.set(id, { id, owner: account.uin, region, name, tags: tagsByKey(Tags), createdAt: world.now() });
  return { LogsetId: id };
});
