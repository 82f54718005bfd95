import { createInterface } from "node:readline/promises";
import { describeStateUrl } from "../../lib/adapters/state/url.ts";
import { InputError } from "../../lib/model/errors.ts";
import { plainJson } from "../../lib/model/printable.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy } from "../../lib/model/types.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import type { Opened } from "../../lib/replicator/open-replicator.ts";
import { rebuild as rebuildState } from "../../lib/replicator/rebuild-state.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { clean, count } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** `rebuild`: forgets the copies of the account and finds them again in the cloud, where it changes nothing. */
export async function rebuild(options: { policy?: string; yes?: boolean; json?: boolean }): Promise<0 | 3 | 130> {
  return withReplicator(options.policy, async ({ replicator, state }, interrupted) => {
    const account = await replicator.cloud.account();
    const what = await whatIsForgotten(account, state);
    if (!options.yes) await confirm(what);
    if (interrupted()) return 130;
    const { copies, problems } = await rebuildState(replicator);
    const until = (await state.account(account))?.uncertainUntil ?? null;
    const summary = summarise(copies, problems);
    if (options.json) {
      process.stdout.write(`${plainJson({ account, uncertainUntil: until, ...summary })}\n`);
    } else {
      for (const { text, remedy } of problems)
        process.stdout.write(`problem: ${clean(text)}${remedy ? `; ${clean(remedy)}` : ""}\n`);
      process.stdout.write(`${clean(foundText(copies, until))}\n`);
    }
    return interrupted() ? 130 : exitCodeOf(summary);
  });
}

async function whatIsForgotten(account: string, state: Opened["state"]): Promise<string> {
  // What is damaged cannot be counted, and is forgotten all the same.
  const copies = await state.copies(account).catch(() => undefined);
  const many = copies ? count(copies.length, "copy", "copies") : "the copies, whose records are damaged,";
  const where = describeStateUrl(readConfig(process.env).stateUrl);
  return `forgets ${many} of account ${account} in ${where} and finds them again in the cloud, where nothing is changed`;
}

async function confirm(what: string): Promise<void> {
  const refuse = (text: string) => new InputError([{ where: "rebuild", text }]);
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw refuse(`${what}; if that is meant: --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`This ${clean(what)}. Go on? (yes/no) `);
    if (!/^y(es)?$/i.test(answer.trim())) throw refuse("nothing was done");
  } finally {
    terminal.close();
  }
}

function foundText(copies: readonly Copy[], until: number | null): string {
  const number = (is: (copy: Copy) => boolean) => copies.filter(is).length;
  const ready = number(({ state }) => state === "ready");
  const unfinished = number(({ state }) => state === "copying" || state === "finishing");
  const unknown = number((copy) => copy.state === "waiting" && copy.reason.code === "unknown-after-loss");
  const others = copies.length - ready - unfinished - unknown;
  const parts = [`${ready} ready`, `${unfinished} unfinished`];
  if (unknown > 0 && until !== null) parts.push(`${unknown} not seen, which may be under way until ${iso(until)}`);
  if (others > 0) parts.push(`${others} others, see cvm-replicator status`);
  return `Found in the cloud: ${parts.join(", ")}.`;
}
