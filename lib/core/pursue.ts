import type { Claim, Copy, Image } from "../types.ts";
import { copyBase, hasFailed, missingTags } from "./found.ts";
import { type Act, attemptFailed, type Circumstances, iso, NOTHING, note, type Step } from "./step.ts";
import { backoff, LOOK_AGAIN } from "./timing.ts";
import type { Want } from "./wanted.ts";

/** A copy that was asked for and whose image is known. */
export type Pursued = Extract<Copy, { state: "copying" | "finishing" | "blocked" }> & { claim: Claim };

/** Goes on with a copy that was asked for: follow its progress, tag it, and when it is NORMAL verify and rename it. */
export function pursue(copy: Pursued, image: Image, want: Want | undefined, c: Circumstances): Step {
  const { imageId } = image;
  const base = copyBase(copy.key, copy, want, c.now);
  const stuckAfter = want?.policy.stuckAfter ?? 3_600_000;
  if (hasFailed(image)) {
    const reason = { code: "copy-failed", text: `the cloud gave up: ${imageId} is ${image.state}` };
    return attemptFailed(copy, reason, want, backoff(copy.attempts), c, "copy-failed");
  }
  const tags = missingTags(image, copy);
  const tagFirst = Object.keys(tags).length > 0;

  if (image.state !== "NORMAL") {
    if (copy.state === "blocked") return NOTHING;
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
    if (going && c.now - progressedAt > stuckAfter) {
      const reason = {
        code: "stuck",
        text: `${imageId} has been ${image.state} at ${image.syncPercent ?? "?"} % since ${iso(progressedAt)}`,
        remedy: "ask the vendor's support about this image, or delete it; the cloud cannot cancel a copy",
      };
      return note({ ...base, state: "blocked", claim: copy.claim, imageId, reason }, "stuck", reason.text);
    }
    const act: Act | undefined = tagFirst && !going?.tagRefused ? { do: "tag", copy: next, image, tags } : undefined;
    if (moved) return { note: { copy: next, what: "progress", text: progressText(image) }, ...(act && { act }) };
    return act ? { act: { ...act, copy } } : NOTHING;
  }

  const { settings } = copy.claim;
  if (!tagFirst && image.name === settings.name) {
    const text = `${imageId} is ready as "${settings.name}"`;
    return note(
      { ...base, attempts: 0, state: "ready", imageId, name: settings.name, readyAt: c.now, adopted: false },
      "ready",
      text,
    );
  }
  if (copy.state === "finishing" && c.now - copy.progressedAt > stuckAfter) {
    const text = `${imageId} is NORMAL, but its ${tagFirst ? "tags" : "name"} could not be set since ${iso(copy.progressedAt)}`;
    const reason = { code: "stuck", text, remedy: "see the journal for the cloud's answers" };
    return note(
      { ...base, state: "blocked", claim: copy.claim, imageId, reason, notBefore: c.now + LOOK_AGAIN },
      "stuck",
      text,
    );
  }
  const finishing: Copy =
    copy.state === "finishing"
      ? copy
      : { ...base, state: "finishing", claim: copy.claim, imageId, progressedAt: c.now };
  // The lineage tags must be seen before the token leaves the name: one of the two marks always stands.
  const act: Act = tagFirst
    ? { do: "tag", copy: finishing, image, tags }
    : { do: "rename", copy: finishing, image, name: settings.name, description: settings.description };
  return finishing === copy
    ? { act }
    : { note: { copy: finishing, what: "finishing", text: `${imageId} is NORMAL` }, act };
}

function progressText(image: Image): string {
  return `${image.imageId} is ${image.state}${image.syncPercent === undefined ? "" : ` at ${image.syncPercent} %`}`;
}
