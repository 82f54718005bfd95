// The verbs that read images, their shares and families, and the quota of a region.
import type {
  DescribeImageFromFamilyRequest,
  DescribeImageSharePermissionRequest,
  DescribeImagesRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CloudError } from "../../../model/errors.ts";
import { isImageId } from "../../../model/image.ts";
import { cloudDetail } from "../../../model/messages/cloud-details.ts";
import type { Cloud } from "../../../model/ports.ts";
import type { Image } from "../../../model/types.ts";
import { AnswerError, absent, numberOf, record, textOf } from "../transport/answer.ts";
import type { Call } from "../transport/call.ts";
import { IMAGE_TYPES, listedImages, malformedId, sharedAccounts } from "./decode.ts";
import { type Calls, readWholeList } from "./list-calls.ts";
import { readByIds } from "./paging.ts";

const IDS_PER_CALL = 100; // cvm 2017-03-12, DescribeImages: the most for Limit and for ImageIds

/** The verbs that read images and what belongs to images. */
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
      const listed = await readWholeList(calls, describe(region, filter), `${type} images`, (answer, offset) =>
        listedImages(answer["ImageSet"], region, offset, type),
      );
      return listed.flatMap(({ image }) => image ?? []);
    },

    imagesById: (region, imageIds) =>
      readByIds<Image>(
        [...new Set(imageIds)],
        (ids) =>
          repeated(describe(region, { ImageIds: [...ids], Limit: IDS_PER_CALL }), (answer) => {
            const images = listedImages(answer["ImageSet"], region)
              .flatMap(({ image }) => image ?? [])
              .filter(({ imageId }) => ids.includes(imageId));
            const total = numberOf(answer["TotalCount"], "TotalCount");
            // An image that the answer withholds would look as if it were absent.
            if (total !== undefined && total > images.length) {
              throw new AnswerError(cloudDetail("images-withheld", { total, listed: images.length }));
            }
            return images;
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
        if (quota === undefined) throw absent("ImageNumQuota");
        return quota;
      }),

    async familyImage(region, family) {
      if (!family) return undefined; // the API does not document the answer for an empty name
      const params: DescribeImageFromFamilyRequest = { ImageFamily: family };
      return await repeated(cvm("DescribeImageFromFamily", region, params), ({ Image: image }) => {
        if (image === undefined || image === null) return undefined;
        const imageId = textOf(record(image, "Image")["ImageId"], "ImageId") || undefined;
        if (imageId !== undefined && !isImageId(imageId)) throw malformedId("Image", imageId);
        return imageId;
      });
    },
  };
}

// DescribeImages documents the malformed id only; other actions of cvm 2017-03-12 the other codes.
const UNKNOWN_ID = /^(InvalidImageId\.(NotFound|Malformed)|InvalidParameterValue\.InvalidImageId)/;
