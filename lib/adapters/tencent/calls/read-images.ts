import type {
  DescribeImageFromFamilyRequest,
  DescribeImageSharePermissionRequest,
  DescribeImagesRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CloudError } from "../../../model/errors.ts";
import type { Cloud } from "../../../model/ports.ts";
import type { Image } from "../../../model/types.ts";
import { AnswerError, numberOf, record, textOf } from "../transport/answer.ts";
import type { Call } from "../transport/call.ts";
import { IMAGE_TYPES, listedImages, sharedAccounts } from "./decode.ts";
import { type Calls, wholeList } from "./list-calls.ts";
import { readByIds } from "./paging.ts";

const IDS_PER_CALL = 100; // cvm 2017-03-12, DescribeImages: Limit and the number of ImageIds

/** The verbs that read images and what belongs to them. */
export function imageReads(
  calls: Calls,
): Pick<Cloud, "images" | "imagesById" | "sharedWith" | "quota" | "familyImage"> {
  const { repeated, timeoutMs } = calls;
  const cvm = (action: string, region: string, params: object): Call => ({
    service: "cvm",
    action,
    region,
    params,
    timeoutMs,
  });
  const describe = (region: string, params: DescribeImagesRequest) => cvm("DescribeImages", region, params);

  return {
    async images(region, type) {
      const filter = { Filters: [{ Name: "image-type", Values: [IMAGE_TYPES[type]] }] };
      const listed = await wholeList(calls, describe(region, filter), `${type} images`, (answer, offset) =>
        listedImages(answer["ImageSet"], region, offset, type),
      );
      return listed.flatMap(({ image }) => image ?? []);
    },

    imagesById: (region, imageIds) =>
      readByIds<Image>(
        [...new Set(imageIds)],
        (ids) =>
          repeated(describe(region, { ImageIds: [...ids], Limit: IDS_PER_CALL }), (answer) => {
            const found = listedImages(answer["ImageSet"], region)
              .flatMap(({ image }) => image ?? [])
              .filter(({ imageId }) => ids.includes(imageId));
            const total = numberOf(answer["TotalCount"], "TotalCount");
            // An image that was held back would look as if it were gone.
            if (total !== undefined && total > found.length) {
              throw new AnswerError(`TotalCount is ${total}, but ImageSet has ${found.length} of the ids`);
            }
            return found;
          }),
        (error) => error instanceof CloudError && UNKNOWN_ID.test(error.code),
        IDS_PER_CALL,
      ),

    sharedWith({ region, imageId }) {
      const params: DescribeImageSharePermissionRequest = { ImageId: imageId };
      return repeated(cvm("DescribeImageSharePermission", region, params), (answer) =>
        sharedAccounts(answer["SharePermissionSet"]),
      );
    },

    quota: (region) =>
      repeated(cvm("DescribeImageQuota", region, {}), (answer) => {
        const quota = numberOf(answer["ImageNumQuota"], "ImageNumQuota");
        if (quota === undefined) throw new AnswerError("ImageNumQuota is absent");
        return quota;
      }),

    async familyImage(region, family) {
      if (!family) return undefined; // no family at all; what the API would make of it is not documented
      const params: DescribeImageFromFamilyRequest = { ImageFamily: family };
      return await repeated(cvm("DescribeImageFromFamily", region, params), ({ Image: image }) => {
        if (image === undefined || image === null) return undefined;
        return textOf(record(image, "Image")["ImageId"], "ImageId") || undefined;
      });
    },
  };
}

// DescribeImages documents the malformed only; other actions of cvm 2017-03-12 have the rest.
const UNKNOWN_ID = /^(InvalidImageId\.(NotFound|Malformed)|InvalidParameterValue\.InvalidImageId)/;
