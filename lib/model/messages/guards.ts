// Messages of the guards: steps left out of a plan, and problems of a whole account.
import { error, info } from "./define.ts";

export const guardReasons = {
  "enough-deleted": info(
    (p: { limit: number }) => `at most ${p.limit} images are deleted or unshared in one run; the next run continues`,
  ),
  "unconfirmed-deletion": info(() => "not confirmed: apply deletes it once you confirm it, or with --yes"),
  "family-moves": info(
    (p: { family: string; region: string }) =>
      `the family ${p.family} in ${p.region} may move in this run; the next sweep continues`,
  ),
  duplicate: error((p: { imageId: string; region: string; name: string }) => ({
    text: `${p.imageId} in ${p.region} ("${p.name}") is a second copy of the same image`,
    remedy: "delete the copy that is not used; nothing is deleted automatically",
  })),
  "mass-disappearance": error((p: { gone: number; total: number }) => ({
    text: `${p.gone} of ${p.total} copies have disappeared; nothing is done about them`,
    remedy:
      "check the account and its credentials; if the images were deleted on purpose, run cvm-replicator apply --accept-vanished",
  })),
  "mass-recall": error((p: { recalled: number; total: number }) => ({
    text: `${p.recalled} of ${p.total} sources were recalled at once; nothing is done about them`,
    remedy:
      "check which sources are deprecated or have the ignore tag; if that is intended, run cvm-replicator apply --accept-recall",
  })),
  "name-conflict": error((p: { region: string; name: string }) => ({
    text: `another copy that is being made in ${p.region} will have the name "${p.name}"`,
    remedy: "make the names differ: use {{sourceRegion}} or {{sourceId}} in copy.name",
  })),
  quota: error(
    (p: {
      region: string;
      used: number;
      limit: number;
      /** Images for which room is kept because they are being encrypted. */
      reserved: number;
      /** Images of other copies that are requested first. */
      ahead: number;
      /** How many images this copy needs room for. */
      needs: number;
      /** Orphaned copies that stay because nothing replaces them there yet. */
      lastVersions: readonly { readonly imageId: string; readonly name: string }[];
    }) => ({
      text: [
        `${p.region} holds ${p.used} of at most ${p.limit} custom images`,
        p.reserved > 0 ? `, and room for ${p.reserved} more is reserved for copies that are being encrypted` : "",
        p.ahead > 0 ? `, and room for ${p.ahead} more goes to copies that are requested first` : "",
        p.needs > 1 ? `; encrypting this copy needs room for ${p.needs}` : "",
        p.lastVersions.length > 0
          ? `; the last usable versions there are not deleted: ${p.lastVersions.map(({ imageId, name }) => `${imageId} ("${name}")`).join(", ")}`
          : "",
      ].join(""),
      remedy:
        p.lastVersions.length > 0
          ? "delete custom images in that region that are not needed, such as these with cvm-replicator prune, or ask the vendor for a higher quota"
          : "delete custom images in that region that are not needed, or ask the vendor for a higher quota",
    }),
  ),
  "making-room": info(
    (p: { region: string; images: number }) =>
      `${p.region} is full; ${p.images === 1 ? "an orphaned copy is" : `${p.images} orphaned copies are`} deleted there first`,
  ),
  "unknown-copy": error((p: { imageId: string; region: string; name: string }) => ({
    text: `${p.imageId} in ${p.region} ("${p.name}") was requested by this program, but its source is unknown`,
    remedy: "delete it, or rename it to keep it",
  })),
} as const;
