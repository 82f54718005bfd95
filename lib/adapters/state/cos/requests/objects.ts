// The few things that the state does with objects: get, create once, list, delete, ask for versioning.
import { StateError } from "../../../../model/errors.ts";
import { cosFault } from "../../../../model/messages/cos.ts";
import { fullText, type Message } from "../../../../model/messages/define.ts";
import type { Millis } from "../../../../model/types.ts";
import type { CosPlace } from "../place.ts";
import { type CosAnswer, type CosRequest, LostAnswer, type Send } from "./client.ts";
import type { Window } from "./sign.ts";

/** An object in a list. */
export interface Listed {
  readonly key: string;
  readonly modifiedAt: Millis;
}

/** What became of a create-once. `unknown`: it may take effect until its window ends, or never. */
export type Created =
  | { readonly outcome: "created"; readonly date: Millis }
  | { readonly outcome: "exists" | "late" | "unknown" };

/** The objects of one bucket. Every method throws `StateError` if COS cannot be reached or refuses. */
export interface Objects {
  /** `body` is undefined if there is no such object. `date` is the time of COS. */
  get(key: string): Promise<{ readonly body: Buffer | undefined; readonly date: Millis }>;
  /**
   * Creates an object unless it exists. Sent once, and refused by COS outside of the window (`late`);
   * no answer or an error of the server is `unknown`.
   */
  create(key: string, body: Uint8Array, window: Window): Promise<Created>;
  /** Objects with a prefix, after `after`, in the order of their keys. `hasMore`: others follow. */
  list(
    prefix: string,
    most: number,
    after?: string,
  ): Promise<{ readonly objects: readonly Listed[]; readonly hasMore: boolean; readonly date: Millis }>;
  /** Deletes up to 1,000 objects. */
  remove(keys: readonly string[]): Promise<void>;
  /** `never`, or the state of versioning that the bucket has or had. */
  versioning(): Promise<string>;
  /** The time of COS, as far as its answers told it; else the local clock's. */
  serverNow(): Millis;
}

/** How long a request other than a create-once is valid, before and after the time of its signing. */
const SLACK: Millis = 10 * 60_000;
/** How often a request that changes nothing is sent at most, and the longest pause before it is repeated. */
const TRIES = 3;
const PAUSE: Millis = 300;
/** A clock that differs by more is the likely cause of a refused signature. */
const SKEW: Millis = 30_000;

const fail = (message: Message) => new StateError(fullText(message));

/** What the objects need besides a way to send. */
export interface Surroundings {
  readonly now: () => Millis;
  readonly pause: (length: Millis) => Promise<void>;
  /** At least 0 and below 1. */
  readonly random: () => number;
}

