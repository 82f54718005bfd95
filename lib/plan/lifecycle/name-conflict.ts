import { isCopyOf, isMarked, keyText } from "../../model/identity.ts";
import { MAKING_ROOM } from "../../model/reasons.ts";
import { LOOK_AGAIN } from "../../model/time.ts";
import type { Copy, Image, Reason } from "../../model/types.ts";
import type { Want } from "../desired/types.ts";
import { changed, copyBase, note } from "../transitions.ts";
import type { Act, Circumstances, Step } from "../types.ts";
import { putAside } from "../upkeep/put-aside.ts";

/** The copy that was made otherwise gives up its name. Where the cloud will not have that, it is tried again now and then. */
export function makeRoom(
  act: Extract<Act, { do: "modify" }>,
  want: Want,
  copy: Copy | undefined,
  c: Circumstances,
): Step {
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
export function rivalOf(want: Want, c: Circumstances): Image | undefined {
  const step = keyText(want.key);
  for (const child of c.wants.values()) {
    if (!child.parent || keyText(child.parent) !== step || child.key.region !== want.key.region) continue;
    const holder = c.holderOf(child);
    if (holder && !isCopyOf(holder, want.key) && !putAside(holder, child, c)) return holder;
  }
  return undefined;
}

/** Another image of the account has the name already: block, or adopt it if the policy says so and it fits. */
export function nameTaken(holder: Image, want: Want, copy: Copy | undefined, c: Circumstances): Step {
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
