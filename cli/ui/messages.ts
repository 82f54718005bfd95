// Every line that a command prints, except tables: errors, notices, prompts and summaries.
import { catalogue, error, info, warn } from "../../lib/model/messages/define.ts";
import { emulatorLines } from "./emulator-messages.ts";
import { count } from "./text.ts";

const copiesOf = (number: number) => count(number, "copy", "copies");
const imageIn = (p: { imageId: string; region: string }) => `${p.imageId} in ${p.region}`;

/** Lines that several commands print. */
const shared = {
  "input-error": error(
    (p: { where: string; field?: string; text: string }) =>
      `error: ${p.where}: ${p.field ? `${p.field}: ` : ""}${p.text}`,
  ),
  failed: error((p: { text: string }) => `error: ${p.text}`),
  remedy: info((p: { remedy: string }) => `  ${p.remedy}`),
  "internal-error": error(() => "Internal error. Please report it with the output of LOG_LEVEL=debug."),
  "output-failed": error((p: { text: string }) => `error: cannot write the output: ${p.text}`),
  "endpoint-unreachable": info(
    (p: { endpoint: string }) =>
      `All calls go to REPLICATOR_ENDPOINT=${p.endpoint}: start the server at this address, or correct or unset the variable.`,
  ),
  "run-again": info(
    () =>
      "Run it again in a minute: such failures pass by themselves. If it lasts, ask the vendor with the request id.",
  ),
  "network-unreachable": info(() => "Check the network and the DNS of this machine."),
  warning: warn((p: { where: string; field?: string; text: string }) => {
    return `warning: ${p.where}: ${p.field ? `${p.field}: ` : ""}${p.text}`;
  }),
  "plan-warning": warn((p: { text: string }) => `warning: ${p.text}`),
  problem: error((p: { text: string }) => `problem: ${p.text}`),
  note: info((p: { text: string }) => `note: ${p.text}`),
  unconfirmed: error((p: { effect: string }) => `${p.effect}; confirm with --yes`),
  "confirm-prompt": info((p: { effect: string }) => `This ${p.effect}. Continue? (yes/no) `),
  cancelled: error(() => "cancelled; nothing was changed"),
  stopping: info(() => "stopping after the calls in progress; press Ctrl-C again to stop at once"),
  reading: info(() => "reading the cloud …"),
  totals: info((p: { copies: number; states: string }) => {
    return `${copiesOf(p.copies)}${p.states ? `: ${p.states}` : ""}`;
  }),
  "hidden-images": info((p: { images: number; states: string }) => {
    return `… and ${count(p.images, "more image")}: ${p.states}`;
  }),
  "checked-at": info((p: { totals: string; time: string }) => `${p.totals}; checked at ${p.time} UTC`),
  changed: info(
    (p: { name: string; source: string; from: string; to: string; state: string }) =>
      `${p.name} (${p.source}) ${p.from} → ${p.to}: ${p.state}`,
  ),
  "state-with-reason": info((p: { state: string; reason: string }) => `${p.state}: ${p.reason}`),
} as const;

