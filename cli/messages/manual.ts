// Every line that prune, rebuild and rollback print.
import { error, info } from "../../lib/model/messages/define.ts";
import { copiesOf, count } from "./words.ts";

export const manualLines = {
  "rebuild-effect": info((p: { copies: number | undefined; account: string; state: string }) => {
    const records = p.copies === undefined ? "the damaged records" : `the records of ${copiesOf(p.copies)}`;
    return `deletes ${records} of account ${p.account} in ${p.state} and finds the copies again in the cloud, where nothing is changed`;
  }),
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
  "prune-delete": info(
    (p: { name: string; imageId: string; region: string; sizeGiB: number; isShared: boolean; text: string }) => {
      const first = p.isShared ? ", after unsharing it" : "";
      return `- delete "${p.name}" (${p.imageId}) in ${p.region} with its snapshots, ${p.sizeGiB} GiB${first}: ${p.text}`;
    },
  ),
  "prune-retained": info((p: { name: string; imageId: string; region: string; reason: string }) => {
    return `= not deleted: "${p.name}" (${p.imageId}) in ${p.region}: ${p.reason}`;
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
} as const;
