// What the answer of a function says first: what happened, and what to do next.
import { catalogue, info } from "./define.ts";

/** One copy, several copies: `copies(1)` is "1 copy". */
const copies = (count: number) => `${count} ${count === 1 ? "copy" : "copies"}`;
const listed = (parts: readonly string[]) =>
  parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

/** How each kind of change reads after the number of its copies. */
const CHANGES: Readonly<Record<string, string>> = {
  requested: "requested",
  finished: "finished",
  tagged: "tagged",
  untagged: "untagged",
  modified: "renamed or changed",
  shared: "shared",
  unshared: "unshared",
  deleted: "deleted",
  refused: "refused by the cloud",
};

/** How each state of a copy reads after its number. */
const STATES: Readonly<Record<string, (isOne: boolean) => string>> = {
  blocked: (isOne) => (isOne ? "is blocked" : "are blocked"),
  failed: () => "failed",
  retrying: (isOne) => (isOne ? "waits for its next attempt" : "wait for their next attempt"),
  waiting: (isOne) => (isOne ? "waits" : "wait"),
  copying: (isOne) => (isOne ? "is being copied" : "are being copied"),
  finishing: (isOne) => (isOne ? "is being finished" : "are being finished"),
  ready: (isOne) => (isOne ? "is ready" : "are ready"),
  retired: (isOne) => (isOne ? "is retired" : "are retired"),
};

type Counts = Readonly<Record<string, number>>;

function statesText(counts: Counts): string {
  const parts = Object.entries(STATES).flatMap(([state, text]) => {
    const count = counts[state] ?? 0;
    return count > 0 ? [`${count} ${text(count === 1)}`] : [];
  });
  return listed(parts);
}

/** The verb of the state that all copies are in, undefined if they differ. */
function commonState(counts: Counts): string | undefined {
  const { total = 0 } = counts;
  const [, text] = Object.entries(STATES).find(([state]) => counts[state] === total) ?? [];
  return total > 0 ? text?.(total === 1) : undefined;
}

const answerTexts = {
  "nothing-done": info((p: { why: string }) => `Nothing was done: ${p.why}.`),
  "hello-world": info((p: { example: string }) => ({
    text: "this is the hello-world event of the SCF console",
    remedy: `Choose another test event, e.g. ${p.example}.`,
  })),
  "nothing-to-change": info(() => "Nothing had to be changed."),
  changed: info((p: { counts: Counts }) => {
    const [first = "", ...others] = Object.entries(p.counts).map(
      ([kind, count]) => `${count} ${CHANGES[kind] ?? kind}`,
    );
    return `${listed([first.replace(/^(\d+)/, (count) => copies(Number(count))), ...others])}.`;
  }),
  "dry-run": info((p: { requested: number; changed: number; deleted: number }) => {
    const { requested, changed, deleted } = p;
    if (requested + changed + deleted === 0) return "Dry run: nothing was changed, and nothing would have to be.";
    return `Dry run: nothing was changed. It would request ${copies(requested)}, change ${changed} and delete ${deleted}.`;
  }),
  "stopped-early": info(() => "It stopped before its time limit; the next run continues."),
  /** `of`: what the counts are about. */
  "copy-counts": info((p: { of: "account" | "part"; counts: Counts; isContinued: boolean }) => {
    const { total = 0 } = p.counts;
    const whose = p.of === "account" ? "" : " concerned";
    if (total === 0) return p.of === "account" ? "No copies are recorded." : "No copies are concerned.";
    const common = commonState(p.counts);
    const all = total === 1 ? `The only copy${whose}` : `All ${total} copies${whose}`;
    const text = common ? `${all} ${common}.` : `Of ${copies(total)}${whose}, ${statesText(p.counts)}.`;
    return p.isContinued ? `${text} The timer continues with them.` : text;
  }),

  "image-selected": info((p: { counts: Counts }) => {
    const { total = 0 } = p.counts;
    const common = commonState(p.counts);
    if (!common) return `${copies(total)}: ${statesText(p.counts)}`;
    return total === 1 ? `its only copy ${common}` : `all its ${total} copies ${common}`;
  }),
  "image-is-copy": info((p: { source: { readonly region: string; readonly imageId: string }; policy: string }) => {
    return `it is the copy of ${p.source.imageId} in ${p.source.region} for policy ${p.policy}; a copy is never a source`;
  }),
  "image-in-other-region": info((p: { region: string }) => ({
    text: `no enabled policy copies from ${p.region}`,
    remedy: `nothing to do if it is a copy; to copy it further, add ${p.region} to \`from\` of a policy`,
  })),
  "image-not-selected": info((p: { reasons: readonly string[] }) => `not selected: ${p.reasons.join("; ")}`),
  "image-unknown": info((p: { region: string }) => ({
    text: `the cloud shows no such image in ${p.region}, or no policy selects images of its kind`,
    remedy: "check id and region; cvm-replicator explain says more",
  })),
  "image-without-copies": info(
    (p: { imageId: string; region: string; result: string; more: number }) =>
      `${p.imageId} in ${p.region}: ${p.result}${p.more > 0 ? ` (and ${p.more} more, see images)` : ""}.`,
  ),

  "apply-dry-run": info(() => 'To do it, send the same event without "dryRun".'),
  "needs-you": info((p: { count: number; first: string; canRetry: boolean }) => {
    const retry = p.canRetry ? ' Then send {"retry": true} to evaluate-policy.' : "";
    const first = p.first.replace(/\.?$/, ".");
    return p.count === 1 ? `This needs you: ${first}${retry}` : `${p.count} things need you, first: ${first}${retry}`;
  }),
  "blocked-elsewhere": info(
    (p: { count: number }) =>
      `${p.count === 1 ? "1 copy is" : `${p.count} copies are`} blocked or failed: send {} to evaluate-policy, or run cvm-replicator status, to see why.`,
  ),
  "run-again": info(
    () =>
      "Run it again, or let the timer continue. If it stops early again and again, give the function a longer time limit.",
  ),
} as const;

/** Writes a sentence of an answer. */
export const answerText = catalogue(answerTexts);
