// The journal in CLS: sends lines with UploadLog, and repeats what may be repeated until a moment.
import { CloudError } from "../../model/errors.ts";
import { storedText } from "../../model/messages/define.ts";
import { logText } from "../../model/messages/log.ts";
import type { LogService } from "../../model/ports.ts";
import type { JournalLine, Millis, Reason } from "../../model/types.ts";
import { isAboutContent, isLogBusy } from "../tencent/errors/log-verdicts.ts";
import { isTransient } from "../tencent/errors/verdicts.ts";
import type { Send } from "../tencent/transport/call.ts";
import { type Clock, REAL_CLOCK } from "../tencent/transport/pace.ts";
import { repeating } from "../tencent/transport/retry.ts";
import { batchesOf, encodeLogs, type Log, logOf, shortLogOf } from "./log-group.ts";

/*
 * UploadLog takes Protocol Buffers, and its parameters as headers (cls 2020-10-16). The generated
 * `UploadLog` of the vendor's SDK sends JSON, so that this uses the SDK's common client. The package
 * `tencentcloud-sdk-nodejs-cls` can replace `upload` below, and nothing else: decision 024.
 */

/** The topic that the lines go to. */
export interface LogTopic {
  readonly topicId: string;
  readonly region: string;
}

/** How to reach CLS. */
export interface LogAccess {
  readonly send: Send;
  /** Ends all pauses. */
  readonly signal: AbortSignal;
  readonly now: () => Millis;
  /** The time and the chance of pauses. */
  readonly clock?: Clock;
}

/** The time limit of one request. Half of the time that a run has for the journal, so that another try fits in. */
const TIME_LIMIT: Millis = 5_000;

/** The log service over CLS. */
export function clsLog({ topicId, region }: LogTopic, access: LogAccess): LogService {
  const { send, signal, now, clock = REAL_CLOCK } = access;

  async function upload(logs: readonly Log[], until: Millis): Promise<void> {
    const body = encodeLogs(logs);
    const headers = { "Content-Type": "application/octet-stream", "X-CLS-TopicId": topicId };
    const timeoutMs = Math.max(1, Math.min(TIME_LIMIT, until - now()));
    // The fence of `notAfter` bounds the wait for the rate limit, too.
    const call = { service: "cls", action: "UploadLog", region, params: {}, body, headers } as const;
    await send({ ...call, timeoutMs, changes: true, notAfter: until }, () => undefined);
  }

  /** Sends logs, and calls `taken` for those that CLS has confirmed. Throws `CloudError`. */
  async function deliver(logs: readonly Log[], until: Millis, lines: Lines, taken: (log: Log) => void): Promise<void> {
    const stop = stopAt(until - now(), signal);
    try {
      await repeating(
        () => upload(logs, until),
        stop.signal,
        (code) => isTransient(code) || isLogBusy(code),
        clock,
      );
      for (const log of logs) taken(log);
    } catch (error) {
      if (!(error instanceof CloudError && isAboutContent(error.code))) throw error;
      const [first] = logs;
      const line = first && lines.get(first.id);
      if (logs.length > 1 || !line) {
        const half = Math.ceil(logs.length / 2);
        await deliver(logs.slice(0, half), until, lines, taken);
        await deliver(logs.slice(half), until, lines, taken);
      } else {
        await upload([shortLogOf(line, logText("line-refused", { code: error.code }), now())], until);
        taken(first);
      }
    } finally {
      stop.end();
    }
  }

  return {
    async send(lines, until) {
      const taken: string[] = [];
      const byId: Lines = new Map(lines.map((line) => [line.id, line]));
      try {
        for (const batch of batchesOf(lines.map(logOf))) await deliver(batch, until, byId, ({ id }) => taken.push(id));
        return { taken };
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
        return { taken, failure: failureOf(error) };
      }
    },
  };
}

type Lines = ReadonlyMap<string, JournalLine>;

/** A failed call as a reason. */
export function failureOf({ code, message, remedy }: CloudError): Reason {
  return { code, text: storedText(message), ...(remedy !== undefined && { remedy: storedText(remedy) }) };
}

/** A signal that aborts after a time, or with another one. */
export function stopAt(length: Millis, outer: AbortSignal) {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const timer = setTimeout(abort, Math.max(0, length));
  if (outer.aborted) abort();
  outer.addEventListener("abort", abort, { once: true });
  const end = () => {
    clearTimeout(timer);
    outer.removeEventListener("abort", abort);
  };
  return { signal: stop.signal, end };
}
