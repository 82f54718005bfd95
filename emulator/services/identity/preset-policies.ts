// A few of the vendor's preset policies. Their names are the vendor's; their ids and contents are made up.
import type { StoredPolicy } from "../../world/services/cam.ts";

const MADE_AT = Date.UTC(2020, 3, 1);

function preset(id: number, name: string, actions: readonly string[], description: string): StoredPolicy {
  const statement = [{ effect: "allow", action: actions, resource: ["*"] }];
  const document = JSON.stringify({ version: "2.0", statement });
  return { id, name, owner: "", description, document, createdAt: MADE_AT, updatedAt: MADE_AT, tags: [] };
}

/** The preset policies, which all accounts have and none can change. */
export const PRESET_POLICIES: readonly StoredPolicy[] = [
  preset(1, "AdministratorAccess", ["*"], "All actions of all products."),
  preset(2, "ReadOnlyAccess", ["*:Describe*", "*:Get*", "*:List*", "*:Head*"], "All actions that only read."),
  preset(10, "QcloudCVMFullAccess", ["cvm:*"], "All actions of CVM."),
  preset(11, "QcloudCVMReadOnlyAccess", ["cvm:Describe*"], "All actions of CVM that only read."),
  preset(12, "QcloudCOSFullAccess", ["cos:*"], "All actions of COS."),
  preset(13, "QcloudSCFFullAccess", ["scf:*"], "All actions of SCF."),
  preset(14, "QcloudCamFullAccess", ["cam:*"], "All actions of CAM."),
  preset(15, "QcloudTAGFullAccess", ["tag:*"], "All actions of Tag."),
  preset(
    16,
    "QcloudAccessForScfRole",
    ["cos:*", "cls:*", "apigw:*", "cmqqueue:*", "cmqtopic:*", "ckafka:*", "monitor:*", "scf:*"],
    "What SCF itself needs to read code and to write logs.",
  ),
];
