// A small bench for the emulator's tests: a world, calls, and signed requests.
import { createHash, createHmac } from "node:crypto";
import { expect } from "vitest";
import { callAction } from "../../emulator/api/dispatch.ts";
import { type ImageSpec, makeImages } from "../../emulator/control/console.ts";
import { ApiError } from "../../emulator/errors.ts";
import type { Service } from "../../emulator/model/model.ts";
import { type Account, DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World, WorldOptions } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { deviations } from "./model/answer-check.ts";

export const [MAIN, GOLDEN, THIRD] = DEFAULT_ACCOUNTS;
export const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 15, 8, 0, 0);

const VERSIONS: Readonly<Record<string, string>> = {
  cvm: "2017-03-12",
  tag: "2018-08-13",
  sts: "2018-08-13",
  region: "2022-06-27",
  as: "2018-04-19",
  cam: "2019-01-16",
  ssm: "2019-09-23",
  eb: "2021-04-16",
  cls: "2020-10-16",
  scf: "2018-04-16",
};

export interface Bench {
  readonly world: World;
  /** Advances the clock of the world. */
  tick(ms: number): void;
  /** Calls an action, by default as the main account in ap-guangzhou. */
  call(action: string, params?: object, options?: CallOptions): Answer;
  /** The error code of a call that must fail. */
  refusal(action: string, params?: object, options?: CallOptions): string;
  /** Creates an image, by default NORMAL and in ap-guangzhou, and returns its id. */
  image(spec?: Partial<ImageSpec>): string;
  /** One image as DescribeImages shows it. */
  look(imageId: string, options?: CallOptions): Shown | undefined;
}

export interface CallOptions {
  readonly account?: Account;
  readonly service?: string;
  readonly region?: string;
  /** The body of an action that takes bytes. */
  readonly body?: Uint8Array | undefined;
}

export type Shown = Record<string, unknown> & {
  readonly ImageId: string;
  readonly ImageState: string;
  readonly ImageType: string;
  readonly Region: string;
};

/** Any API response. The tests check the names and the contents of its fields. */
export interface Answer {
  readonly RequestId: string;
  readonly Error?: { readonly Code: string; readonly Message: string };
  readonly TotalCount: number;
  readonly ImageId: string;
  readonly Image: Shown | null;
  readonly ImageSet: readonly Shown[];
  readonly RegionSet: readonly object[];
  readonly SharePermissionSet: readonly object[];
  readonly FailedResources: readonly object[];
  readonly ResourceTagMappingList: readonly { readonly Resource: string }[];
  readonly PaginationToken: string;
}

/** A world with its own clock and without rate limits, whose every answer is compared with the vendor's model. */
export function bench(options: Partial<WorldOptions> = {}): Bench {
  let now = START;
  const world = createWorld({ now: () => now, rateLimits: false, ...options });
  const call: Bench["call"] = (action, params = {}, options = {}) => {
    const { account = MAIN, service = "cvm", region = "ap-guangzhou", body } = options;
    const answer: unknown = callAction(world, {
      account,
      service: service as Service,
      action,
      version: VERSIONS[service] ?? "",
      region,
      params: params as Record<string, unknown>,
      body,
    });
    expect(deviations(service as Service, action, answer)).toEqual([]);
    return answer as Answer;
  };
  return {
    world,
    tick: (ms) => {
      now += ms;
    },
    call,
    refusal: (action, params, options) => {
      const error = caught(() => call(action, params, options));
      expect(error).toBeInstanceOf(ApiError);
      return (error as ApiError).code;
    },
    image: (spec = {}) => {
      const [image] = makeImages(world, { region: "ap-guangzhou", name: "golden", silent: true, ...spec });
      return image?.imageId ?? "";
    },
    look: (imageId, options) =>
      call("DescribeImages", { Filters: [{ Name: "image-id", Values: [imageId] }] }, options).ImageSet[0],
  };
}

/** The error that a function throws. */
export function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** Copies an image and returns the ids of the copies by region. */
export function sync(b: Bench, imageId: string, regions: readonly string[], more: object = {}): Record<string, string> {
  const answer = b.call("SyncImages", {
    ImageIds: [imageId],
    DestinationRegions: regions,
    ImageSetRequired: true,
    ...more,
  });
  return Object.fromEntries(answer.ImageSet.map((entry) => [entry.Region, entry.ImageId]));
}

export interface SignOptions {
  readonly action: string;
  readonly body?: string;
  readonly query?: string;
  readonly method?: string;
  readonly version?: string;
  readonly region?: string;
  readonly secretId?: string;
  readonly secretKey?: string;
  readonly service?: string;
  /** The host as signed, including a port. */
  readonly host?: string;
  readonly contentType?: string;
  /** Epoch milliseconds. */
  readonly at?: number;
  /** The day in the scope. Default: the day of the timestamp. */
  readonly date?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signedHeaders?: readonly string[];
}

/**
 * Signs with TC3-HMAC-SHA256, written from the vendor's documentation and independent of the
 * emulator.
 * Returns all headers.
 */
export function sign(options: SignOptions): Record<string, string> {
  const { action, body = "{}", query = "", method = "POST", version = "2017-03-12", service = "cvm" } = options;
  const timestamp = Math.floor((options.at ?? START) / 1000);
  const headers: Record<string, string> = {
    "content-type": options.contentType ?? "application/json",
    host: options.host ?? "cvm.tencentcloudapi.com",
    "x-tc-action": action,
    "x-tc-version": version,
    "x-tc-timestamp": String(timestamp),
    "x-tc-region": options.region ?? "ap-guangzhou",
    ...options.headers,
  };
  const names = options.signedHeaders ?? ["content-type", "host"];
  const sha = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
  const mac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const lines = names.map((name) => `${name}:${(headers[name] ?? "").toLowerCase()}\n`).join("");
  const canonical = `${method}\n/\n${query}\n${lines}\n${names.join(";")}\n${sha(method === "GET" ? "" : body)}`;
  const date = options.date ?? new Date(timestamp * 1000).toISOString().slice(0, 10);
  const toSign = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${sha(canonical)}`;
  const key = mac(mac(mac(`TC3${options.secretKey ?? MAIN.secretKey}`, date), service), "tc3_request");
  const signature = mac(key, toSign).toString("hex");
  const credential = `${options.secretId ?? MAIN.secretId}/${date}/${service}/tc3_request`;
  headers["authorization"] =
    `TC3-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return headers;
}

/** The `Response` object of an HTTP response of the API. */
export async function responseOf(response: Response): Promise<Answer> {
  return ((await response.json()) as { Response: Answer }).Response;
}
