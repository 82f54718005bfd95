// What a function sees of SCF: its environment variables and its context.
import type { Session } from "../../world/services/cam.ts";
import type { FunctionRevision, StoredFunction } from "../../world/services/function.ts";

/** The variables with the temporary keys of the function's role; none if it has no role. */
export function keyVariables(session: Session | undefined): Record<string, string> {
  if (session === undefined) return {};
  return {
    TENCENTCLOUD_SECRETID: session.secretId,
    TENCENTCLOUD_SECRETKEY: session.secretKey,
    TENCENTCLOUD_SESSIONTOKEN: session.token ?? "",
  };
}

/**
 * All variables of an instance (product documentation 583/32748): those of SCF and of the function,
 * and no other. `extra` are the variables with which the emulator was started; the function's own
 * come before them.
 */
export function environmentOf(
  stored: StoredFunction,
  { settings }: FunctionRevision,
  given: { codeRoot: string; source: string; session: Session | undefined; extra: Readonly<Record<string, string>> },
): Record<string, string> {
  return {
    ...given.extra,
    ...Object.fromEntries(settings.environment.map(({ key, value }) => [key, value])),
    ...keyVariables(given.session),
    TENCENTCLOUD_REGION: stored.region,
    TENCENTCLOUD_APPID: stored.appId,
    TENCENTCLOUD_UIN: stored.owner,
    TENCENTCLOUD_RUNENV: "SCF",
    USER_CODE_ROOT: given.codeRoot,
    SCF_FUNCTIONNAME: stored.name,
    SCF_NAMESPACE: stored.namespace,
    SCF_RUNTIME: settings.runtime,
    TRIGGER_SRC: given.source,
  };
}

/** The members of the context that are data; the bootstrap adds the environment and the remaining time. */
export function contextOf(
  stored: StoredFunction,
  { settings }: FunctionRevision,
  call: { requestId: string; qualifier: string },
) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    memory_limit_in_mb: settings.memoryMb,
    time_limit_in_ms: settings.timeoutSeconds * 1000,
    request_id: call.requestId,
    function_name: stored.name,
    function_version: call.qualifier === "$DEFAULT" ? "$LATEST" : call.qualifier,
    namespace: stored.namespace,
    tencentcloud_region: stored.region,
    tencentcloud_appid: stored.appId,
    tencentcloud_uin: stored.owner,
  };
}
