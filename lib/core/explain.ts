import type { Copy, CopyState, Image, ImageRef, Policy, Reason } from "../types.ts";
import { keyText, lineageOf } from "./mark.ts";
import type { Observation } from "./observation.ts";
import type { Plan } from "./plan.ts";
import { reasonText } from "./summary.ts";

/** Why one image is or is not copied, policy by policy and region by region. */
export interface Explanation {
  readonly image: Pick<Image, "region" | "imageId" | "name" | "type" | "state" | "sizeGiB"> | null;
  /** Where it was looked for, if it is not there. */
  readonly policies: readonly PolicyExplanation[];
  /** If it is a copy of ours. */
  readonly copyOf?: {
    readonly root: ImageRef;
    readonly policy: string;
    readonly state: CopyState | null;
    readonly reason: string | null;
  };
}

interface PolicyExplanation {
  readonly policy: string;
  readonly selects: boolean;
  /** Why not, and what would change that. */
  readonly reason?: Reason;
  readonly regions: readonly RegionExplanation[];
}

interface RegionExplanation {
  readonly region: string;
  readonly variant: string;
  readonly state: CopyState | "to be asked for";
  readonly imageId: string | null;
  readonly reason: string | null;
}

/** Every image of that id that the observation shows, in any region; or what is remembered of one that is gone. */
export function explain(
  imageId: string,
  policies: readonly Policy[],
  plan: Plan,
  observation: Observation,
): Explanation[] {
  const images = [...observation.regions.values()].flatMap((view) => view.images.get(imageId) ?? []);
  if (images.length > 0) return images.map((image) => explainImage(image, policies, plan));
  const roots = new Map(
    plan.copies.filter(({ key }) => key.rootId === imageId).map(({ key }) => [key.rootRegion, key] as const),
  );
  return [...roots.values()].map((key) => ({
    image: null,
    policies: policies.map((policy) => ({
      policy: policy.name,
      selects: false,
      reason: {
        code: "source-gone",
        text: "the image is not there any more, or not shared with this account any more",
      },
      regions: plan.copies
        .filter(
          (copy) =>
            copy.key.rootId === imageId && copy.key.rootRegion === key.rootRegion && copy.policy === policy.name,
        )
        .map((copy) => regionOf(copy, plan)),
    })),
  }));
}

function explainImage(image: Image, policies: readonly Policy[], plan: Plan): Explanation {
  const { region, imageId, name, type, state, sizeGiB } = image;
  const shown = { region, imageId, name, type, state, sizeGiB };
  const copy = plan.copies.find((one) => "imageId" in one && one.imageId === imageId && one.key.region === region);
  const lineage = lineageOf(image);
  const root = copy
    ? { region: copy.key.rootRegion, imageId: copy.key.rootId }
    : lineage && { region: lineage.rootRegion, imageId: lineage.rootId };
  return {
    image: shown,
    policies: policies.map((policy) => explainPolicy(image, policy, plan)),
    ...(root && {
      copyOf: {
        root,
        policy: copy?.policy ?? lineage?.policy ?? "",
        state: copy?.state ?? null,
        reason: copy ? whyOf(copy, plan) : null,
      },
    }),
  };
}

function explainPolicy(image: Image, policy: Policy, plan: Plan): PolicyExplanation {
  const wants = [...plan.wants.values()].filter(
    ({ root, policies }) =>
      root.imageId === image.imageId && root.region === image.region && policies.includes(policy.name),
  );
  if (wants.length > 0) {
    const records = new Map(plan.copies.map((copy) => [keyText(copy.key), copy]));
    const regions = wants.map(({ key, block, wait }): RegionExplanation => {
      const copy = records.get(keyText(key));
      if (copy) return regionOf(copy, plan);
      const reason = block ?? wait;
      const text = reason ? withRemedy(reason) : null;
      return { region: key.region, variant: key.variant, state: "to be asked for", imageId: null, reason: text };
    });
    return { policy: policy.name, selects: true, regions };
  }
  return { policy: policy.name, selects: false, reason: whyNot(image, policy, plan), regions: [] };
}

function whyNot(image: Image, policy: Policy, plan: Plan): Reason {
  if (!policy.enabled) return { code: "disabled", text: "it is disabled", remedy: "set enabled: true" };
  if (image.type === "public")
    return { code: "public", text: "a public image; the cloud copies none", remedy: "make a custom image of it" };
  if (!policy.from.includes(image.region)) {
    const text = `it does not look into ${image.region}`;
    return { code: "other-region", text, remedy: `add ${image.region} to its \`from\`` };
  }
  const passed = plan.passedOver.find(
    (one) => one.policy === policy.name && one.image.imageId === image.imageId && one.image.region === image.region,
  );
  if (passed) return passed.reason;
  if (image.type !== policy.select.type) {
    const text = `a ${image.type} image; the policy takes ${policy.select.type} ones`;
    return { code: "other-type", text };
  }
  return { code: "no-destination", text: "it names no region but the image's own", remedy: "add regions to its `to`" };
}

function regionOf(copy: Copy, plan: Plan): RegionExplanation {
  const { key, state } = copy;
  const imageId = ("imageId" in copy ? copy.imageId : undefined) ?? null;
  const isSent = plan.actions.some(
    (action) => action.do === "send" && action.drafts.some((draft) => keyText(draft.copy.key) === keyText(key)),
  );
  return {
    region: key.region,
    variant: key.variant,
    state: isSent ? "to be asked for" : state,
    imageId,
    reason: isSent ? null : whyOf(copy, plan),
  };
}

/** Why a copy is as it is; of one that nobody wants, why it is kept. */
function whyOf(copy: Copy, plan: Plan): string | null {
  const kept = plan.kept.find((one) => keyText(one.copy.key) === keyText(copy.key));
  const own = reasonText(copy);
  const drift =
    "imageId" in copy && copy.imageId
      ? plan.problems.find(({ text }) => text.includes(copy.imageId ?? "-"))
      : undefined;
  const parts = [own, kept && `kept: ${withRemedy(kept.reason)}`, drift && withRemedy(drift)].filter(Boolean);
  return parts.length > 0 ? parts.join("; ") : null;
}

function withRemedy({ text, remedy }: Reason): string {
  return remedy ? `${text} (${remedy})` : text;
}
