// The command rebuild: deletes the recorded copies and finds them again in the cloud.

import { createInterface } from "node:readline/promises";
import { InputError } from "../../lib/model/errors.ts";
import type { Text } from "../../lib/model/messages/define.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { plainJson } from "../../lib/model/printable.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy } from "../../lib/model/types.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { describeStateUrl, type Opened } from "../../lib/replicator/open-replicator.ts";
import { rebuild as rebuildState } from "../../lib/replicator/rebuild-state.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { message } from "../ui/messages.ts";
import { clean, lineOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/**
 * Runs `rebuild`, which changes nothing in the cloud. Throws `InputError` if it is not confirmed:
 * by `--yes`, or by an answer in a terminal.
 */
export async function rebuild(options: { policy?: string; yes?: boolean; json?: boolean }): Promise<0 | 3 | 130> {
  return withReplicator(options.policy, async ({ replicator, state }, interrupted) => {
    const account = await replicator.cloud.account();
    const effect = await effectOn(account, state);
    if (!options.yes) await confirm(effect);
    if (interrupted()) return 130;
    const { copies, problems } = await rebuildState(replicator);
    const until = (await state.account(account))?.uncertainUntil ?? null;
    const summary = summarise(copies, problems);
    if (options.json) {
      process.stdout.write(`${plainJson({ account, uncertainUntil: until, ...summary })}\n`);
    } else {
      for (const problem of problems)
        process.stdout.write(lineOf(message("problem", { text: fullText(problem) }).text));
      process.stdout.write(lineOf(resultText(copies, until)));
    }
    return interrupted() ? 130 : exitCodeOf(summary);
  });
}

async function effectOn(account: string, state: Opened["state"]): Promise<Text> {
  // Damaged records cannot be counted, but they are deleted, too.
  const copies = await state.copies(account).catch(() => undefined);
  const where = describeStateUrl(readConfig(process.env).stateUrl);
  return message("rebuild-effect", { copies: copies?.length, account, state: where }).text;
}

async function confirm(effect: string): Promise<void> {
  const refuse = (text: Text) => new InputError([{ where: "rebuild", text }]);
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw refuse(message("rebuild-unconfirmed", { effect }).text);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(clean(message("rebuild-prompt", { effect }).text));
    if (!/^y(es)?$/i.test(answer.trim())) throw refuse(message("rebuild-cancelled").text);
  } finally {
    terminal.close();
  }
}

function resultText(copies: readonly Copy[], until: number | null): string {
  const number = (is: (copy: Copy) => boolean) => copies.filter(is).length;
  const ready = number(({ state }) => state === "ready");
  const unfinished = number(({ state }) => state === "copying" || state === "finishing");
  const unseen = number((copy) => copy.state === "waiting" && copy.reason.code === "unknown-after-loss");
  const others = copies.length - ready - unfinished - unseen;
  const params = { ready, unfinished, others };
  return message("rebuild-result", until === null ? params : { ...params, unseen, until: iso(until) }).text;
}
