import { setMaxListeners } from "node:events";
import type {
  DescribeImagesRequest,
  ModifyImageAttributeRequest,
  SyncImagesRequest,
} from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_models.js";
import { SYNC_TIMEOUT } from "../core/timing.ts";
import { CloudError } from "../errors.ts";
import type { Cloud, SyncRequest } from "../ports/cloud.ts";
import type { Image, Millis } from "../types.ts";
import {
  AnswerError,
  IMAGE_TYPES,
  type Json,
  type Listed,
  listedImages,
  numberOf,
  refuseFailed,
  syncedIds,
  textOf,
} from "./answers.ts";
import type { Credentials } from "./credentials.ts";
import { accountIn, callerIdentity } from "./identity.ts";
import { readAll, readByIds } from "./paging.ts";
import { repeating } from "./retry.ts";
import type { Site } from "./services.ts";
import { type Call, type CallLine, cloudError, type Send, transport } from "./transport.ts";
import { isTransient } from "./verdicts.ts";

export interface TencentOptions {
  /** Where every call goes instead of the site's hosts, e.g. `http://127.0.0.1:9900`. */
  readonly endpoint?: string;
  readonly site: Site;
  /** Asked before each request, so that keys may change while we run. What it throws becomes `NoCredentials`. */
  readonly credentials: () => Promise<Credentials>;
  /** Ends whatever is under way; the calls then throw `Aborted`. */
  readonly signal?: AbortSignal;
  /** The clock against which `notAfter` is checked; must be the real one, since the SDK signs with that. */
  readonly now: () => Millis;
  /** For each request alone. Default: 20 s, for SyncImages `SYNC_TIMEOUT`. */
  readonly timeoutMs?: Millis;
  readonly log?: (line: CallLine) => void;
}

const PAGE = 100; // cvm 2017-03-12, DescribeImages: Limit and the number of ImageIds
const TAGS_PER_CALL = 10; // tag 2018-08-13, TagResources

/** The cloud itself, or whatever speaks its API at `endpoint`. */
export function tencentCloud(options: TencentOptions): Cloud {
  const run = new AbortController();
  const { signal } = run;
  setMaxListeners(0, signal); // each call under way listens; a sweep has dozens, and Node warns above ten
  if (options.signal?.aborted) run.abort();
  options.signal?.addEventListener("abort", () => run.abort(), { once: true });
  const send = transport({
    endpoint: options.endpoint === undefined ? undefined : new URL(options.endpoint),
    site: options.site,
    credentials: options.credentials,
    signal,
    now: options.now,
    ...(options.log ? { log: options.log } : {}),
  });
  return cloudOver(send, { ...options, signal });
}

/** What the adapter itself needs to know, whatever carries its calls. */
export interface OverOptions extends Pick<TencentOptions, "site" | "timeoutMs"> {
  readonly signal: AbortSignal;
  /** Images a page. Default 100, the most that the API allows. */
  readonly page?: number;
  /** Repeats calls that may be repeated. Default: with pauses that grow, see `repeating`. */
  readonly repeat?: typeof repeating;
}

/** The same over any way to send a call: what reading and repeating need is decided here, how bytes travel there. */
export function cloudOver(send: Send, options: OverOptions): Cloud {
  const { signal, page = PAGE, repeat = repeating } = options;
  const readTimeout = options.timeoutMs ?? 20_000;

  const repeated = <T>(call: Call, read: (answer: Json) => T): Promise<T> =>
    repeat(() => send(call, read), signal, isTransient);

  const describe = (region: string, params: DescribeImagesRequest): Call => ({
    service: "cvm",
    action: "DescribeImages",
    region,
    params,
    timeoutMs: readTimeout,
  });

  const sync = (request: SyncRequest, dryRun: boolean): Call => {
    const params: SyncImagesRequest = {
      ImageIds: [request.source.imageId],
      DestinationRegions: [...request.destinations],
      ImageName: request.name,
      ...(dryRun ? { DryRun: true } : { ImageSetRequired: true }),
    };
    return {
      service: "cvm",
      action: "SyncImages",
      region: request.source.region,
      params,
      timeoutMs: options.timeoutMs ?? SYNC_TIMEOUT,
      // A dry run is fenced too, so that no redirect or dead connection makes two of it; it is never too late for one.
      notAfter: dryRun ? Number.POSITIVE_INFINITY : request.notAfter,
      ...(dryRun ? {} : { changes: true }),
    };
  };

  return {
    account: () => repeated(callerIdentity(options.site, readTimeout), accountIn),

    async images(region, type) {
      const filter = { Filters: [{ Name: "image-type", Values: [IMAGE_TYPES[type]] }] };
      const listed = await readAll<Listed>(
        (offset, limit) =>
          repeated(describe(region, { ...filter, Offset: offset, Limit: limit }), (answer) => {
            const total = numberOf(answer["TotalCount"], "TotalCount");
            if (total === undefined) throw new AnswerError("TotalCount is absent");
            return { items: listedImages(answer["ImageSet"], region, offset, type), total };
          }),
        ({ mark }) => mark,
        { limit: page },
      );
      if (!listed) throw cloudError(describe(region, {}), { code: "Unstable", text: `${type} images` }, "none");
      return listed.flatMap(({ image }) => image ?? []);
    },

    imagesById: (region, imageIds) =>
      readByIds<Image>(
        [...new Set(imageIds)],
        (ids) =>
          repeated(describe(region, { ImageIds: [...ids], Limit: PAGE }), (answer) => {
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
        PAGE,
      ),

    syncImage: (request) =>
      send(sync(request, false), (answer) => ({
        imageIds: syncedIds(answer["ImageSet"], request.destinations),
        requestId: textOf(answer["RequestId"], "RequestId") ?? "",
      })),

    async trySyncImage(request) {
      try {
        const onlyThrottled = (code: string) => code.startsWith("RequestLimitExceeded");
        await repeat(() => send(sync(request, true), () => undefined), signal, onlyThrottled);
      } catch (error) {
        // "The request would have succeeded" (common error codes); whether SyncImages says it so is not settled.
        if (!(error instanceof CloudError && error.code === "DryRunOperation")) throw error;
      }
    },

    async tag(image, account, tags, notAfter) {
      const resource = `qcs::cvm:${image.region}:uin/${account}:image/${image.imageId}`;
      const all = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      let requestId = "";
      for (let start = 0; start < all.length; start += TAGS_PER_CALL) {
        const call: Call = {
          service: "tag",
          action: "TagResources",
          where: image.region,
          params: { ResourceList: [resource], Tags: all.slice(start, start + TAGS_PER_CALL) },
          timeoutMs: readTimeout,
          notAfter,
          changes: true,
        };
        requestId = await repeated(call, (answer) => {
          refuseFailed(answer["FailedResources"]);
          return textOf(answer["RequestId"], "RequestId") ?? "";
        });
      }
      return requestId;
    },

    rename: (image, name, description, notAfter) => {
      const params: ModifyImageAttributeRequest = {
        ImageId: image.imageId,
        ImageName: name,
        ImageDescription: description,
      };
      return repeated(
        {
          service: "cvm",
          action: "ModifyImageAttribute",
          region: image.region,
          params,
          timeoutMs: readTimeout,
          notAfter,
          changes: true,
        },
        (answer) => textOf(answer["RequestId"], "RequestId") ?? "",
      );
    },
  };
}

// DescribeImages documents the malformed only; other actions of cvm 2017-03-12 have the rest.
const UNKNOWN_ID = /^(InvalidImageId\.(NotFound|Malformed)|InvalidParameterValue\.InvalidImageId)/;
