// The port State over a bucket of COS.
import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StateError, unlessDamaged } from "../../../model/errors.ts";
import { stateMessage, storeFault } from "../../../model/messages/state.ts";
import type { State } from "../../../model/ports.ts";
import type { JournalEntry, Millis } from "../../../model/types.ts";
import type { Credentials } from "../../tencent/transport/credentials.ts";
import { readAccount, readEntry, readLine } from "../decode-rows.ts";
import { lineIdsOf } from "../encode-rows.ts";
import { stateToRead } from "../read-only.ts";
import { type Account, accountIn, type Unique } from "./account.ts";
import { accountsIn } from "./accounts.ts";
import { namesOf } from "./chain.ts";
import { checkVersioning } from "./epoch.ts";
import { deletePastBefore, latestLines, latestRuns } from "./history.ts";
import { namesEmptyPast, type PastLines, readUnsentPast, unsentLines, withSent } from "./outbox.ts";
import type { CosPlace } from "./place.ts";
import { forgotten, withoutHistoryBefore } from "./records/apply-changes.ts";
import { recordsIn } from "./records/read-records.ts";
import { signingSend, type Transport } from "./requests/client.ts";
import { httpTransport } from "./requests/http.ts";
import { cosObjects, type Surroundings } from "./requests/objects.ts";

/** What a state in COS needs besides its place. */
export interface CosOptions {
  readonly credentials: () => Promise<Credentials>;
  /** One endpoint in place of the hosts of COS. */
  readonly endpoint?: URL | undefined;
  /** Never writes, and refuses to. */
  readonly readOnly?: boolean;
  /** What carries the requests; HTTP unless a test says otherwise. */
  readonly transport?: Transport;
  /** The clock and the chance of a test. */
  readonly surroundings?: Partial<Surroundings>;
}

/** How long to wait for the answer to one request. */
const TIME_LIMIT: Millis = 10_000;

const SURROUNDINGS: Surroundings = { now: Date.now, pause: (length) => sleep(length), random: Math.random };

/** Opens the state in a bucket. `where` names it in messages. Throws `StateError`. */
export async function openCosState(place: CosPlace, where: string, options: CosOptions): Promise<State> {
  const { credentials, endpoint, readOnly = false, transport = httpTransport(endpoint, TIME_LIMIT) } = options;
  const surroundings = { ...SURROUNDINGS, ...options.surroundings };
  const objects = cosObjects(place, signingSend(place, credentials, transport), surroundings);
  const unique = uniqueTo(randomUUID());
  const accounts = new Map<string, Account>();
  /** The objects of the history that `unsent` read last: of any other, `markSent` marks no line. */
  let pastLines: PastLines = new Map();
  let closed = false;

  const of = (account: string): Account => {
    const known = accounts.get(account) ?? accountIn(objects, namesOf(place, account), unique, surroundings);
    accounts.set(account, known);
    return known;
  };
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw unusable(where, storeFault("state-closed").text);
    try {
      return await work();
    } catch (error) {
      throw stateErrorOf(where, error);
    }
  }
  if (!readOnly) {
    await attempt(() => checkVersioning(objects)).catch((error: unknown) => {
      transport.close();
      throw error;
    });
  }
  const state: State = {
    accounts: () => attempt(() => accountsIn(objects, place)),
    read: (account, which = {}) =>
      attempt(async () => recordsIn(await of(account).read(which.all === true && !readOnly), account, which)),
    save: (account, changes) => attempt(() => of(account).save(changes)),
    forget: (account) =>
      attempt(() =>
        of(account).replace(
          (head) => forgotten(head, (row) => !unlessDamaged(() => readAccount({ account, ...row }))),
          true,
        ),
      ),
    runs: (account, limit) =>
      attempt(async () => await latestRuns(objects, namesOf(place, account), await of(account).read(false), limit)),
    entries: (account, limit, imageId) =>
      attempt(async () => {
        const head = await of(account).read(false);
        const names = namesOf(place, account);
        if (imageId === undefined) return (await latestLines(objects, names, head, limit)).map(readEntry);
        const all = (await latestLines(objects, names, head)).map(readEntry);
        return all.filter(concerns(imageId, all)).slice(0, limit);
      }),
    unsent: (account, limit) =>
      attempt(async () => {
        const head = await of(account).read(false);
        const past = await readUnsentPast(objects, head, limit, pastLines);
        pastLines = past;
        if (namesEmptyPast(head, past)) await of(account).replace((next) => withSent(next, new Set(), past));
        return unsentLines(head, past, limit).map(readLine);
      }),
    markSent: (account, ids) =>
      attempt(async () => {
        if (ids.length === 0) return;
        const sent = new Set(ids);
        await of(account).replace((head) => withSent(head, sent, pastLines));
      }),
    deleteHistoryBefore: (account, before) =>
      attempt(async () => {
        await of(account).replace((head) => withoutHistoryBefore(head, before));
        await deletePastBefore(objects, namesOf(place, account), before);
      }),
    close: async () => {
      closed = true;
      transport.close();
    },
  };
  return readOnly ? stateToRead(state, where) : state;
}

/**
 * Checks what can be checked of a bucket without a write: that it answers, lists, and never had versioning. Whether it
 * may be written is not known then. Throws `StateError`.
 */
export async function inspectCosState(
  place: CosPlace,
  where: string,
  { credentials, endpoint }: CosOptions,
): Promise<{ readonly unwritable?: never; readonly isPublic: boolean }> {
  const transport = httpTransport(endpoint, TIME_LIMIT);
  const objects = cosObjects(place, signingSend(place, credentials, transport), SURROUNDINGS);
  try {
    await objects.list(place.prefix, 1);
    await checkVersioning(objects);
    return { isPublic: await isListedForAnyone(place, transport) };
  } catch (error) {
    throw stateErrorOf(where, error);
  } finally {
    transport.close();
  }
}

/** Whether COS lists the objects to a request without a signature. No answer to that is no fault of the state. */
async function isListedForAnyone({ bucket, region, prefix }: CosPlace, { exchange }: Transport): Promise<boolean> {
  const host = `${bucket}.cos.${region}.myqcloud.com`;
  const target = `/?prefix=${encodeURIComponent(prefix)}&max-keys=1`;
  const request = { method: "GET", host, target, headers: { host }, body: new Uint8Array() };
  return await exchange(request).then(
    ({ status }) => status === 200,
    () => false,
  );
}

function uniqueTo(writer: string): Unique {
  return {
    newLineId: lineIdsOf(writer),
    newNonce: () => randomBytes(12).toString("hex"),
  };
}

function unusable(url: string, problem: string, options?: { readonly damaged: boolean }): StateError {
  return new StateError(stateMessage("state-unusable", { url, problem }).text, options);
}

function stateErrorOf(where: string, error: unknown): unknown {
  return error instanceof StateError ? unusable(where, error.message, error) : error;
}

/** Whether a line concerns an image: as the root, as the copy, or from before the copy's id was known. */
function concerns(imageId: string, all: readonly JournalEntry[]): (entry: JournalEntry) => boolean {
  const idOf = (key: JournalEntry["key"]) =>
    JSON.stringify(key && [key.rootRegion, key.rootId, key.region, key.variant]);
  const copies = new Set(all.flatMap(({ key, image }) => (key && image?.imageId === imageId ? [idOf(key)] : [])));
  return ({ key, image }) =>
    image?.imageId === imageId || (key !== undefined && (key.rootId === imageId || copies.has(idOf(key))));
}
