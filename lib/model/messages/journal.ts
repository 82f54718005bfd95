// The journal's events: each change of a record, and each call that changes something in the cloud.
import { catalogue, info, type Message, warn } from "./define.ts";
import { INNER } from "./help.ts";
import { installationText } from "./installations.ts";
import { unshareCommand } from "./upkeep.ts";

/** The text of a reason or of a failed call, which its own catalogue or the cloud wrote. */
interface Written {
  readonly text: string;
}

interface Attributes {
  readonly name?: string;
  readonly description?: string;
  readonly family?: string;
  readonly deprecated?: boolean;
}

const asWritten = ({ text }: Written) => text;
const noted = info(asWritten);
const warned = warn(asWritten, INNER);

const listed = (items: readonly string[]) => items.join(", ");

/** Which tags. A new copy gets all tags of this program, which say little one by one. */
function tagWords(keys: readonly string[]): string {
  const own = keys.filter((key) => key.startsWith("cvm-replicator:"));
  if (own.length < 3) return `tags: ${listed(keys)}`;
  const others = keys.filter((key) => !own.includes(key));
  const lineage = `${own.length} lineage tags`;
  return others.length > 0 ? `${lineage} and tags: ${listed(others)}` : lineage;
}

/** Before the call, in the imperative; after it, in the past. */
function attributesText({ name, description, family, deprecated }: Attributes, isDone: boolean): string {
  const put = isDone ? "added to" : "add to";
  const removed = isDone ? "removed from its family" : "remove from its family";
  const parts = [
    ...(name === undefined ? [] : [`${isDone ? "renamed" : "rename"} to "${name}"`]),
    ...(description === undefined ? [] : [isDone ? "description set" : "set the description"]),
    ...(family === undefined ? [] : [family === "" ? removed : `${put} family ${family}`]),
    ...(deprecated === undefined ? [] : [deprecationText(deprecated, isDone)]),
  ];
  return listed(parts);
}

/** Whether the text of a line `modify` or `modified` begins with the name: the words are those of `attributesText`. */
export function isAboutName(text: string): boolean {
  return /^renamed? to "/.test(text);
}

function deprecationText(deprecated: boolean, isDone: boolean): string {
  if (deprecated) return isDone ? "deprecated" : "deprecate";
  return isDone ? "no longer deprecated" : "end the deprecation";
}

const deletedText = ({ sizeGiB, why }: { sizeGiB: number; why: string }) =>
  `deleted with its snapshots (${sizeGiB} GiB): ${why}`;

type Recovery =
  | { readonly from: "marker" | "reappearance" | "selection" | "take-over" }
  | { readonly from: "other-image"; readonly missingId: string };

function recoveryText(p: { readonly imageId: string } & Recovery): string {
  switch (p.from) {
    case "marker":
      return `${p.imageId} has the ownership marker of this copy`;
    case "other-image":
      return `${p.imageId} has the ownership marker of this copy and replaces ${p.missingId}, which is missing`;
    case "reappearance":
      return `${p.imageId} is visible again`;
    case "selection":
      return `selected again; ${p.imageId} still exists`;
    case "take-over":
      return `${p.imageId} is of an installation whose id this one took over`;
  }
}

function refreshedText(
  p: { readonly imageId: string } & (
    | { readonly deprecated: true }
    | { readonly policy: string; readonly family?: string | undefined; readonly rolledBackFrom?: string | undefined }
  ),
): string {
  if ("deprecated" in p) return `${p.imageId} is deprecated, as its source is`;
  const place = p.family === undefined ? "in no family" : `in family ${p.family}`;
  return `${p.imageId} is the copy of policy ${p.policy}, ${p.rolledBackFrom ? `rolled back from ${p.rolledBackFrom}` : place}`;
}

function repairedText(p: {
  readonly imageId: string;
  readonly differences: readonly string[];
  readonly end: "repaired" | "report-only" | "abandoned";
}): string {
  const differences = p.differences.join("; ");
  switch (p.end) {
    case "repaired":
      return `${p.imageId} no longer differs: ${differences}`;
    case "report-only":
      return `${p.imageId} still differs, which is only reported from now on: ${differences}`;
    case "abandoned":
      return `${p.imageId} stays as it is, because no policy says how it must be: ${differences}`;
  }
}

