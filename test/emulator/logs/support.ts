// A bench of CLS: a topic, an encoder of logs that is independent of the emulator, uploads and searches.
import { expect } from "vitest";
import { ApiError } from "../../../emulator/errors.ts";
import type { WorldOptions } from "../../../emulator/world/types.ts";
import { type Bench, bench, type CallOptions, caught } from "../support.ts";

export type Fields = Readonly<Record<string, string>>;

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A field with bytes: text or an inner message. */
export function field(number: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function encodeLog(time: number | bigint, fields: Fields): Buffer {
  const contents = Object.entries(fields).map(([key, value]) =>
    field(2, Buffer.concat([field(1, key), field(2, value)])),
  );
  return Buffer.concat([Buffer.from([0x08]), varint(time), ...contents]);
}

/** A LogGroupList with one group. */
export function encodeGroup(logs: readonly Uint8Array[], more: Uint8Array = Buffer.alloc(0)): Buffer {
  return field(1, Buffer.concat([...logs.map((log) => field(1, log)), more]));
}

export const RULE = {
  FullText: { CaseSensitive: false, Tokenizer: ' /:,."{}[]' },
  KeyValue: {
    CaseSensitive: false,
    KeyValues: [
      { Key: "level", Value: { Type: "text", Tokenizer: " " } },
      { Key: "id", Value: { Type: "text" } },
      { Key: "status", Value: { Type: "long" } },
      { Key: "seconds", Value: { Type: "double" } },
    ],
  },
};

export interface LogBench extends Bench {
  cls(action: string, params?: object, options?: CallOptions): ClsAnswer;
  clsError(action: string, params?: object, options?: CallOptions): ApiError;
  /** Makes a logset and a topic, by default with an index, and returns the id of the topic. */
  topic(params?: object, rule?: object | null): string;
  upload(topicId: string, body: Uint8Array, compression?: string): void;
  uploadError(topicId: string, body: Uint8Array, compression?: string): ApiError;
  /** Uploads logs, one second apart, the last one now. */
  send(topicId: string, ...logs: readonly Fields[]): void;
  /** What the logs that a search finds say in `id`, from the oldest one. */
  ids(topicId: string, query: string, more?: object): (string | undefined)[];
}

export interface ClsAnswer {
  readonly LogsetId: string;
  readonly TopicId: string;
  readonly TotalCount: number;
  readonly Logsets: readonly object[];
  readonly Topics: readonly object[];
  readonly Results: readonly { readonly Time: number; readonly LogJson: string }[];
  readonly Context: string;
  readonly ListOver: boolean;
}

/** A bench of CLS with a world of its own, or on that of another bench. */
export function logBench(options: Partial<WorldOptions> = {}, b: Bench = bench(options)): LogBench {
  const cls: LogBench["cls"] = (action, params, more) =>
    b.call(action, params, { ...more, service: "cls" }) as unknown as ClsAnswer;
  const error = (run: () => unknown): ApiError => {
    const thrown = caught(run);
    expect(thrown).toBeInstanceOf(ApiError);
    return thrown as ApiError;
  };
  const upload: LogBench["upload"] = (topicId, body, compression) => {
    const params = { TopicId: topicId, ...(compression !== undefined && { CompressType: compression }) };
    b.call("UploadLog", params, { service: "cls", body });
  };
  return {
    ...b,
    cls,
    clsError: (action, params, more) => error(() => cls(action, params, more)),
    topic: (params = {}, rule = RULE) => {
      const LogsetId = cls("CreateLogset", { LogsetName: `set-${b.world.logsets.size}` }).LogsetId;
      const { TopicId } = cls("CreateTopic", { LogsetId, TopicName: "output", ...params });
      if (rule !== null) cls("CreateIndex", { TopicId, Rule: rule });
      return TopicId;
    },
    upload,
    uploadError: (topicId, body, compression) => error(() => upload(topicId, body, compression)),
    send: (topicId, ...logs) => {
      const times = logs.map((_, index) => b.world.now() - (logs.length - 1 - index) * 1000);
      upload(topicId, encodeGroup(logs.map((fields, index) => encodeLog(times[index] ?? 0, fields))));
    },
    ids: (topicId, query, more = {}) => {
      const span = { From: b.world.now() - 3_600_000, To: b.world.now() + 1 };
      const { Results } = cls("SearchLog", { TopicId: topicId, ...span, QueryString: query, Sort: "asc", ...more });
      return Results.map(({ LogJson }) => (JSON.parse(LogJson) as { id?: string }).id);
    },
  };
}
