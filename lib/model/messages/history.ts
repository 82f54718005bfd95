// What is missing from a history, and what is wrong with its options.
import { catalogue, error, info, warn } from "./define.ts";

export const historyText = catalogue({
  "log-failed": warn(
    (p: { cause: string; remedy?: string | undefined }) => ({
      text: `lines that only CLS still has are missing: ${p.cause}`,
      ...(p.remedy !== undefined && { remedy: p.remedy }),
    }),
    "follow the text that it quotes; its own entry here has the remedy",
  ),
  "state-is-young": info((p: { from: string }) => ({
    text: `the state has lines since ${p.from} only`,
    remedy: "for older ones set CLS_TOPIC_ID and CLS_REGION, if the journal went to CLS then (docs/logs.md)",
  })),
  older: info((p: { count: number }) => ({
    text: `${p.count} older ${p.count === 1 ? "line is" : "lines are"} not shown`,
    remedy: "raise --limit",
  })),
});

export const historyProblem = catalogue({
  "not-a-time": error((p: { value: string }) => ({
    text: `"${p.value}" is neither a duration nor a date`,
    remedy: "use for example 2h, 7d, 2026-11-27 or 2026-11-27T08:00:00Z (UTC)",
  })),
  "not-a-limit": error((p: { value: string; most: number }) => ({
    text: `"${p.value}" is not allowed`,
    remedy: `use a whole number from 1 to ${p.most}`,
  })),
});
