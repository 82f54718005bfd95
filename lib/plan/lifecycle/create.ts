import { tokenIn, tokenName } from "../../model/identity.ts";
import { allCustom, type Observation, seen } from "../../model/observation.ts";
import { DESELECTED } from "../../model/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, CopyKey, Image, ImageRef, Millis, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { changed, copyBase, NOTHING, note } from "../transitions.ts";
import type { Circumstances, Draft, Step } from "../types.ts";
import { removeFailed } from "../upkeep/prune.ts";
import { putAside } from "../upkeep/put-aside.ts";
import { outcomeUnknown } from "./in-doubt.ts";
import { adopted, candidatesFor } from "./locate.ts";
import { makeRoom, nameTaken, rivalOf } from "./name-conflict.ts";

const UNKNOWN_AFTER_LOSS = "unknown-after-loss";

/** No image is known for the key: look for one by its mark, and only then consider to ask for one. */
export function seek(
  key: CopyKey,
  copy: Copy | undefined,
  want: Want | undefined,
  unwanted: boolean,
  observation: Observation,
  c: Circumstances,
): Step {
  const all = allCustom(observation, key.region);
  const found = all && candidatesFor(key, all.images);
  if (found?.best && isNamedButBusy(found.best)) {
    if (!want || copy?.state === "copying") return NOTHING;
    const text = `${found.best.imageId} is there and ${found.best.state}; what it is shows when it is NORMAL`;
    const reason = { code: "found-busy", text };
    return changed(copy, { ...copyBase(key, copy, want, c.now), state: "waiting", reason });
  }
  if (found?.best) {
    const text = `${found.best.imageId} carries our mark`;
    return note(adopted(found.best, key, copy, want, observation, c.now), "found", text);
  }
  if (copy?.state === "copying") {
    return all && found ? outcomeUnknown(copy, found.failed, want, all.readAt, c) : NOTHING;
  }
  const rolledBack = c.rolledBack(key, copy);
  const base = { ...copyBase(key, copy, want, c.now), ...(rolledBack !== undefined && { rolledBack }) };
  if (!want) {
    // Of a shared image that is not there any more nothing new can be made.
    if (!copy || copy.state === "retired" || !(unwanted || c.isWithdrawn(key))) return NOTHING;
    return note({ ...base, state: "retired", reason: DESELECTED, since: c.now }, "retired", DESELECTED.text);
  }
  if (copy?.state === "failed" && copy.attempts >= want.policy.attempts) return NOTHING;
  // Deleted by hand, where that is to be reported only.
  if (copy?.state === "blocked" && copy.reason.code === "gone" && want.policy.onDrift === "report") return NOTHING;
  const wait = (reason: Reason, notBefore?: Millis) =>
    changed(copy, { ...base, state: "waiting", reason, ...(notBefore !== undefined && { notBefore }) });
  if (want.block) return changed(copy, { ...base, state: "blocked", reason: want.block });
  if (copy && waitsStill(copy, c.now)) return NOTHING;
  // A later step is made from the one before it, whatever its source is doing.
  if (want.wait && !want.parent) return wait(want.wait);
  const unreadable = observation.unreadable.get(key.region);
  if (unreadable) return wait(unreadable);
  if (!all || !found) return NOTHING;
  if (c.unknownUntil !== undefined && all.readAt < c.unknownUntil && want.root.createdAt < c.bornAt + CLOCK_SKEW) {
    const text = `the state was empty and met copies of ours in the cloud; what is not seen by ${iso(c.unknownUntil)} is not there`;
    return wait({ code: UNKNOWN_AFTER_LOSS, text }, c.unknownUntil);
  }
  const parent = parentOf(want, observation, c);
  if ("code" in parent) return wait(parent);
  const holder = c.holderOf(want);
  const aside = holder && putAside(holder, want, c);
  if (aside) return makeRoom(aside, want, copy, c);
  if (holder) return nameTaken(holder, want, copy, c);
  const rival = want.intermediate && rivalOf(want, c);
  if (rival) return nameTaken(rival, want, copy, c);
  const leftover = removeFailed(copy, found.failed, c);
  if (leftover) {
    const text = `first, ${leftover.image.imageId} is deleted: ${leftover.why}`;
    return { ...wait({ code: "leftover", text }), act: leftover };
  }
  const number = Math.max(base.claims, found.lastClaim) + 1;
  const draft: Draft = {
    copy:
      copy?.state === "blocked"
        ? { ...base, state: "blocked", reason: copy.reason }
        : {
            ...base,
            state: "waiting",
            reason: copy?.state === "waiting" ? copy.reason : { code: "new", text: "wanted" },
          },
    claim: { number, token: tokenName(key, want.root.name, number), parent, settings: want.settings },
  };
  return { act: { do: "send", draft } };
}

/** How long something unknown is waited for may have changed since: that is asked anew each time. */
function waitsStill(copy: Copy, now: Millis): boolean {
  if (!("notBefore" in copy) || copy.notBefore === undefined || now >= copy.notBefore) return false;
  return copy.reason.code !== UNKNOWN_AFTER_LOSS;
}

/**
 * A finished copy shows SYNCING while somebody copies it, and so does one that is being made and was renamed by hand.
 * Which of the two it is shows when it is NORMAL.
 */
function isNamedButBusy(image: Image): boolean {
  return image.state !== "NORMAL" && tokenIn(image.name) === undefined;
}

/** The image to copy from: the root itself, or the finished first step of the chain. */
function parentOf(want: Want, observation: Observation, c: Circumstances): ImageRef | Reason {
  if (!want.parent) return { region: want.root.region, imageId: want.root.imageId };
  const first = c.copyOf(want.parent);
  // What is held is finished but for its publication, which waits for those that are made from it.
  const isFinished = first?.state === "ready" || (first?.state === "finishing" && first.held !== undefined);
  if (isFinished && first.missingSince === undefined) {
    const parent = { region: want.parent.region, imageId: first.imageId };
    if (seen(observation, parent) !== "absent") return parent;
    return { code: "parent-not-ready", text: `waits for the copy in ${parent.region}, which is not there` };
  }
  const text = `waits for the copy in ${want.parent.region}, which is ${first?.state ?? "not asked for yet"}`;
  return { code: "parent-not-ready", text };
}
