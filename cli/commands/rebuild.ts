// The command rebuild: deletes the recorded copies and finds them again in the cloud.

import { InputError } from "../../lib/model/errors.ts";
import { isInstallationId, stateOf } from "../../lib/model/identity.ts";
import type { Message, Text } from "../../lib/model/messages/define.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { iso } from "../../lib/model/time.ts";
import type { Copy } from "../../lib/model/types.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import type { Opened } from "../../lib/replicator/open/open-replicator.ts";
import { describeStateUrl } from "../../lib/replicator/open/open-state.ts";
import { rebuild as rebuildState } from "../../lib/replicator/rebuild-state.ts";
import { seenInstallations } from "../../lib/replicator/seen-installations.ts";
import { exitCodeOf, summarise } from "../../lib/report/summary.ts";
import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { withReplicator } from "../runs/with-replicator.ts";
import { confirm } from "../ui/confirm.ts";
import { print } from "../ui/print.ts";

/** The options of `rebuild`. */
export interface RebuildOptions {
  readonly policy?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  /** The id of a lost installation that this one continues. */
  readonly takeOver?: string;
}

/**
 * Runs `rebuild`, which changes nothing in the cloud. Throws `InputError` if it is not confirmed:
 * by `--yes`, or by an answer in a terminal; and if the id to take over is that of no copy.
 */
export async function rebuild(options: RebuildOptions): Promise<0 | 3 | 130> {
  const { takeOver } = options;
  if (takeOver !== undefined && !isInstallationId(takeOver))
    throw notTakenOver(message("not-an-installation", { id: takeOver }));
  return withReplicator(options.policy, async ({ replicator, state }, interrupted) => {
    const account = await replicator.cloud.account();
    if (takeOver !== undefined) {
      // A misspelt id would become the mark of all new copies, and would hide that the right one is missing.
      const { ids, unread } = await seenInstallations(account, replicator);
      if (!ids.includes(takeOver)) throw notTakenOver(message("no-such-installation", { id: takeOver, ids, unread }));
    }
    const effect = await effectOn(account, state);
    if (!options.yes) await confirm("rebuild", effect);
    if (interrupted()) return 130;
    const { copies, problems } = await rebuildState(replicator, takeOver);
    const until = (await state.read(account)).record?.uncertainUntil ?? null;
    const summary = summarise(copies, problems);
    if (options.json) {
      writeJson("rebuild", { account, uncertainUntil: until === null ? null : iso(until), ...summary });
    } else {
      for (const problem of problems) print(process.stdout, message("problem", { text: fullText(problem) }).text);
      print(process.stdout, resultText(copies, until));
    }
    return interrupted() ? 130 : exitCodeOf(summary);
  });
}

function notTakenOver(why: Message): InputError {
  return new InputError([{ where: "--take-over", text: fullText(why) }]);
}

async function effectOn(account: string, state: Opened["state"]): Promise<Text> {
  // Damaged records cannot be counted, but they are deleted, too.
  const records = await state.read(account, { all: true }).catch(() => undefined);
  const where = describeStateUrl(readConfig(process.env).stateUrl);
  return message("rebuild-effect", { copies: records?.copies.length, account, state: where }).text;
}

function resultText(copies: readonly Copy[], until: number | null): string {
  const number = (is: (copy: Copy) => boolean) => copies.filter(is).length;
  const ready = number(({ phase }) => phase === "ready");
  const unfinished = number((copy) => stateOf(copy) === "copying" || copy.phase === "finishing");
  const unseen = number((copy) => copy.phase === "waiting" && copy.reason.code === "unknown-after-loss");
  const others = copies.length - ready - unfinished - unseen;
  const params = { ready, unfinished, others };
  return message("rebuild-result", until === null ? params : { ...params, unseen, until: iso(until) }).text;
}
