// The command status: shows the recorded copies, the problems and the health of the timer, from the state alone.

import { setTimeout as sleep } from "node:timers/promises";
import { InputError, StateError, toProblem } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { State } from "../../lib/model/ports.ts";
import type { CopyState } from "../../lib/model/types.ts";
import { type Config, readConfig } from "../../lib/replicator/config.ts";
import { openCloud } from "../../lib/replicator/open/open-cloud.ts";
import { openStateOf } from "../../lib/replicator/open/open-state.ts";
import { type RecordedAccount, recordedAccount } from "../../lib/replicator/open/recorded-account.ts";
import { type CopyFilter, chooseCopies } from "../../lib/report/copies/choose-copies.ts";
import type { OverviewBy } from "../../lib/report/status/overview.ts";
import { statusJson } from "../../lib/report/status/status-json.ts";
import { type StatusReport, statusReport } from "../../lib/report/status/status-report.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { print } from "../ui/print.ts";
import { roomOf } from "../ui/room.ts";
import { type StatusLayout, statusText } from "../ui/status/status-text.ts";
import { watch } from "../ui/status/watch.ts";
import { clean, wrap } from "../ui/text.ts";

/** The options of `status`. Those that name something may be given several times. */
export interface StatusOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly wide?: boolean;
  readonly all?: boolean;
  readonly summary?: OverviewBy;
  readonly account?: string;
  /** Names of policies; `only` is another word for it. */
  readonly policy?: readonly string[];
  readonly only?: readonly string[];
  readonly region?: readonly string[];
  readonly image?: readonly string[];
  readonly state?: readonly CopyState[];
}

/** The newest lines of the journal that are searched for RequestIds and for where a copy stands. */
const MOST_LINES = 1000;

/** How often `--watch` reads the state. */
const READ_EVERY = 2_000;

/**
 * Runs `status`. Asks the cloud only where the state does not tell whose records to show. Throws
 * `InputError` for a filter that fits nothing, and `StateError` if the state cannot be read.
 */
export async function status(options: StatusOptions): Promise<0 | 3 | 130> {
  const { json = false, watch: isWatching = false } = options;
  if (json && isWatching) throw new InputError([toProblem("--watch", message("watch-json"))]);
  const config = readConfig(process.env);
  const open = () => openStateOf(config, process.env, { readOnly: true });
  let state = await open();
  try {
    let found = await recordedAccount(state, options.account, () => accountOf(config));
    let report = await readReport(state, found.account, options, config);
    if (isWatching) {
      const read = async () => {
        // A state that did not exist when it was opened stays empty, even if another process has created it since.
        if (report.record === undefined) {
          await state.close();
          state = await open();
          const { account, failure } = found;
          const asBefore = async () => account ?? Promise.reject(new StateError(storedText(failure ?? "")));
          found = await recordedAccount(state, options.account, asBefore);
        }
        report = await readReport(state, found.account, options, config);
        return report;
      };
      const show = () => textOf(report, found, options);
      return await watch({ read, show, stream: process.stdout, now: Date.now, pause }, onInterrupt);
    }
    if (json) writeJson("status", statusJson(report, found.account, found.wasAsked));
    else
      process.stdout.write(
        textOf(report, found, options)
          .map((line) => `${line}\n`)
          .join(""),
      );
    return report.exitCode;
  } finally {
    await state.close();
  }
}

async function accountOf(config: Config): Promise<string> {
  const cloud = await openCloud(config, process.env, (warning) => {
    print(process.stderr, message("warning", warning).text);
  });
  return cloud.account();
}

async function readReport(
  state: State,
  account: string | undefined,
  options: StatusOptions,
  { sweepEvery, log }: Config,
): Promise<StatusReport> {
  const [records, runs, entries] =
    account === undefined
      ? [{ copies: [], record: undefined }, [], []]
      : await Promise.all([
          state.read(account, { all: true }),
          state.runs(account, 2),
          state.entries(account, MOST_LINES),
        ]);
  const { chosen, problems } = chooseCopies(records.copies, filterOf(options));
  if (problems.length > 0) throw new InputError(problems);
  const common = { now: Date.now(), sweepEvery, sendsJournal: log !== undefined };
  return statusReport({ records, chosen, runs, entries, ...common });
}

function filterOf({ policy = [], only = [], region = [], image = [], state = [] }: StatusOptions): CopyFilter {
  return { policies: [...policy, ...only], regions: region, images: image, states: state };
}

function isFiltered(options: StatusOptions): boolean {
  return Object.values(filterOf(options)).some((values: readonly string[]) => values.length > 0);
}

function textOf(
  report: StatusReport,
  { account, wasAsked, failure }: RecordedAccount,
  options: StatusOptions,
): string[] {
  const { wide = false, all = false, summary } = options;
  const layout: StatusLayout = {
    room: roomOf(process.stdout),
    wide,
    all: all || (options.state?.includes("retired") ?? false),
    ...(summary && { summary }),
    ...(options.watch && process.stdout.isTTY && { screenRows: process.stdout.rows || 24 }),
    isFiltered: isFiltered(options),
  };
  const isEmpty = report.copies.length === 0;
  const none = isFiltered(options) ? message("no-match").text : message("no-copies", { failure }).text;
  const lines = account === undefined ? [] : statusText(report, { account, wasAsked }, layout);
  return isEmpty ? [...wrap(clean(none), layout.room.width, 2), ...lines] : lines;
}

const pause = (signal: AbortSignal) => sleep(READ_EVERY, undefined, { signal });

/** Calls `stop` on Ctrl-C; the function that it returns ends that. */
function onInterrupt(stop: () => void): () => void {
  process.once("SIGINT", stop).once("SIGTERM", stop);
  return () => process.off("SIGINT", stop).off("SIGTERM", stop);
}