const planLines = {
  "plan-copy": info(
    (p: { name: string; imageId: string; from: string; to: readonly string[]; as: string | undefined; by: string }) =>
      `+ copy "${p.name}" (${p.imageId}) ${p.from} → ${p.to.join(", ")}${renamed(p.as)}, by ${p.by}`,
  ),
  "plan-encrypt": info(
    (p: { name: string; imageId: string; region: string; as: string | undefined; by: string }) =>
      `+ encrypt "${p.name}" (${p.imageId}) in ${p.region}${renamed(p.as)}, by ${p.by}`,
  ),
  "plan-update": info((p: { imageId: string; region: string; source: string; text: string }) => {
    return `~ ${imageIn(p)}, copy of ${p.source}: ${p.text}`;
  }),
  "plan-source": info(
    (p: { name: string; imageId: string; region: string; label: string }) =>
      `"${p.name}" (${p.imageId}) in ${p.region}${p.label && ` (${p.label})`}`,
  ),
  "plan-delete": info(
    (p: { name: string; imageId: string; region: string; sizeGiB: number; unshareFirst: boolean; text: string }) => {
      const first = p.unshareFirst ? ", after unsharing it" : "";
      return `- delete "${p.name}" (${p.imageId}) in ${p.region} with its snapshots, ${p.sizeGiB} GiB${first}: ${p.text}`;
    },
  ),
  "plan-state-only": info((p: { copy: string; state: string; text: string }) => {
    return `· (state only) ${p.copy}: ${p.state}: ${p.text}`;
  }),
  "plan-waiting": info((p: { copies: string; reason: string }) => `· ${p.copies}: ${p.reason}`),
  "plan-blocked": error((p: { copies: string; reason: string }) => `! ${p.copies}: ${p.reason}`),
  "plan-retained": info((p: { images: string; reason: string }) => `= not deleted: ${p.images}: ${p.reason}`),
  "plan-not-selected": info((p: { images: number; policy: string; code: string }) => {
    return `  ${count(p.images, "image")} not selected: ${p.policy}: ${p.code}`;
  }),
  "plan-explain-hint": info(() => "  (cvm-replicator explain IMAGE shows the reason and the remedy)"),
  "and-more": info((p: { first: readonly string[]; more: number }) => `${p.first.join(", ")} and ${p.more} more`),
  "preflight-accepted": info((p: { imageId: string; region: string }) => {
    return `? ${p.imageId} → ${p.region}: would be accepted`;
  }),
  "preflight-refused": error((p: { imageId: string; region: string; reason: string }) => {
    return `? ${p.imageId} → ${p.region}: would be refused: ${p.reason}`;
  }),
  "preflight-inconclusive": warn((p: { imageId: string; region: string; reason: string }) => {
    return `? ${p.imageId} → ${p.region}: inconclusive: ${p.reason}`;
  }),
  "preflight-waiting": info((p: { copies: number }) => {
    const copies = count(p.copies, "waiting copy was", "waiting copies were");
    return `? ${copies} not checked, because a run would not request them now`;
  }),
  "plan-total": info(
    (p: { copies: number; calls: number; updates: number; deletions: number; waiting: number }) =>
      `Plan: ${p.copies} to copy (${count(p.calls, "API call")} now), ${p.updates} to update, ${p.deletions} to delete, ${p.waiting} waiting.`,
  ),
  "nothing-to-do": info(() => "Nothing to do."),
  "nothing-to-do-now": info((p: { open: readonly string[] }) => `Nothing to do now; ${p.open.join(", ")}.`),
} as const;

const estimateLines = {
  "estimate-adds": info((p: { gib: number; cost: string }) => `Adds at most ${p.gib} GiB of snapshots${p.cost}`),
  "estimate-adds-temporarily": info((p: { gib: number; isMore: boolean }) => {
    return p.isMore ? `${p.gib} GiB more until encryption is done` : `Adds ${p.gib} GiB until encryption is done`;
  }),
  "estimate-no-time": info(() => "no time estimate yet"),
  "estimate-time": info((p: { minutes: number; measured: number }) => {
    return `takes about ${p.minutes} min (${copiesOf(p.measured)} measured)`;
  }),
  "estimate-frees": info((p: { gib: number }) => `Frees at most ${p.gib} GiB.`),
  "estimate-cost": info((p: { cost: string; currency: string }) => `, ${p.cost} ${p.currency} a month`),
  "estimate-cost-unknown": info((p: { regions: readonly string[] }) => {
    return ` (cost unknown: \`prices\` has no entry for ${p.regions.join(", ")})`;
  }),
} as const;

