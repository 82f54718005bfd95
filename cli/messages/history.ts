// Every line that history prints.
import { info } from "../../lib/model/messages/define.ts";
import { count, imageIn } from "./words.ts";

/** The kinds of actions of a run (`Run.actions`), in the words of `apply`. */
const DONE: Readonly<Record<string, string>> = {
  tag: "tagged",
  untag: "untagged",
  modify: "modified",
  share: "shared",
  unshare: "unshared",
  delete: "deleted",
};

function actionText(kind: string, number: number): string {
  if (kind === "send") return count(number, "request for copies", "requests for copies");
  if (kind === "record") return count(number, "record change");
  return `${DONE[kind] ?? kind} ${number}`;
}

interface Place {
  readonly source: { readonly imageId: string; readonly region: string; readonly name: string | null };
  readonly place: string;
}

export const historyLines = {
  "history-no-runs": info(() => "No runs recorded for this account yet."),
  "history-no-lines": info(() => "  no lines"),
  "history-run": info(
    (p: {
      at: string;
      trigger: string;
      took: string;
      changes: string;
      program: string | null;
      process: string | null;
    }) => {
      const who = [p.program, p.process && `on ${p.process}`].filter(Boolean).join(" ");
      return `${p.at}  ${p.trigger}, ${p.took}: ${p.changes}${who ? `  (${who})` : ""}`;
    },
  ),
  "history-changes": info(
    (p: {
      actions: Readonly<Record<string, number>>;
      failures: number;
      stoppedEarly: boolean;
      skipped: string | null;
      problems: number;
    }) => {
      const actions = Object.entries(p.actions).map(([kind, number]) => actionText(kind, number));
      return [
        actions.length > 0 ? actions.join(", ") : p.skipped === null ? "changed nothing" : `skipped, ${p.skipped}`,
        ...(p.failures > 0 ? [`${count(p.failures, "call")} failed`] : []),
        ...(p.stoppedEarly ? ["stopped early"] : []),
      ].join("; ");
    },
  ),
  "history-problem": info((p: { text: string }) => `  problem: ${p.text}`),
  "history-idle-note": info(() => "Of the runs that changed nothing, only the latest of each kind is recorded."),
  "history-copy": info((p: Place & { policy: string | null; state: string | null; imageId: string | null }) => {
    const source = `${imageIn(p.source)}${p.source.name === null ? "" : ` "${p.source.name}"`}`;
    const now = p.state === null ? "not recorded any more" : `${p.state}${p.imageId ? `, ${p.imageId}` : ""}`;
    return `${source} → ${p.place}${p.policy ? `, policy ${p.policy}` : ""}: ${now}`;
  }),
  "history-line": info(
    (p: { at: string; gap: string; event: string; text: string; who: string; requestId: string | null }) => {
      const notes = [p.who, p.requestId && `request ${p.requestId}`].filter(Boolean).join(", ");
      return `  ${p.at}  ${p.gap}  ${p.event}: ${p.text}${notes ? `  [${notes}]` : ""}`;
    },
  ),
  "history-remark": info((p: { text: string }) => `note: ${p.text}`),
} as const;
