import { lineageTags, ROLLED_BACK_TAG } from "../../model/identity.ts";
import { hasFailed } from "../../model/observation.ts";
import type { ImageAttributes } from "../../model/ports.ts";
import { backoff, iso, LOOK_AGAIN } from "../../model/time.ts";
import type { Claim, Copy, Image, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, note } from "../transitions.ts";
import type { Act, Circumstances, Step } from "../types.ts";
import { missingShares } from "../upkeep/shares.ts";

/** The tags that a copy still lacks, lineage included. */
export function missingTags(image: Image, copy: Copy & { claim: Claim }): Record<string, string> {
  const wanted = {
    ...copy.claim.settings.tags,
    ...lineageTags(copy.key, copy.claim.parent, copy.policy, image.imageId),
    ...(copy.rolledBack !== undefined && { [ROLLED_BACK_TAG]: copy.rolledBack }),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => image.tags[key] !== value));
}

/** A copy that was asked for and whose image is known. */
export type Pursued = Extract<Copy, { state: "copying" | "finishing" | "blocked" }> & { claim: Claim };

/** Goes on with a copy that was asked for: follow its progress, and when it is NORMAL tag, name and publish it. */
export function pursue(copy: Pursued, image: Image, want: Want | undefined, unwanted: boolean, c: Circumstances): Step {
  if (hasFailed(image)) {
    const reason = { code: "copy-failed", text: `the cloud gave up: ${image.imageId} is ${image.state}` };
    return attemptFailed(copy, reason, want, backoff(copy.attempts), c, "copy-failed");
  }
  return image.state === "NORMAL" ? finish(copy, image, want, unwanted, c) : wait(copy, image, want, c);
}

/** Not NORMAL yet: its progress is remembered, and it is tagged as soon as the cloud lets us. */
function wait(copy: Pursued, image: Image, want: Want | undefined, c: Circumstances): Step {
  // What is held was NORMAL: others are being made from it, and show when it is so again.
  if (copy.state === "blocked" || (copy.state === "finishing" && copy.held)) return NOTHING;
  const { imageId } = image;
  const base = copyBase(copy.key, copy, want, c.now);
  const going = copy.state === "copying" ? copy : undefined;
  const moved = going?.percent !== image.syncPercent || going?.imageId !== imageId;
  const progressedAt = going && !moved ? going.progressedAt : c.now;
  const next: Copy = {
    ...base,
    state: "copying",
    claim: copy.claim,
    imageId,
    progressedAt,
    ...(image.syncPercent !== undefined && { percent: image.syncPercent }),
    ...(going?.tagRefused && { tagRefused: true }),
  };
  if (going && c.now - progressedAt > stuckAfter(want)) {
    const reason = {
      code: "stuck",
      text: `${imageId} has been ${image.state} at ${image.syncPercent ?? "?"} % since ${iso(progressedAt)}`,
      remedy: "ask the vendor's support about this image, or delete it; the cloud cannot cancel a copy",
    };
    return note({ ...base, state: "blocked", claim: copy.claim, imageId, reason }, "stuck", reason.text);
  }
  const tags = missingTags(image, copy);
  const mayTag = Object.keys(tags).length > 0 && !going?.tagRefused;
  const act: Act | undefined = mayTag ? { do: "tag", copy: next, image, tags } : undefined;
  if (moved) return { note: { copy: next, what: "progress", text: progressText(image) }, ...(act && { act }) };
  return act ? { act: { ...act, copy } } : NOTHING;
}

/** NORMAL: one thing after the other, each read back before the next, until it is as it shall be. */
function finish(copy: Pursued, image: Image, want: Want | undefined, unwanted: boolean, c: Circumstances): Step {
  const { imageId } = image;
  const { claim } = copy;
  const base = copyBase(copy.key, copy, want, c.now);
  // Not now: whether anybody still wants it does not show. Its marks and its name it gets all the same.
  const open = !want && !unwanted && !c.isWithdrawn(copy.key);
  const next = nextOf(copy, image, want, c);
  if (next && !("act" in next)) return unknown(copy, next, imageId, want, c);
  if (!next && open) return NOTHING;
  if (!next) {
    const { name } = image;
    const took = claim.claimant.id === "found" ? {} : { took: c.now - claim.claimedAt };
    const ready: Copy = {
      ...base,
      attempts: 0,
      state: "ready",
      imageId,
      name,
      readyAt: c.now,
      adopted: false,
      ...took,
    };
    return note(ready, "ready", `${imageId} is ready as "${name}"`);
  }
  const held = next.held;
  const going = copy.state === "finishing" ? copy : undefined;
  if (held) {
    if (going?.held?.text === held.text) return NOTHING;
    return note({ ...base, state: "finishing", claim, imageId, progressedAt: c.now, held }, "held", held.text);
  }
  if (going && !going.held && c.now - going.progressedAt > stuckAfter(want)) {
    const text = `${imageId} is NORMAL, but its ${next.what} could not be set since ${iso(going.progressedAt)}`;
    const reason = { code: "stuck", text, remedy: "see the journal for the cloud's answers" };
    return note({ ...base, state: "blocked", claim, imageId, reason, notBefore: c.now + LOOK_AGAIN }, "stuck", text);
  }
  if (going && !going.held) return { act: next.act(going) };
  const finishing: Copy = { ...base, state: "finishing", claim, imageId, progressedAt: c.now };
  const text = going ? `${imageId} is published` : `${imageId} is NORMAL`;
  return { note: { copy: finishing, what: "finishing", text }, act: next.act(finishing) };
}