const explainLines = {
  "unknown-region": error((p: { region: string; meant: string | undefined; ids: readonly string[] }) => {
    const hint = p.meant ? `did you mean "${p.meant}"?` : `known regions: ${p.ids.join(", ")}`;
    return `"${p.region}" is not a known region; ${hint}`;
  }),
  "image-not-found": error(
    (p: { imageId: string; regions: readonly string[] }) =>
      `no image ${p.imageId} in ${p.regions.join(", ")}; name another region with --region`,
  ),
  "not-an-image-id": error((p: { word: string; ids: readonly string[] }) => {
    const next = p.ids.length > 0 ? `images with that name: ${p.ids.join(", ")}` : "name an id such as img-8toqc6s3";
    return `"${p.word}" is not an image id; ${next}`;
  }),
  "not-everything-read": error((p: { reason: string }) => `not every region could be read: ${p.reason}`),
  "explain-image": info(
    (p: { imageId: string; region: string; name: string; type: string; state: string; sizeGiB: number }) =>
      `${p.imageId} "${p.name}" in ${p.region}, ${p.type}, ${p.state}, ${p.sizeGiB} GiB`,
  ),
  "explain-gone": info((p: { imageId: string; region: string; unread: string | undefined }) => {
    const why = p.unread === undefined ? "not found in the cloud" : `the cloud could not be asked (${p.unread})`;
    return `${imageIn(p)}: ${why}; recorded data:`;
  }),
  "explain-copy-of": info((p: { imageId: string; region: string; policy: string; installation: string | null }) => {
    const by = [
      ...(p.policy ? [`policy ${p.policy}`] : []),
      ...(p.installation ? [`installation ${p.installation}`] : []),
    ];
    return `copy of ${imageIn(p)}${by.length > 0 ? `, created by ${by.join(" of ")}` : ""}`;
  }),
  "explain-state": info((p: { state: string | null; reason: string | null }) => {
    return `  ${p.state ?? "not recorded"}${p.reason ? `: ${p.reason}` : ""}`;
  }),
  "explain-desired-by": info((p: { policies: readonly string[] }) => {
    return p.policies.length > 0 ? `  selected by ${p.policies.join(", ")}` : "  not selected by any policy";
  }),
  "explain-next": info((p: { text: string }) => `  next run: ${p.text}`),
  "explain-next-inline": info((p: { text: string }) => `next run: ${p.text}`),
  "explain-selects": info((p: { policy: string }) => `policy ${p.policy}: selects this image`),
  "explain-selects-not": info((p: { policy: string; reason: string }) => {
    return `policy ${p.policy}: does not select this image: ${p.reason}`;
  }),
  "explain-remark": info((p: { text: string }) => `  note: ${p.text}`),
  "explain-also": info((p: { reason: string }) => `  also: ${p.reason}`),
} as const;

