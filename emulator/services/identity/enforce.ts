// Refuses the calls of the API that the caller's role does not allow.
import { ApiError } from "../../errors.ts";
import type { Service } from "../../model/model.ts";
import type { Account } from "../../settings/accounts.ts";
import type { ImageAt, World } from "../../world/types.ts";
import { refusalOf } from "./permissions.ts";

/** A call before it runs. */
export interface CheckedCall {
  readonly account: Account;
  readonly service: Service;
  readonly action: string;
  readonly requestId: string;
  readonly region?: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  /** The images in the parameters; without any, the action is checked on all resources. */
  readonly images: readonly ImageAt[];
}

/** Products that refuse with UnauthorizedOperation; at the others the gateway refuses, with a code of AuthFailure. */
const OWN_CODE: readonly Service[] = ["as", "cvm", "sts"];

/**
 * Throws `ApiError` UnauthorizedOperation or AuthFailure.UnauthorizedOperation unless the caller may do the action on
 * each resource. The text is that of real refusals of CVM, with the emulator's reason behind it.
 */
export function checkPermission(world: World, call: CheckedCall): void {
  const { account, service, requestId } = call;
  if (account.role === undefined) return;
  const action = `${service}:${call.action}`;
  const named = resourcesOf(call);
  for (const resource of named.length > 0 ? named : ["*"]) {
    const reason = refusalOf(world, account, action, resource);
    if (reason === undefined) continue;
    const { permissionCode } = world.switches;
    const byProduct = OWN_CODE.includes(service) ? "UnauthorizedOperation" : "AuthFailure.UnauthorizedOperation";
    throw new ApiError(
      permissionCode === "by-product" ? byProduct : permissionCode,
      `[request id:${requestId}]you are not authorized to perform operation (${action})\n` +
        `resource (${resource}) has no permission\n(emulator: ${reason})`,
    );
  }
}

/**
 * The resources of a call, as CAM names them: images, a log topic (vendor's page 614/45877), and a secret
 * (the form of its resource is from memory). Without any, an action is checked on all resources.
 */
function resourcesOf({ account: { uin }, service, action, region = "", params, images }: CheckedCall): string[] {
  const textOf = (name: string) => (typeof params[name] === "string" ? params[name] : "");
  if (service === "cls" && textOf("TopicId")) return [`qcs::cls:${region}:uin/${uin}:topic/${textOf("TopicId")}`];
  if (service === "ssm" && action === "GetSecretValue")
    return [`qcs::ssm:${region}:uin/${uin}:secret/creatorUin/${uin}/${textOf("SecretName")}`];
  return images.map((image) => `qcs::cvm:${image.region}:uin/${uin}:image/${image.imageId}`);
}
