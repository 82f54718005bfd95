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
import { sendAll } from "./each-alone.ts";
import { type Calls, requestIdIn } from "./list-calls.ts";

const TAGS_PER_CALL = 10; // tag 2018-08-13, TagResources and UnTagResources
// cvm 2017-03-12, ModifyImageSharePermission: an image can be shared with 500 accounts (50 in older
// documents). The limit for one call is not documented.
const ACCOUNTS_PER_CALL = 50;

/** The verbs that change images. Each may be repeated, and each answers the last request id. */
export function imageWrites({
  repeated,
  timeoutMs,
}: Calls): Pick<Cloud, "tag" | "untag" | "modify" | "share" | "unshare" | "deleteImage"> {
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

  const permitOrHas = async (image: ImageRef, accounts: readonly string[], notAfter: Millis): Promise<string> => {
    try {
      return await permit("SHARE", image, accounts, notAfter);
    } catch (error) {
      const hasImage = error instanceof CloudError && error.code === "FailedOperation.AccountAlreadyExists";
      if (hasImage && accounts.length === 1) return error.requestId ?? "";
      throw error;
    }
  };

  const changeTags = (
    action: "TagResources" | "UnTagResources",
    { region, imageId, account }: ImageRef & { readonly account: string },
    tags: object,
    notAfter: Millis,
  ): Promise<string> => {
    const ResourceList = [`qcs::cvm:${region}:uin/${account}:image/${imageId}`];
    const params = { ResourceList, ...tags };
    const call: Call = { service: "tag", action, where: region, params, timeoutMs, notAfter, changes: true };
    return repeated(call, (answer) => {
      refuseFailed(answer["FailedResources"]);
      return requestIdIn(answer);
    });
  };

  return {
    tag(image, account, tags, notAfter) {
      return sendAll(Object.keys(tags), TAGS_PER_CALL, (keys) => {
        const Tags = keys.map((TagKey) => ({ TagKey, TagValue: tags[TagKey] }));
        return changeTags("TagResources", { ...image, account }, { Tags }, notAfter);
      });
    },

    async untag(image, account, keys, notAfter) {
      const { requestId, refused } = await sendAll(keys, TAGS_PER_CALL, (TagKeys) =>
        changeTags("UnTagResources", { ...image, account }, { TagKeys }, notAfter),
      );
      for (const error of refused.values()) throw error;
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

    share(image, accounts, notAfter) {
      return sendAll([...new Set(accounts)], ACCOUNTS_PER_CALL, (some) => permitOrHas(image, some, notAfter));
    },

    async unshare(image, accounts, notAfter) {
      const { requestId, refused } = await sendAll([...new Set(accounts)], ACCOUNTS_PER_CALL, (some) =>
        permit("CANCEL", image, some, notAfter),
      );
      for (const error of refused.values()) throw error;
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
