// What apply says in the end: problems, deletions, counts, and what goes on in the cloud.

import { imageIdOf, refText } from "../../../lib/model/identity.ts";
import { fullText } from "../../../lib/model/messages/define.ts";
import type { Copy } from "../../../lib/model/types.ts";
import type { Report } from "../../../lib/replicator/reconcile.ts";
import { CHANGE_KINDS } from "../../../lib/report/plan/changes.ts";
import { attentionOf } from "../../../lib/report/status/attention.ts";
import { groupProblems } from "../../../lib/report/status/problem-groups.ts";
import { exitCodeOf, summarise } from "../../../lib/report/summary.ts";
import { writeJson } from "../../json.ts";
import { message } from "../../messages/catalogue.ts";
import type { Narrowing } from "../../runs/narrowing.ts";
import { print } from "../print.ts";
import { roomOf } from "../room.ts";
import { attentionLines } from "../status/attention.ts";
import { groupTexts } from "../status/problem-texts.ts";
import { totalsOf } from "../status/table.ts";
import type { ChangeCounts } from "./change-counter.ts";

/** What an apply came to. */
export interface Applied {
  readonly report: Report;
  readonly changes: ChangeCounts;
  /** The names of the images that were to be deleted, by `refText`. */
  readonly names: ReadonlyMap<string, string>;
  readonly narrowing?: Narrowing | undefined;
  /** False if the user has ended it before. */
  readonly isOver: boolean;
}

/** Every kind of change; see `changeOf`. */
const NOTHING_DONE = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 0]));

/** So many groups of copies that need attention are printed; status shows all. */
const MOST_GROUPS = 10;

/** Prints the result. Answers the exit code of the command. */
export function printApplied(applied: Applied, { wait, json }: { wait?: boolean; json?: boolean }): 0 | 3 | 130 {
  const { report, changes, names, narrowing, isOver } = applied;
  const { copies, problems } = report;
  const summary = summarise(copies, problems);
  const { tally } = changes;
  const gone = new Set(tally.deleted().map(refText));
  const notDeleted = report.unconfirmed.filter(({ image }) => !gone.has(refText(image)));
  if (json) {
    const images = notDeleted.map(({ image: { region, imageId, name, sizeGiB }, reason }) => {
      return { region, imageId, name, sizeGiB, reason };
    });
    const deleted = tally.deleted().map(({ region, imageId, text }) => ({ region, imageId, text }));
    writeJson("apply", {
      ...summary,
      narrowedTo: narrowing?.text ?? null,
      applied: tally.counts(),
      deleted,
      notDeleted: images,
      done: { ...NOTHING_DONE, ...changes.counts() },
    });
  } else {
    const attention = attentionOf(copies, Date.now()).filter(({ urgency }) => urgency !== "note");
    const room = roomOf(process.stdout);
    const groups = attentionLines({ attention, now: Date.now(), facts: new Map() }, room, {
      most: MOST_GROUPS,
      all: false,
    });
    if (groups.length > 0) process.stdout.write(`${groups.slice(1).join("\n")}\n\n`);
    const lost = changes.lostAnswers();
    const lines = [
      ...groupTexts(groupProblems(problems, attention)),
      ...(lost.length > 0 ? [message("answers-lost", { requests: lost.length, text: lost[0] ?? "" }).text] : []),
      ...tally.deleted().map((image) => {
        const { region, imageId, text } = image;
        return message("image-deleted", { region, imageId, name: names.get(refText(image)) ?? "", text }).text;
      }),
      ...notDeleted.map(({ image: { region, imageId, name, sizeGiB }, reason }) => {
        return message("image-not-deleted", { region, imageId, name, sizeGiB, reason: fullText(reason) }).text;
      }),
      // In a terminal the table shows the totals already.
      ...(process.stdout.isTTY && process.stderr.isTTY ? [] : [totalsOf(copies)]),
      message("applied", { ...tally.counts(), calls: changes.text(), isOver }).text,
    ];
    print(process.stdout, ...lines);
  }
  const underWay = copies.filter(isUnderWay).length;
  if (!isOver || (underWay > 0 && !wait)) {
    const text = underWay > 0 ? message("goes-on", { copies: underWay }).text : message("nothing-goes-on").text;
    print(process.stderr, text);
  }
  if (!isOver) return 130;
  return notDeleted.length > 0 ? 3 : exitCodeOf(summary);
}

/** Whether the cloud is making the image, which needs no program. */
function isUnderWay(copy: Copy): boolean {
  return copy.phase === "requested" || (copy.phase === "copying" && imageIdOf(copy) !== undefined);
}
