// The verbs that tag, change, share and delete images.
import type {
  DeleteImagesRequest,
  ModifyImageAttributeRequest,
  ModifyImageSharePermissionRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CloudError } from "../../../model/errors.ts";
import type { Cloud } from "../../../model/ports.ts";
import type { ImageRef, Millis } from "../../../model/types.ts";
import type { Call } from "../transport/call.ts";
import { refuseFailed } from "./decode.ts";
import { type Calls, requestIdIn } from "./list-calls.ts";

const TAGS_PER_CALL = 10; // tag 2018-08-13, TagResources
// cvm 2017-03-12, ModifyImageSharePermission: an image can be shared with 500 accounts (50 in older
// documents). The limit for one call is not documented.
const ACCOUNTS_PER_CALL = 50;

/** The verbs that change images. Each may be repeated, and each answers the last request id. */
export function imageWrites({
  repeated,
  timeoutMs,
}: Calls): Pick<Cloud, "tag" | "modify" | "share" | "unshare" | "deleteImage"> {
  const change = (action: string, { region }: ImageRef, params: object, notAfter: Millis): Promise<string> =>
    repeated({ service: "cvm", action, region, params, timeoutMs, notAfter, changes: true }, requestIdIn);

  const permit = (Permission: "SHARE" | "CANCEL", image: ImageRef, accounts: readonly string[], notAfter: Millis) => {
    const params: ModifyImageSharePermissionRequest = {
      ImageId: image.imageId,
      AccountIds: [...accounts],
      Permission,
    };
    return change("ModifyImageSharePermission", image, params, notAfter);
  };

  const shareAll = async (image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string> => {
    try {
      return await permit("SHARE", image, accounts, notAfter);
    } catch (error) {
      if (!(error instanceof CloudError && error.code === "FailedOperation.AccountAlreadyExists")) throw error;
      if (accounts.length === 1) return error.requestId ?? "";
      // One of the accounts has the image already. It is not documented whether the others got it
      // from this call, so the image is shared with each account in a call of its own.
      let requestId = "";
      for (const account of accounts) requestId = await shareAll(image, [account], notAfter);
      return requestId;
    }
  };

  return {
    async tag(image, account, tags, notAfter) {
      const resource = `qcs::cvm:${image.region}:uin/${account}:image/${image.imageId}`;
      const all = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      let requestId = "";
      for (const batch of batches(all, TAGS_PER_CALL)) {
        const call: Call = {
          service: "tag",
          action: "TagResources",
          where: image.region,
          params: { ResourceList: [resource], Tags: batch },
          timeoutMs,
          notAfter,
          changes: true,
        };
        requestId = await repeated(call, (answer) => {
          refuseFailed(answer["FailedResources"]);
          return requestIdIn(answer);
        });
      }
      return requestId;
    },

    modify(image, { name, description, family, deprecated }, notAfter) {
      const params: ModifyImageAttributeRequest = {
        ImageId: image.imageId,
        ...(name === undefined ? {} : { ImageName: name }),
        ...(description === undefined ? {} : { ImageDescription: description }),
        ...(family === undefined ? {} : { ImageFamily: family }),
        ...(deprecated === undefined ? {} : { ImageDeprecated: deprecated }),
      };
      return change("ModifyImageAttribute", image, params, notAfter);
    },

    async share(image, accounts, notAfter) {
      let requestId = "";
      for (const batch of batches([...new Set(accounts)], ACCOUNTS_PER_CALL)) {
        requestId = await shareAll(image, batch, notAfter);
      }
      return requestId;
    },

    async unshare(image, accounts, notAfter) {
      let requestId = "";
      for (const batch of batches([...new Set(accounts)], ACCOUNTS_PER_CALL)) {
        requestId = await permit("CANCEL", image, batch, notAfter);
      }
      return requestId;
    },

    async deleteImage(image, notAfter) {
      // Without DeleteBindedSnap the snapshots would remain, and be billed.
      const params: DeleteImagesRequest = { ImageIds: [image.imageId], DeleteBindedSnap: true };
      try {
        return await change("DeleteImages", image, params, notAfter);
      } catch (error) {
        // The answer to an earlier attempt may have been lost; in either case the image is deleted.
        if (error instanceof CloudError && error.code === "InvalidImageId.NotFound") return error.requestId ?? "";
        throw error;
      }
    },
  };
}

function batches<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
