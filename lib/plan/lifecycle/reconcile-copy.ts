import { isIntermediate } from "../../model/identity.ts";
import { allCustom, type Observation, seen } from "../../model/observation.ts";
import { DESELECTED, SUPERSEDED } from "../../model/reasons.ts";
import { CLOCK_SKEW, iso } from "../../model/time.ts";
import type { Copy, CopyKey, Image, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { attemptFailed, copyBase, NOTHING, note } from "../transitions.ts";
import type { Circumstances, Step } from "../types.ts";
import * as drift from "../upkeep/drift.ts";
import { prune } from "../upkeep/prune.ts";
import { isAboutToBeMarked } from "../upkeep/refresh-record.ts";
import { seek } from "./create.ts";
import { pursue } from "./finish.ts";
import { adopted, candidatesFor } from "./locate.ts";

/**
 * The next step of one copy, from what we remember, what is wanted and what the cloud shows. Pure; called again after
 * every change until it answers nothing.
 */
export function advance(
  key: CopyKey,
  remembered: Copy | undefined,
  want: Want | undefined,
  unwanted: boolean,
  observation: Observation,
  c: Circumstances,
): Step {
  const copy = remembered && withMark(remembered, c);
  const imageId = copy && "imageId" in copy ? copy.imageId : undefined;
  if (!copy || imageId === undefined) return seek(key, copy, want, unwanted, observation, c);
  const image = seen(observation, { region: key.region, imageId });
  if (image === "unread") return NOTHING;
  if (image !== "absent") return follow(copy, image, want, unwanted, observation, c);
  const all = allCustom(observation, key.region);
  const other = all && candidatesFor(key, all.images).best;
  if (other)
    return note(
      adopted(other, key, copy, want, observation, c.now),
      "found",
      `${other.imageId} is there instead of ${imageId}`,
    );
  return missing(copy, imageId, want, observation, c);
}

/** A copy that is not finished is rolled back with those of its version that are; a finished one says so itself. */
function withMark(copy: Copy, c: Circumstances): Copy {
  const rolledBack = c.rolledBack(copy.key, copy);
  if (copy.state === "ready" || copy.state === "retired" || rolledBack === copy.rolledBack) return copy;
  const { rolledBack: _, ...rest } = copy;
  return rolledBack === undefined ? rest : { ...rest, rolledBack };
}

/** The image of a record is not there: gone if it was absent before, `SETTLE` ago. */
function missing(
  copy: Copy,
  imageId: string,
  want: Want | undefined,
  observation: Observation,
  c: Circumstances,
): Step {
  const readAt = observation.regions.get(copy.key.region)?.readAt ?? c.now;
  if (copy.state === "copying" && readAt < (copy.claim.endedAt ?? copy.claim.claimedAt) + CLOCK_SKEW + c.settle)
    return NOTHING;
  if (copy.missingSince === undefined) {
    // Not `readAt`: reading may have taken long, and two looks that are both late would count as far apart.
    return note(
      { ...copy, missingSince: c.now, updatedAt: c.now },
      "missing",
      `${imageId} is not there; it will be looked for again`,
    );
  }
  if (readAt < copy.missingSince + c.settle + CLOCK_SKEW) return NOTHING;
  const reason: Reason = { code: "gone", text: `${imageId} is gone: not found twice since ${iso(copy.missingSince)}` };
  if (copy.state === "copying" || copy.state === "finishing") return attemptFailed(copy, reason, want, 0, c, "gone");
  const base = copyBase(copy.key, copy, want, c.now);
  if (copy.state === "failed") return note({ ...base, state: "failed", reason: copy.reason }, "gone", reason.text);
  if (!want) return note({ ...base, state: "retired", reason, since: c.now }, "gone", reason.text);
  if (want.policy.onDrift === "report" && copy.state === "ready") {
    const remedy = `to have it made again: cvm-replicator retry ${copy.key.rootId} --region ${copy.key.region}, or onDrift: repair`;
    return note({ ...base, state: "blocked", reason: { ...reason, remedy } }, "gone", reason.text);
  }
  return note({ ...base, attempts: 0, state: "waiting", reason }, "gone", reason.text);
}

/** The image of a record is there. */
function follow(
  copy: Copy,
  image: Image,
  want: Want | undefined,
  unwanted: boolean,
  observation: Observation,
  c: Circumstances,
): Step {
  if (copy.missingSince !== undefined) {
    const { missingSince: _, ...present } = { ...copy, updatedAt: c.now };
    return note(present, "found", `${image.imageId} is there again`);
  }
  switch (copy.state) {
    case "copying":
    case "finishing":
      return pursue(copy, image, want, unwanted, c);
    case "blocked": {
      if (!copy.claim || (copy.notBefore !== undefined && c.now < copy.notBefore)) return NOTHING;
      // What blocked it may have been the policy's name or tags: from here on, those of today count.
      const claim = want ? { ...copy.claim, settings: want.settings } : copy.claim;
      return pursue({ ...copy, claim }, image, want, unwanted, c);
    }
    case "ready":
      if (unwanted) return retire(copy, image, c);
      if (c.hasOtherAdopter(copy)) return giveUp(copy, want, c);
      return want ? drift.maintain(copy, image, want, c) : drift.settle(copy, image, c);
    case "failed": {
      if (unwanted) return retire(copy, image, c);
      if (!want || copy.attempts >= want.policy.attempts) return NOTHING;
      const base = copyBase(copy.key, copy, want, c.now);
      return note(
        { ...base, state: "retrying", reason: copy.reason, notBefore: c.now },
        "retrying",
        "the policy allows more attempts now",
      );
    }
    case "retired": {
      if (want && copy.adopted) return adoptAgain(copy, image, want, c);
      if (want) {
        const again = adopted(image, copy.key, copy, want, observation, c.now);
        const marked = again.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
        return note({ ...again, ...marked }, "found", `wanted again; ${image.imageId} is still there`);
      }
      const step = drift.follow(copy, image, observation, c);
      // What was made of a shared image that was withdrawn stays; but what was only a step to that goes.
      const isOver = unwanted || (c.isWithdrawn(copy.key) && copy.reason.code === SUPERSEDED.code);
      return isOver && step === NOTHING ? prune(copy, image, observation, c) : step;
    }
    case "waiting":
    case "retrying":
      return NOTHING;
  }
}

function retire(copy: Copy, image: Image, c: Circumstances): Step {
  const base = { ...copyBase(copy.key, copy, undefined, c.now), attempts: 0 };
  const adopted = copy.state === "ready" && copy.adopted ? { adopted: true as const } : {};
  const deprecated = copy.state === "ready" && copy.deprecatedByUs ? { deprecatedByUs: true as const } : {};
  const reason = isIntermediate(image, copy.key) && !copy.wantedItself ? SUPERSEDED : DESELECTED;
  const { imageId } = image;
  // A rollback that was begun goes on.
  const begun = copy.state === "ready" && isAboutToBeMarked(copy) && copy.mending ? { mending: copy.mending } : {};
  const retired: Copy = {
    ...base,
    ...adopted,
    ...deprecated,
    ...begun,
    state: "retired",
    imageId,
    reason,
    since: c.now,
  };
  return note(retired, "retired", reason.text);
}

/** Two runs have adopted one image for two roots at the same time; one of them has to have another. */
function giveUp(copy: Copy, want: Want | undefined, c: Circumstances): Step {
  const reason = { code: "adopted-twice", text: "the image that was taken as this copy is the copy of another image" };
  return note({ ...copyBase(copy.key, copy, want, c.now), state: "waiting", reason }, "given-up", reason.text);
}

/** An image that was made by other means stays as it is, whatever it is doing. */
function adoptAgain(copy: Copy, image: Image, want: Want, c: Circumstances): Step {
  const { imageId, name } = image;
  const base = copyBase(copy.key, copy, want, c.now);
  return note({ ...base, state: "ready", imageId, name, readyAt: c.now, adopted: true }, "adopted", "wanted again");
}
