// The verbs that request copies of an image: SyncImages, and its dry run.
import type { SyncImagesRequest } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { CloudError } from "../../../model/errors.ts";
import type { Cloud, SyncRequest } from "../../../model/ports.ts";
import type { Millis } from "../../../model/types.ts";
import type { Call, Send } from "../transport/call.ts";
import { syncedIds } from "./decode.ts";
import { requestIdIn } from "./list-calls.ts";

/**
 * The verbs that request copies, or test whether the cloud would accept the request. `throttled`
 * retries a call after throttling only.
 */
export function imageCopying(
  send: Send,
  throttled: Send,
  timeoutMs: Millis,
): Pick<Cloud, "syncImage" | "trySyncImage"> {
  const sync = (request: SyncRequest, dryRun: boolean): Call => {
    const { encrypt } = request;
    const params: SyncImagesRequest = {
      ImageIds: [request.source.imageId],
      DestinationRegions: [...request.destinations],
      ImageName: request.name,
      ...(dryRun ? { DryRun: true } : { ImageSetRequired: true }),
      ...(encrypt ? { Encrypt: true } : {}),
      ...(encrypt?.kmsKeyId ? { KmsKeyId: encrypt.kmsKeyId } : {}),
    };
    return {
      service: "cvm",
      action: "SyncImages",
      region: request.source.region,
      params,
      timeoutMs,
      // A dry run is fenced too, so that no redirect or dead connection sends it twice. It is never
      // too late for a dry run.
      notAfter: dryRun ? Number.POSITIVE_INFINITY : request.notAfter,
      ...(dryRun ? {} : { changes: true }),
    };
  };

  return {
    syncImage: (request) =>
      send(sync(request, false), (answer) => ({
        imageIds: syncedIds(answer["ImageSet"], request),
        requestId: requestIdIn(answer),
      })),

    async trySyncImage(request) {
      try {
        await throttled(sync(request, true), () => undefined);
      } catch (error) {
        // "The request would have succeeded" (common error codes). It is not documented whether
        // SyncImages answers a dry run in this way.
        if (!(error instanceof CloudError && error.code === "DryRunOperation")) throw error;
      }
    },
  };
}
