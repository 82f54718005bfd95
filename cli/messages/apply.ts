// Every line that apply and retry print, besides the plan and progress.
import { error, info, warn } from "../../lib/model/messages/define.ts";
import { copiesOf, count, imageIn } from "./words.ts";

export const applyLines = {
  /** `calls`: the calls behind these counts. */
  applied: info((p: { created: number; changed: number; deleted: number; calls: string; isOver: boolean }) => {
    const counts = `${p.created} created, ${p.changed} changed, ${p.deleted} deleted`;
    return `${p.isOver ? "Applied" : "Applied so far"}: ${counts}${p.calls && ` (calls: ${p.calls})`}.`;
  }),
  "answers-lost": info((p: { requests: number; text: string }) => {
    const what = p.requests === 1 ? "the outcome of 1 request is" : `the outcome of ${p.requests} requests is`;
    return `note: ${what} not known (${p.text}); nothing is sent again: the copies are looked for by their names`;
  }),
  "image-deleted": info((p: { imageId: string; region: string; name: string; text: string }) => {
    return `deleted: ${imageIn(p)}${p.name && `, "${p.name}"`}: ${p.text}`;
  }),
  "image-not-deleted": warn(
    (p: { imageId: string; region: string; name: string; sizeGiB: number; reason: string }) =>
      `not deleted: ${imageIn(p)}, "${p.name}", ${p.sizeGiB} GiB: ${p.reason}`,
  ),
  "delete-prompt": info((p: { images: number; sizeGiB: number; isLater: boolean }) => {
    const images = count(p.images, p.isLater ? "further image" : "image");
    const choice = p.isLater ? "(yes/no)" : "(yes; no: all else is done; Ctrl-C: nothing is)";
    return `Delete ${images}, ${p.sizeGiB} GiB, for good? ${choice} `;
  }),
  /** What the cloud goes on with, whatever becomes of this program. */
  "goes-on": info((p: { copies: number }) => {
    const go = p.copies === 1 ? "goes" : "go";
    return `${copiesOf(p.copies)} ${go} on in the cloud; follow with cvm-replicator status --watch; apply again finishes ${p.copies === 1 ? "it" : "them"}`;
  }),
  "nothing-goes-on": info(() => "no copy is under way in the cloud; apply again continues"),
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
      p.waiting === 0 || p.copies > 0
        ? [count(p.copies, "failed, retrying or blocked copy", "failed, retrying or blocked copies")]
        : [];
    if (p.waiting > 0) parts.push(`${copiesOf(p.waiting)} waiting for an unreadable region, which is read now`);
    return `retrying ${parts.join(" and ")}`;
  }),
  "outage-lasts": info(
    () => "a region has not been readable for 30 minutes, and nothing else is left to do; a later run continues",
  ),
  "take-back-prompt": info(
    () =>
      "Another policy has run for this account before. Unshare, untag, rename and delete what this policy no longer says? (yes/no) ",
  ),
} as const;
