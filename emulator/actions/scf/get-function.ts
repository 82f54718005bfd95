// The action GetFunction.
import { blank } from "../../model/blank.ts";
import { statusOf } from "../../world/services/function.ts";
import { defineAction } from "../shared/define-action.ts";
import { functionAt, revisionAt } from "./function-at.ts";
import { timeText, viewTags, viewTrigger } from "./function-view.ts";

/** Describes a function. The code is never shown, whatever ShowCode says. */
export const getFunction = defineAction("scf", "GetFunction", (call, params) => {
  const stored = functionAt(call, params);
  const qualifier = params.Qualifier ?? "$LATEST";
  const { settings, code } = revisionAt(stored, qualifier, "ResourceNotFound.Function");
  return {
    ModTime: timeText(stored.modifiedAt),
    CodeInfo: "",
    Description: settings.description,
    Triggers: stored.triggers.map(viewTrigger),
    Handler: settings.handler,
    CodeSize: code.length,
    Timeout: settings.timeoutSeconds,
    FunctionVersion: qualifier,
    MemorySize: settings.memoryMb,
    Runtime: settings.runtime,
    FunctionName: stored.name,
    VpcConfig: blank("scf", "VpcConfig"),
    UseGpu: "FALSE",
    Environment: { Variables: settings.environment.map(({ key, value }) => ({ Key: key, Value: value })) },
    CodeResult: "success",
    CodeError: "",
    ErrNo: 0,
    Namespace: stored.namespace,
    Role: settings.role,
    InstallDependency: "FALSE",
    Status: statusOf(stored, call.world.workNow()),
    StatusDesc: "",
    ClsLogsetId: settings.clsLogsetId,
    ClsTopicId: settings.clsTopicId,
    FunctionId: stored.id,
    Tags: viewTags(call.world, stored),
    EipConfig: { EipFixed: "FALSE", Eips: [] },
    AccessInfo: blank("scf", "AccessInfo"),
    Type: "Event",
    L5Enable: "FALSE",
    Layers: [],
    DeadLetterConfig: blank("scf", "DeadLetterConfig"),
    AddTime: timeText(stored.addedAt),
    PublicNetConfig: null,
    OnsEnable: null,
    CfsConfig: { CfsInsList: [] },
    AvailableStatus: "Available",
    Qualifier: qualifier,
    InitTimeout: settings.initTimeoutSeconds,
    StatusReasons: [],
    AsyncRunEnable: "FALSE",
    TraceEnable: "FALSE",
    ImageConfig: null,
    ProtocolType: null,
    ProtocolParams: null,
    InstanceConcurrencyConfig: null,
    DnsCache: "FALSE",
    IntranetConfig: null,
  };
});