const definitions = {
  // The request of a copy, from its claim to its outcome.
  claimed: info((p: { token: string }) => `request a copy named "${p.token}"`),
  sent: info((p: { imageId: string }) => `${p.imageId} is being created`),
  "sent-no-id": info(() => "the response contains no image id"),
  "sent-unknown": noted,
  released: noted,
  "claimant-ended": info((p: { token: string }) => `no process can still send the request for "${p.token}"`),
  "no-effect": noted,
  "copy-failed": noted,

  // The states of a copy.
  waiting: noted,
  blocked: warned,
  failed: warned,
  retrying: noted,
  retry: info((p: { state: string }) => `was ${p.state}; retried manually`),
  progress: info(
    (p: { imageId: string; state: string; percent?: number | undefined }) =>
      `${p.imageId} is ${p.state}${p.percent === undefined ? "" : ` at ${p.percent} %`}`,
  ),
  finishing: info((p: { imageId: string; publishing: boolean }) =>
    p.publishing ? `${p.imageId} no longer waits for other regions and is published` : `${p.imageId} is NORMAL`,
  ),
  "publication-held": noted,
  "name-held": noted,
  stuck: warned,
  ready: info((p: { imageId: string; name: string }) => `${p.imageId} is ready as "${p.name}"`),
  retired: noted,
  missing: info((p: { imageId: string }) => `${p.imageId} is missing; it counts as gone if it is still missing later`),
  unidentified: warn(
    (p: { imageId: string }) =>
      `${p.imageId} exists, but shows neither the temporary name nor the tags of this copy; nothing is changed about it`,
    "run cvm-replicator status: the copy has the reason `unidentified` and its remedy",
  ),
  gone: noted,
  recovered: info(recoveryText),
  adopted: info((p: { imageId: string; again: boolean }) =>
    p.again
      ? `selected again; ${p.imageId} stays adopted`
      : `${p.imageId} has the name of the copy and matches the source; it was created outside this program and is adopted`,
  ),
  "adoption-discarded": noted,
  "left-to-other": info(
    (p: { imageId: string; installation: string }) =>
      `${p.imageId} is the copy; ${installationText(p.installation)} made it and alone changes it`,
  ),

  // Repairs, and what a record learns about a finished copy.
  drift: info((p: { imageId: string; difference: string }) => `repair ${p.imageId}: ${p.difference}`),
  repaired: info(repairedText),
  refreshed: info(refreshedText),
  "shared-by-others": warn(
    (p: { imageId: string; region: string; accounts: readonly string[] }) =>
      `${p.imageId} is shared with ${listed(p.accounts)}, which no policy names; that stays unless it is ended by ${unshareCommand(p)}`,
    "name the accounts in shareWith, or run the command in the text",
  ),
  "not-shared-by-others": info(
    (p: { imageId: string; region: string; accounts: readonly string[] }) =>
      `${p.imageId} in ${p.region} is no longer shared with ${listed(p.accounts)}, or a policy names them now`,
  ),
  recalled: noted,
  undeprecated: info((p: { imageId: string }) => `${p.imageId} is no longer deprecated`),
  rollback: info((p: { family: string; leaves: boolean }) =>
    p.leaves ? `leaves family ${p.family}` : `returns to family ${p.family}`,
  ),
  pruned: info(deletedText),
  undeletable: noted,
  "tag-refused": noted,

  refused: warn(
    (p: { items: readonly string[]; text: string }) => `refused for ${listed(p.items)}: ${p.text}`,
    "correct or remove what the text names; it is tried again once a day",
  ),

  // Calls on one image: before, after, refused.
  tag: info((p: { tags: readonly string[] }) => `set ${tagWords(p.tags)}`),
  tagged: info((p: { tags: readonly string[] }) => `set ${tagWords(p.tags)}`),
  "tag-failed": warned,
  untag: info((p: { tags: readonly string[] }) => `remove ${tagWords(p.tags)}`),
  untagged: info((p: { tags: readonly string[] }) => `removed ${tagWords(p.tags)}`),
  "untag-failed": warned,
  modify: info((p: Attributes) => attributesText(p, false)),
  modified: info((p: Attributes) => attributesText(p, true)),
  "modify-failed": warned,
  share: info((p: { accounts: readonly string[] }) => `share with ${listed(p.accounts)}`),
  shared: info((p: { accounts: readonly string[]; again?: true; imageId?: string }) => {
    const image = p.imageId === undefined ? "" : `${p.imageId} is `;
    if (p.accounts.length === 0) return `${image}no longer to be shared with any account`;
    return `${image}shared with ${listed(p.accounts)}${p.again ? " again" : ""}`;
  }),
  "share-failed": warned,
  unshare: info((p: { accounts: readonly string[]; temporarily?: true }) =>
    p.temporarily
      ? `stop sharing with ${listed(p.accounts)} for the modification, because a shared image cannot be modified`
      : `stop sharing with ${listed(p.accounts)}`,
  ),
  unshared: info((p: { accounts: readonly string[] }) => `no longer shared with ${listed(p.accounts)}`),
  "unshare-failed": warned,
  delete: info((p: { sizeGiB: number; why: string }) => `delete with its snapshots (${p.sizeGiB} GiB): ${p.why}`),
  deleted: info(deletedText),
  "delete-failed": warned,
} as const;

/** Writes the event and the text of a journal entry: `journal("ready", { imageId, name })`. */
export const journal = catalogue(definitions);

/** What a journal entry is about, for programs. */
export type JournalEvent = keyof typeof definitions;

/** The event and the text of a journal entry. */
export type JournalMessage = Message<JournalEvent>;
