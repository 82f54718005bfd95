// Reports at once that the cloud does not answer, and since when: a call is repeated for a minute before it fails.
import { CloudError } from "../../../lib/model/errors.ts";
import type { Cloud } from "../../../lib/model/ports.ts";
import { iso } from "../../../lib/model/time.ts";
import type { Millis } from "../../../lib/model/types.ts";
import { message } from "../../messages/catalogue.ts";
import { shortDuration } from "../duration.ts";

/** The codes of a call that had no answer. */
const NO_ANSWER = new Set(["Timeout", "Network", "HttpStatus"]);
/** So long may all open calls wait before that is reported. The usual answer takes less than a second. */
const LONG: Millis = 5_000;
const CHECK_EVERY: Millis = 1_000;

/** A cloud whose silence is reported. */
export interface WatchedCloud {
  readonly cloud: Cloud;
  /** Ends the watch. */
  close(): void;
}

/** Watches the calls that every run makes. `say` prints a line: once for each silence of a call in a region, and at its end. */
export function watchAnswers(cloud: Cloud, say: (text: string) => void, now: () => Millis = Date.now): WatchedCloud {
  const open = new Map<object, { readonly at: Millis; readonly call: string }>();
  const silentSince = new Map<string, Millis>();
  const report = (since: Millis, call: string, why: string) => {
    if (silentSince.has(call)) return;
    silentSince.set(call, since);
    say(message("no-answer", { time: iso(since).slice(11, 19), call, why }).text);
  };
  const check = () => {
    const [oldest] = open.values();
    if (oldest && now() - oldest.at >= LONG) report(oldest.at, oldest.call, "");
  };
  const timer = setInterval(check, CHECK_EVERY);
  timer.unref();
  const answered = (answer: string) => {
    // The others may wait in a queue: each answer begins their time anew.
    for (const [id, { call }] of open) open.set(id, { at: now(), call });
    const since = silentSince.get(answer);
    if (since === undefined) return;
    say(message("answers-again", { call: answer, after: shortDuration(now() - since) }).text);
    silentSince.delete(answer);
  };
  const watched = async <T>(call: string, send: () => Promise<T>): Promise<T> => {
    const id = {};
    const at = now();
    open.set(id, { at, call });
    try {
      const answer = await send();
      open.delete(id);
      answered(call);
      return answer;
    } catch (error) {
      const since = open.get(id)?.at ?? at;
      open.delete(id);
      if (!(error instanceof CloudError)) throw error;
      if (NO_ANSWER.has(error.code)) report(since, call, error.message);
      else if (error.requestId) answered(call);
      throw error;
    }
  };
  return {
    cloud: {
      ...cloud,
      account: () => watched("GetCallerIdentity", () => cloud.account()),
      images: (region, type) => watched(`DescribeImages in ${region}`, () => cloud.images(region, type)),
      imagesById: (region, ids) => watched(`DescribeImages in ${region}`, () => cloud.imagesById(region, ids)),
      syncImage: (request) => watched(`SyncImages in ${request.source.region}`, () => cloud.syncImage(request)),
    },
    close: () => clearInterval(timer),
  };
}