/** What it still lacks cannot be found out: after a while it counts as stuck as anything else, and is asked for more slowly. */
function unknown(copy: Pursued, next: Asking, imageId: string, want: Want | undefined, c: Circumstances): Step {
  if (!next.problem || next.asks) return next;
  const base = copyBase(copy.key, copy, want, c.now);
  const { claim } = copy;
  if (copy.state === "copying") {
    const finishing: Copy = { ...base, state: "finishing", claim, imageId, progressedAt: c.now };
    return { ...note(finishing, "finishing", `${imageId} is NORMAL`), problem: next.problem };
  }
  if (copy.state === "finishing" && c.now - copy.progressedAt <= stuckAfter(want)) return next;
  const reason = {
    ...next.problem,
    text: `${imageId} is finished but for its shares, which cannot be read: ${next.problem.text}`,
  };
  const blocked: Copy = { ...base, state: "blocked", claim, imageId, reason, notBefore: c.now + LOOK_AGAIN };
  return { ...note(blocked, "stuck", reason.text), problem: next.problem };
}

interface Next {
  readonly what: string;
  readonly act: (copy: Copy) => Act;
  /** It waits for the copies in other regions. */
  readonly held?: Reason;
}

type Asking = Pick<Step, "asks" | "problem">;

/**
 * The lineage tags must be seen before the token leaves the name: one of the two marks always stands. Then the name, with
 * description and, where nothing holds it back, family in one call. Shares come last, as a shared image cannot be modified.
 * Undefined when nothing is left to do; a step where something has to be known first.
 */
function nextOf(copy: Pursued, image: Image, want: Want | undefined, c: Circumstances): Next | Asking | undefined {
  const { settings } = copy.claim;
  const tags = missingTags(image, copy);
  if (Object.keys(tags).length > 0) return { what: "tags", act: (of) => ({ do: "tag", copy: of, image, tags }) };
  const held = want && c.awaits(want);
  const family = want && dueFamily(image, want, c);
  const modify = (attributes: ImageAttributes) => (of: Copy) =>
    ({ do: "modify", copy: of, image, attributes, mayWithdraw: want?.release.shareWith ?? [] }) as const;
  if (image.name !== settings.name) {
    const { name, description } = settings;
    const now = family !== undefined && !held ? { family } : want && hasTooEarly(image, want, c) ? { family: "" } : {};
    return { what: "name", act: modify({ name, description, ...now }) };
  }
  // A rollback came before it was finished.
  if (copy.rolledBack !== undefined && image.family && !image.deprecated)
    return { what: "rollback", act: modify({ family: "", deprecated: true }) };
  if (family !== undefined) return { what: "family", act: modify({ family }), ...(held && { held }) };
  if (!want || want.release.shareWith.length === 0) return undefined;
  const shares = missingShares(image, want.release.shareWith, c.answers);
  if (!("missing" in shares)) return shares;
  const { missing } = shares;
  if (missing.length === 0) return undefined;
  return { what: "shares", act: (of) => ({ do: "share", copy: of, image, accounts: missing }) };
}

/** The family that a copy is still to get. */
function dueFamily(image: Image, want: Want, c: Circumstances): string | undefined {
  const { family } = want.release;
  return family !== undefined && image.family !== family && c.leads(want.key) ? family : undefined;
}

/** Should the cloud give a copy the family of its source: it may be for none, for another one, or not before others have it. */
function hasTooEarly(image: Image, want: Want, c: Circumstances): boolean {
  if (!image.family) return false;
  return image.family !== want.release.family || !c.leads(want.key) || c.awaits(want) !== undefined;
}

function stuckAfter(want: Want | undefined): number {
  return want?.policy.stuckAfter ?? 3_600_000;
}

function progressText(image: Image): string {
  return `${image.imageId} is ${image.state}${image.syncPercent === undefined ? "" : ` at ${image.syncPercent} %`}`;
}
