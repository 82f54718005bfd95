// Guard: only the installation that made a copy changes it; and what a plan reports of the others.
import { groupBy } from "../../model/collections.ts";
import { installationOf, isMarked, UNKNOWN_INSTALLATION } from "../../model/identity.ts";
import { reason } from "../../model/messages/reasons.ts";
import { seen } from "../../model/observation.ts";
import type { Copy, ImageRef, Reason } from "../../model/types.ts";
import type { Guarded, PlanContext, Step } from "../types.ts";

/** Drops every step that changes an image whose mark names another installation. */
export function othersImages(steps: readonly Step[], { observation, installations }: PlanContext): Guarded {
  const isOthers = (ref: ImageRef) => {
    const image = seen(observation, ref);
    const maker = typeof image === "string" ? undefined : installationOf(image);
    return maker !== undefined && !installations.includes(maker);
  };
  return { steps: steps.filter(({ call }) => !call || call.do === "send" || !isOthers(call.image)) };
}

/**
 * Reports each installation whose copies an empty state met: the user has to say whether this
 * installation is that one. Until then it counts as another one.
 */
export function metInstallations({ observation, installations, metInstallations: met }: PlanContext): Reason[] {
  if (met.length === 0) return [];
  const images = [...observation.regions.values()].flatMap((view) => [...view.images.values()]);
  const marked = images.filter((image) => image.type === "custom" && isMarked(image, observation.account));
  const byMaker = groupBy(marked, (image) => installationOf(image) ?? UNKNOWN_INSTALLATION);
  return met.flatMap((installation) => {
    const some = installations.includes(installation) ? undefined : byMaker.get(installation);
    return some ? [reason("met-installation", { installation, images: some.length })] : [];
  });
}

/** Says how many desired copies each other installation has made. */
export function copiesOfOthers(copies: readonly Copy[]): Reason[] {
  const makers = copies.flatMap((copy) => (copy.phase === "ready" && copy.installation ? [copy.installation] : []));
  return [...groupBy(makers, (maker) => maker)].map(([installation, some]) =>
    reason("copies-of-other", { installation, copies: some.length }),
  );
}
