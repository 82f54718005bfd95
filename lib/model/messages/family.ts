// Messages about image families: leaders, publications that wait, and rollbacks.
import { error, info, warn } from "./define.ts";
import { installationText } from "./installations.ts";

/**
 * The regions that a publication leaves out, as an addition to a sentence; empty if there are none.
 */
export function withoutRegions(regions: readonly string[]): string {
  return regions.length === 0 ? "" : `, without ${regions.join(", ")}`;
}

/** One version, as `previous-version-differs` lists it: `"golden-1" in ap-beijing, ap-tokyo`. */
export function versionIn(name: string, regions: readonly string[]): string {
  return `"${name}" in ${regions.join(", ")}`;
}

export const familyReasons = {
  "publication-held": info(
    (p: { regions: readonly string[] }) =>
      `published together with the copies in ${p.regions.join(", ")}, which are not finished yet`,
  ),
  "family-taken": error(
    (p: { family: string; region: string; pointedId: string; pointedName: string; imageId: string }) => ({
      text: `the family ${p.family} in ${p.region} points to ${p.pointedId} ("${p.pointedName}"), which is not one of our copies, instead of ${p.imageId}`,
      remedy: "remove that image from the family, or give the copies another family (copy.family)",
    }),
  ),
  "no-previous-version": error((p: { region: string; family: string; imageId: string }) => ({
    text: `${p.region} has no previous copy to put into the family "${p.family}"; ${p.imageId} stays in it`,
    remedy: "if no image is better than this one, deprecate it by hand",
  })),
  "no-such-family": error((p: { family: string; families: readonly string[] }) => ({
    text: `no finished copy of this account is in the family "${p.family}"`,
    remedy:
      p.families.length > 0
        ? `use one of ${p.families.map((name) => `"${name}"`).join(", ")}`
        : "run cvm-replicator status to see all copies",
  })),
  "family-of-other": error((p: { family: string; installation: string }) => ({
    text: `all copies in the family "${p.family}" were made by ${installationText(p.installation)}, which alone changes them`,
    remedy: "run the rollback with the state of that installation",
  })),
  "rolled-back-before": info((p: { imageId: string; name: string }) => ({
    text: `${p.imageId} ("${p.name}") was rolled back before`,
    remedy: "use --further to go back one more version",
  })),
  "previous-version-differs": warn(
    (p: { versions: readonly string[] }) =>
      `the previous version is not the same in every region: ${p.versions.join("; ")}`,
    "nothing, if each region may have its own previous version; else roll back with --region, region by region",
  ),
  "awaits-replacement": info(
    (p: { family: string; region: string }) =>
      `leaves the family ${p.family} in ${p.region} once another version has joined it there, because its source was recalled`,
  ),
  "recalled-and-current": error((p: { imageId: string; region: string; family: string; rootId: string }) => ({
    text: `${p.imageId} in ${p.region} stays in the family ${p.family} although its source ${p.rootId} was recalled: no policy selects another version`,
    remedy: "publish another version, or have an earlier one selected",
  })),
  "recall-not-followed": error(
    (p: { imageId: string; region: string; family: string | undefined; rootId: string; cause: string }) => ({
      text: `${p.imageId} in ${p.region}${p.family === undefined ? "" : `, in the family ${p.family},`} stays as it is although its source ${p.rootId} was recalled: ${p.cause}`,
      remedy: "deprecate that image and take it out of its family by hand",
    }),
  ),
  // With a region: a copy of the rolled-back version. Without: an image that is not deleted.
  unfinished: info((p: { state: string; region?: string }) =>
    p.region === undefined
      ? `the image is not finished (${p.state})`
      : `the copy in ${p.region} is ${p.state}; it will not join the family when it is finished`,
  ),
  "source-left": warn(
    (p: {
      imageId: string;
      name: string;
      region: string;
      /** The family, if the source is in it. */
      family?: string;
      isIgnored: boolean;
      ignoreTag: string;
    }) => ({
      text: `the source ${p.imageId} ("${p.name}") in ${p.region} is not changed${p.family === undefined ? "" : `; it is still in the family "${p.family}"`}`,
      remedy: [
        p.family === undefined
          ? `deprecate it, or tag it ${p.ignoreTag}`
          : "deprecate it, or remove it from the family",
        ...(p.isIgnored
          ? []
          : [
              "once it is deprecated or ignored, no policy selects it, and its copies are deleted where prune.delete is set",
            ]),
      ].join("; "),
    }),
  ),
} as const;
