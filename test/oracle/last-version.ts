// Whether a region keeps a usable version without one image, by the cloud alone: nothing here uses the program's own rules.
import { progressOf, type StoredImage } from "../../emulator/world/image.ts";
import { createdAtOf } from "./selection.ts";

/** A copy in the cloud. */
export interface Version {
  readonly image: StoredImage;
  /** The image that its chain began with, if that is known. */
  readonly root: StoredImage | undefined;
  /** Its owner does not want it to be used: recalled, or rolled back. */
  readonly isBad: boolean;
}

/** Names that a copy has before it is finished, or while another one has its name. */
const OTHER_NAME = /--(copying|plain|aside|replaced)-[0-9a-f]{16}(-[a-z0-9]+-\d+)?$/;
/** The name of a finished copy that gave up its own name; with a family it is still found. */
const REPLACED = /--(aside|replaced)-[0-9a-f]{16}$/;

/** Why a copy must stay: it is the last usable version. `others`: all other copies of its region. */
export function whyLastVersion(one: Version, others: readonly Version[], now: number): string | undefined {
  const { family } = one.image;
  const isFound = (image: StoredImage) =>
    !OTHER_NAME.test(image.name) || (image.family !== "" && REPLACED.test(image.name));
  const isFinished = ({ image }: Version) => progressOf(image, now).state === "NORMAL" && isFound(image);
  const isOlder = ({ root }: Version) =>
    root !== undefined && one.root !== undefined && createdAtOf(root) < createdAtOf(one.root);
  const remaining = others.filter(
    (other) =>
      other.image !== one.image &&
      (family === "" || other.image.family === family) &&
      isFinished(other) &&
      !other.isBad &&
      (one.isBad || !isOlder(other)),
  );
  return remaining.length > 0 ? undefined : "it is the last usable version there";
}
