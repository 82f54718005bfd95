// Every line that status prints.
import { info } from "../../lib/model/messages/define.ts";

export const statusLines = {
  "no-copies": info(() => "No copies recorded for this account yet. Run cvm-replicator apply."),
  "last-run": info((p: { trigger: string; endedAt: string; stoppedEarly: boolean }) => {
    return `last run: ${p.trigger}, ${p.endedAt}${p.stoppedEarly ? ", stopped early" : ""}`;
  }),
} as const;
