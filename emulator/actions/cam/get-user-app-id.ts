// The action GetUserAppId.
import { defineAction } from "../shared/define-action.ts";

export const getUserAppId = defineAction("cam", "GetUserAppId", ({ account: { uin, appId } }) => ({
  Uin: uin,
  OwnerUin: uin,
  AppId: Number(appId),
}));
