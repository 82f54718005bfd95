import type { Copy, CopyKey, Image, ImageRef, Millis, Reason } from "../types.ts";
import { MAKING_ROOM, putAside } from "./aside.ts";
import { adopted, candidatesFor, copyBase } from "./found.ts";
import { isCopyOf, isMarked, keyText, tokenIn, tokenName } from "./mark.ts";
import { allCustom, type Observation, seen } from "./observation.ts";
import { removeFailed } from "./prune.ts";
import {
  type Act,
  attemptFailed,
  type Circumstances,
  changed,
  DESELECTED,
  type Draft,
  iso,
  NOTHING,
  note,
  type Step,
} from "./step.ts";
import { BUSY_AGAIN, backoff, CLOCK_SKEW, LOOK_AGAIN, SIGNATURE_LIFE, SYNC_TIMEOUT } from "./timing.ts";
import type { Want } from "./wanted.ts";

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

/** The request may or may not have had an effect: send again only when nobody can still be sending and nothing be invisible. */
function outcomeUnknown(
  copy: Extract<Copy, { state: "copying" }>,
  failed: readonly Image[],
  want: Want | undefined,
  readAt: Millis,
  c: Circumstances,
): Step {
  const { claim } = copy;
  const failure = failed.find((image) => tokenIn(image.name)?.claimNumber === claim.number);
  if (failure) {
    const reason = { code: "copy-failed", text: `the cloud gave up: ${failure.imageId} is ${failure.state}` };
    return attemptFailed(copy, reason, want, backoff(copy.attempts), c, "copy-failed");
  }
  const proven = c.ended.has(claim.claimant.id);
  // A request may leave until `sendBy` and then take its time. The clock of another instance may be ahead or behind.
  const endedAt = claim.endedAt ?? (proven ? Math.min(claim.sendBy + SYNC_TIMEOUT, c.now) : undefined);
  const safeAt =
    endedAt === undefined
      ? claim.sendBy + SIGNATURE_LIFE + CLOCK_SKEW + c.settle
      : endedAt + (proven ? 0 : CLOCK_SKEW) + c.settle;
  if (readAt >= safeAt) return noEffect(copy, want, c);
  if (claim.endedAt !== undefined || endedAt === undefined) return NOTHING;
  return note(
    { ...copy, claim: { ...claim, endedAt }, updatedAt: c.now },
    "claimant-ended",
    `nobody can send for "${claim.token}" any more`,
  );
}

/** Nothing came of a claim. Only what the cloud itself made fail is counted as an attempt: not a process that died. */
function noEffect(copy: Extract<Copy, { state: "copying" }>, want: Want | undefined, c: Circumstances): Step {
  const { claim } = copy;
  const reason = { code: "no-effect", text: `it was asked for as "${claim.token}" and nothing came of it` };
  if (claim.trouble === "failed") return attemptFailed(copy, reason, want, backoff(copy.attempts), c, "no-effect");
  const base = copyBase(copy.key, copy, want, c.now);
  const notBefore = claim.trouble === "busy" ? { notBefore: c.now + BUSY_AGAIN } : {};
  return note({ ...base, state: "waiting", reason, ...notBefore }, "no-effect", reason.text);
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

/** The copy that was made otherwise gives up its name. Where the cloud will not have that, it is tried again now and then. */
function makeRoom(act: Extract<Act, { do: "modify" }>, want: Want, copy: Copy | undefined, c: Circumstances): Step {
  const base = copyBase(want.key, copy, want, c.now);
  const { imageId, region } = act.image;
  const hasTried = copy?.state === "waiting" && copy.reason.code === MAKING_ROOM;
  const isStuck = copy?.state === "blocked" && copy.reason.code === "name-taken" && copy.notBefore !== undefined;
  if (!hasTried && !isStuck) {
    const text = `first, ${imageId}, the copy that was made otherwise, gets another name`;
    return { ...changed(copy, { ...base, state: "waiting", reason: { code: MAKING_ROOM, text } }), act };
  }
  const reason: Reason = {
    code: "name-taken",
    text: `${imageId} in ${region}, our copy that was made otherwise, has the name "${want.settings.name}" and could not be given another one`,
    remedy:
      "if it is shared with other accounts, end that by hand, as a shared image cannot be renamed, and then: cvm-replicator retry; it is tried again every ten minutes besides",
  };
  const blocked: Copy = { ...base, state: "blocked", reason, notBefore: c.now + LOOK_AGAIN };
  return { ...note(blocked, "blocked", reason.text), ...(isStuck && { act }) };
}

/** Who has the name already that the encrypted copy is to get: then its plain copy would be made for nothing. */
function rivalOf(want: Want, c: Circumstances): Image | undefined {
  const step = keyText(want.key);
  for (const child of c.wants.values()) {
    if (!child.parent || keyText(child.parent) !== step || child.key.region !== want.key.region) continue;
    const holder = c.holderOf(child);
    if (holder && !isCopyOf(holder, want.key) && !putAside(holder, child, c)) return holder;
  }
  return undefined;
}

/** Another image of the account has the name already: block, or adopt it if the policy says so and it fits. */
function nameTaken(holder: Image, want: Want, copy: Copy | undefined, c: Circumstances): Step {
  const base = copyBase(want.key, copy, want, c.now);
  const misfit = whyNotAdopted(holder, want, c);
  if (want.policy.existing === "adopt" && !misfit) {
    const text = `${holder.imageId} has the name and fits; it was made by other means and is taken as the copy`;
    return note(
      {
        ...base,
        attempts: 0,
        state: "ready",
        imageId: holder.imageId,
        name: holder.name,
        readyAt: c.now,
        adopted: true,
      },
      "adopted",
      text,
    );
  }
  const isOurs = isMarked(holder, want.key.account) || c.isRecorded(holder);
  const reason: Reason = {
    code: "name-taken",
    // Told under either setting: who reads the plan is to know what `adopt` would do.
    text: `${holder.imageId} in ${want.key.region}${isOurs ? ", a copy of ours," : ""} is already named "${holder.name}"; ${misfit ? `it cannot be adopted: ${misfit}` : "it would fit existing: adopt"}`,
    remedy: isOurs
      ? "give one of the two another name (copy.name)"
      : misfit
        ? "rename or delete that image, or give the copy another name (copy.name)"
        : "rename or delete that image, give the copy another name (copy.name), or set existing: adopt",
  };
  return changed(copy, { ...base, state: "blocked", reason });
}

function whyNotAdopted(holder: Image, want: Want, c: Circumstances): string | undefined {
  const { root } = want;
  if (want.key.variant !== "plain") return "whether it is encrypted does not show";
  if (c.isRecorded(holder)) return "it is taken as the copy of another image";
  if (isMarked(holder, want.key.account)) return "it is our copy of another image";
  if (holder.state !== "NORMAL") return `it is ${holder.state}`;
  if (holder.sizeGiB !== root.sizeGiB) return `it has ${holder.sizeGiB} GiB, the source ${root.sizeGiB}`;
  if (holder.osName !== root.osName) return `it is ${holder.osName}, the source ${root.osName}`;
  if (holder.architecture !== root.architecture) return `it is ${holder.architecture}, the source ${root.architecture}`;
  if (holder.wholeMachine !== root.wholeMachine) return "only one of the two has data disks";
  if (holder.createdAt <= root.createdAt) return "it is not younger than the source";
  return undefined;
}