/** The objects behind a client. */
export function cosObjects(place: CosPlace, send: Send, { now, pause, random }: Surroundings): Objects {
  let offset: Millis = 0;
  const serverNow = () => now() + offset;

  async function sendOnce(request: CosRequest): Promise<CosAnswer> {
    const answer = await send(request);
    offset = answer.date - now();
    return answer;
  }

  /** Sends what may be repeated: again after a lost answer, an error of the server or a wrong clock. */
  async function ask(request: Omit<CosRequest, "headers" | "window">): Promise<CosAnswer> {
    for (let tries = 1; ; tries += 1) {
      const expected = serverNow();
      const window = { from: expected - SLACK, until: expected + SLACK };
      const answer = await sendOnce({ ...request, headers: {}, window }).catch((error: unknown) => {
        if (!(error instanceof LostAnswer)) throw error;
        if (tries >= TRIES) throw fail(cosFault("cos-unreachable", { cause: error.message }));
        return undefined;
      });
      if (answer && !mayPass(answer, expected)) return answer;
      if (answer && tries >= TRIES) throw failureOf(answer, place);
      await pause(PAUSE * tries * random());
    }
  }

  return {
    serverNow,
    async get(key) {
      const answer = await ask({ method: "GET", path: `/${key}`, params: {} });
      if (answer.status === 200) return { body: answer.body, date: answer.date };
      if (answer.status === 404 && answer.code === "NoSuchKey") return { body: undefined, date: answer.date };
      throw failureOf(answer, place);
    },
    async create(key, body, window) {
      const headers = { "x-cos-forbid-overwrite": "true" };
      const answer = await sendOnce({ method: "PUT", path: `/${key}`, params: {}, headers, body, window }).catch(
        (error: unknown) => {
          if (error instanceof LostAnswer) return undefined;
          throw error;
        },
      );
      if (!answer || answer.status >= 500 || answer.status === 408) return { outcome: "unknown" };
      if (answer.status === 200) return { outcome: "created", date: answer.date };
      // 412: what S3 answers where COS answers 409.
      if (answer.status === 409 || answer.status === 412) return { outcome: "exists" };
      if (answer.status === 403 && (answer.date > window.until - 1000 || answer.date < window.from)) {
        return { outcome: "late" };
      }
      throw failureOf(answer, place);
    },
    async list(prefix, most, after) {
      const params = {
        prefix,
        "max-keys": String(most),
        "encoding-type": "url",
        ...(after !== undefined && { marker: after }),
      };
      const answer = await ask({ method: "GET", path: "/", params });
      const xml = documentIn(answer, "ListBucketResult", place);
      const objects = listedIn(xml);
      const hasMore = /<IsTruncated>\s*true\s*</.test(xml);
      // An empty list would be taken for an empty state.
      if (objects.length === 0 && hasMore) throw notUnderstood(answer);
      return { objects, hasMore, date: answer.date };
    },
    async remove(keys) {
      const items = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("");
      const body = Buffer.from(`<Delete><Quiet>true</Quiet>${items}</Delete>`);
      const answer = await ask({ method: "POST", path: "/", params: { delete: "" }, body });
      if (answer.status !== 200) throw failureOf(answer, place);
      // Each object may be refused by itself; what it is refused for is most likely the same for all.
      const [, code] = /<Error>.*?<Code>([A-Za-z]+)<\/Code>/s.exec(answer.body.toString("utf8")) ?? [];
      if (code !== undefined) throw fail(cosFault("cos-refused", { code }));
    },
    async versioning() {
      const answer = await ask({ method: "GET", path: "/", params: { versioning: "" } });
      const xml = documentIn(answer, "VersioningConfiguration", place);
      return /<Status>([A-Za-z]+)<\/Status>/.exec(xml)?.[1] ?? "never";
    },
  };
}

/** Whether the same request may be answered better: the server failed, or the clock was wrong. */
function mayPass({ status, date }: CosAnswer, expected: Millis): boolean {
  return status >= 500 || status === 408 || status === 429 || (status === 403 && Math.abs(date - expected) > SKEW);
}

function failureOf({ status, code = "no code", requestId }: CosAnswer, { bucket, region }: CosPlace): StateError {
  if (code === "NoSuchBucket") return fail(cosFault("cos-no-bucket", { bucket, region }));
  const name = status === 401 || status === 403 ? "cos-refused" : "cos-failed";
  return fail({ ...cosFault(name, { status, code }), ...(requestId !== undefined && { requestId }) });
}

/** The XML of an answer. Something else must not be read as an empty list, or as no versioning. */
function documentIn(answer: CosAnswer, name: string, place: CosPlace): string {
  if (answer.status !== 200) throw failureOf(answer, place);
  const xml = answer.body.toString("utf8");
  if (!new RegExp(`<${name}[\\s/>]`).test(xml)) throw notUnderstood(answer);
  return xml;
}

function notUnderstood({ status }: CosAnswer): StateError {
  return fail(cosFault("cos-failed", { status, code: "not the answer of COS" }));
}

/**
 * The objects in the answer to a list. Keys of ours need no encoding, so only what COS itself may
 * encode in them (`encoding-type=url`) is decoded. Nothing else in the XML is read.
 */
export function listedIn(xml: string): Listed[] {
  return [...xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, content = ""]) => ({
    key: decodeURIComponent(/<Key>(.*?)<\/Key>/s.exec(content)?.[1] ?? ""),
    modifiedAt: Date.parse(/<LastModified>(.*?)<\/LastModified>/.exec(content)?.[1] ?? ""),
  }));
}
