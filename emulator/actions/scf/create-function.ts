// The action CreateFunction.
import { ApiError } from "../../errors.ts";
import { DEFAULT_RETRIES, DEFAULT_TTL_SECONDS } from "../../services/functions/schedule/retries.ts";
import { functionKey } from "../../world/services/function.ts";
import { resourceTagKey } from "../../world/tags.ts";
import { defineAction } from "../shared/define-action.ts";
import { beginDeployment, refuseUnmodelled } from "./change-function.ts";
import { codeOf } from "./code-of.ts";
import { NAMESPACE } from "./function-at.ts";
import { checkHandler, DEFAULT_SETTINGS, settingsWith } from "./function-settings.ts";

/** Functions in a namespace (product documentation 583/11637). */
const MOST_FUNCTIONS = 50;
const NAME = /^[A-Za-z]([\w-]{0,58}[A-Za-z0-9])$/;

/** Creates a function, which is Creating for a short time. Networks and tracing have no effect. */
export const createFunction = defineAction("scf", "CreateFunction", (call, params) => {
  const { world, account, region } = call;
  const { FunctionName: name, Namespace: namespace = NAMESPACE, Runtime, Tags = [], Type = "Event" } = params;
  if (!NAME.test(name))
    throw new ApiError("InvalidParameterValue.FunctionName", `\`${name}\` is no name of a function.`);
  if (namespace !== NAMESPACE) throw new ApiError("ResourceNotFound.Namespace", `\`${namespace}\` does not exist.`);
  if (Runtime === undefined) throw new ApiError("MissingParameter.Runtime", "`Runtime` is required.");
  if (Type !== "Event")
    throw new ApiError("InvalidParameterValue.Type", "The emulator has functions of type Event only.");
  refuseUnmodelled({
    Layers: (params.Layers ?? []).length > 0,
    DeadLetterConfig: params.DeadLetterConfig !== undefined,
  });
  const key = functionKey({ account: account.uin, region, namespace, name });
  if (world.functions.has(key))
    throw new ApiError("ResourceInUse.Function", `The function \`${name}\` exists already.`);
  const siblings = [...world.functions.values()].filter((f) => f.owner === account.uin && f.region === region);
  if (siblings.length >= MOST_FUNCTIONS) {
    throw new ApiError("LimitExceeded.Function", `A namespace has at most ${MOST_FUNCTIONS} functions.`);
  }
  const settings = { ...settingsWith(DEFAULT_SETTINGS, params), handler: checkHandler(params.Handler ?? "") };
  const id = world.random.id("lam");
  const tags = new Map(Tags.map(({ Key, Value }) => [Key, Value]));
  if (tags.size > 0) world.resourceTags.set(resourceTagKey(account.uin, region, id), tags);
  world.functions.set(key, {
    owner: account.uin,
    appId: account.appId,
    region,
    namespace,
    name,
    id,
    latest: { revision: world.random.uuid(), settings, code: codeOf(call, params.Code) },
    work: beginDeployment(world, "Creating"),
    triggers: [],
    versions: [],
    retryNum: DEFAULT_RETRIES,
    msgTtlSeconds: DEFAULT_TTL_SECONDS,
    reservedMb: undefined,
    addedAt: world.now(),
    modifiedAt: world.now(),
  });
  return {};
});