const otherLines = {
  "changes-made": info((p: { counts: string }) => `done: ${p.counts}`),
  repaired: info((p: { imageId: string; region: string; source: string; text: string }) => {
    return `${imageIn(p)}, copy of ${p.source}: repaired: ${p.text}`;
  }),
  "image-changed": info((p: { imageId: string; region: string; source: string; text: string }) => {
    return `${imageIn(p)}, copy of ${p.source}: ${p.text}`;
  }),
  "repair-refused": error((p: { imageId: string; region: string; source: string; text: string }) => {
    return `${imageIn(p)}, copy of ${p.source}: refused: ${p.text}`;
  }),
  /** `waiting`: how many wait for an unreadable region, which is read at once. */
  retrying: info((p: { copies: number; waiting: number }) => {
    const parts =
      p.waiting === 0 || p.copies > 0 ? [count(p.copies, "failed or blocked copy", "failed or blocked copies")] : [];
    if (p.waiting > 0) parts.push(`${copiesOf(p.waiting)} waiting for an unreadable region, which is read now`);
    return `retrying ${parts.join(" and ")}`;
  }),
  "no-copies": info(() => "No copies recorded for this account yet. Run cvm-replicator apply."),
  "last-run": info((p: { trigger: string; endedAt: string; stoppedEarly: boolean }) => {
    return `last run: ${p.trigger}, ${p.endedAt}${p.stoppedEarly ? ", stopped early" : ""}`;
  }),
  "rebuild-effect": info((p: { copies: number | undefined; account: string; state: string }) => {
    const records = p.copies === undefined ? "the damaged records" : `the records of ${copiesOf(p.copies)}`;
    return `deletes ${records} of account ${p.account} in ${p.state} and finds the copies again in the cloud, where nothing is changed`;
  }),
  "outage-lasts": info(
    () => "a region has not been readable for 30 minutes, and nothing else is left to do; a later run continues",
  ),
  "take-back-prompt": info(
    () =>
      "Another policy has run for this account before. Unshare, untag, rename and delete what this policy no longer says? (yes/no) ",
  ),
  "not-an-installation": error((p: { id: string }) => ({
    text: `"${p.id}" is not the id of an installation`,
    remedy: "use 2 to 12 lower-case letters and digits, as the problem or the tag cvm-replicator:installation names it",
  })),
  "no-such-installation": error((p: { id: string; ids: readonly string[]; unread: readonly string[] }) => {
    const unread = p.unread.length > 0 ? `; ${p.unread.join(", ")} could not be read` : "";
    return {
      text: `no copy in the regions of the policy is of installation "${p.id}"${unread}`,
      remedy: [
        ...(p.ids.length > 0 ? [`use one of ${p.ids.join(", ")}`] : []),
        ...(p.unread.length > 0 ? ["run it again once every region can be read"] : []),
        ...(p.ids.length + p.unread.length === 0 ? ["nothing has to be taken over"] : []),
      ].join(", or "),
    };
  }),
  "rebuild-result": info(
    (p: { ready: number; unfinished: number; unseen?: number; until?: string; others: number }) => {
      const parts = [`${p.ready} ready`, `${p.unfinished} unfinished`];
      if (p.unseen && p.until) parts.push(`${p.unseen} not found, possibly in progress until ${p.until}`);
      if (p.others > 0) parts.push(`${p.others} others, see cvm-replicator status`);
      return `Found in the cloud: ${parts.join(", ")}.`;
    },
  ),
  "prune-effect": info((p: { images: number; sizeGiB: number }) => {
    return `deletes ${count(p.images, "image")} with snapshots of ${p.sizeGiB} GiB, which cannot be undone`;
  }),
  "prune-result": info((p: { deleted: number; left: number }) => {
    return `${count(p.deleted, "image")} deleted${p.left > 0 ? `, ${copiesOf(p.left)} not deleted` : ""}`;
  }),
  "rollback-region": info(
    (p: {
      region: string;
      family: string;
      isDone: boolean;
      isDryRun: boolean;
      to: string;
      toName: string;
      from: string;
      fromName: string;
    }) => {
      const points = p.isDryRun ? "would point" : p.isDone ? "points" : "does not yet point";
      return `${p.region}: ${p.family} ${points} to ${p.to} ("${p.toName}") again instead of ${p.from} ("${p.fromName}")`;
    },
  ),
  "rollback-undo": info((p: { tag: string }) => {
    return `note: to undo the rollback, remove the tag ${p.tag} from these copies; a later run restores the family`;
  }),
  "doctor-waiting": info((p: { open: readonly string[] }) => `examining ${p.open.join(", ")} …`),
  "doctor-total": info((p: { wrong: number; warnings: number; notChecked: number; ok: number }) => {
    const parts = [`${p.ok} ok`, `${p.warnings} ${p.warnings === 1 ? "warning" : "warnings"}`, `${p.wrong} wrong`];
    return [...parts, `${p.notChecked} not checked`].join(", ");
  }),
  "not-a-stage": error((p: { value: string }) => ({
    text: `"${p.value}" is not a stage`,
    remedy: "use letters, digits and dashes, as in npx serverless deploy --stage NAME",
  })),
  valid: info((p: { file: string; policies: number }) => {
    return `${p.file}: ${count(p.policies, "policy", "policies")}, no errors`;
  }),
  "valid-policy": info((p: { name: string; enabled: boolean; from: readonly string[]; to: readonly string[] }) => {
    const to = p.to.join(", ") || "no other region";
    return `  ${p.name}${p.enabled ? "" : " (disabled)"}: ${p.from.join(", ")} → ${to}`;
  }),
  "test-failed": error((p: { where: string; name: string; expected: readonly string[]; got: readonly string[] }) => {
    const list = (regions: readonly string[]) => regions.join(", ") || "no region";
    return `${p.where}: ${p.name}: expected ${list(p.expected)}, got ${list(p.got)}`;
  }),
  "test-reason": info((p: { reason: string }) => `  ${p.reason}`),
  "tests-total": info((p: { passed: number; failed: number }) => {
    return `${count(p.passed, "test")} passed${p.failed > 0 ? `, ${p.failed} failed` : ""}`;
  }),
} as const;

function renamed(as: string | undefined): string {
  return as === undefined ? "" : ` as "${as}"`;
}

/**
 * Writes one line: `message("no-copies").text`. Names and texts in it may come from other people:
 * see `clean`.
 */
export const message = catalogue({
  ...shared,
  ...planLines,
  ...estimateLines,
  ...explainLines,
  ...otherLines,
  ...emulatorLines,
});
