// Every line that apply and retry print, besides progress.
import { error, info } from "../../lib/model/messages/define.ts";
import { copiesOf, count, imageIn } from "./words.ts";

export const applyLines = {
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
  "outage-lasts": info(
    () => "a region has not been readable for 30 minutes, and nothing else is left to do; a later run continues",
  ),
  "take-back-prompt": info(
    () =>
      "Another policy has run for this account before. Unshare, untag, rename and delete what this policy no longer says? (yes/no) ",
  ),
} as const;
