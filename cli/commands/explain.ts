// The command explain: why one image is or is not copied, and what to change.

import { InputError } from "../../lib/model/errors.ts";
import { isImageId } from "../../lib/model/image.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import type { Observation } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Reason } from "../../lib/model/types.ts";
import { lookUp } from "../../lib/observe/find-image.ts";
import type { Plan } from "../../lib/plan/types.ts";
import { didYouMean } from "../../lib/policy/values/did-you-mean.ts";
import { regionProblem } from "../../lib/policy/values/region-groups.ts";
import { BUILT_IN_GROUPS, REGIONS } from "../../lib/policy/values/regions.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copyLabel, placeText } from "../../lib/report/copy-label.ts";
import { type Explanation, explain as explained } from "../../lib/report/explain.ts";

import { writeJson } from "../json.ts";
import { message } from "../messages/catalogue.ts";
import { clean, lineOf, pad, widthOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** How many ids of images with a name are shown. */
const MOST_IDS = 5;

/**
 * Runs `explain`, by policy and region. Throws `InputError` for an unknown region, and for an image
 * that is neither recorded nor found in the regions of the policies, or has no id.
 */
export async function explain(
  imageId: string,
  { policy, region, json }: { policy?: string; region?: string; json?: boolean },
): Promise<0> {
  return withReplicator<0>(
    policy,
    async ({ replicator, warnings }) => {
      const { policies, now } = replicator;
      if (region !== undefined) checkRegion(region, policies);
      const request = { trigger: "explain", scope: { kind: "sweep" }, mode: "dry-run" } as const;
      const { plan, observation: swept, account } = await replicate(request, replicator);
      let observation = swept ?? { account, regions: new Map(), unreadable: new Map() };
      const explanations = () =>
        explained(imageId, { policies, plan, observation, now: now() }).filter(
          (one) => region === undefined || one.region === region,
        );
      if (!isImageId(imageId)) throw notAnId(imageId, observation, plan);
      if (!explanations().some(({ image }) => image !== null)) {
        const named = policies.flatMap(({ from, to }) => [...from, ...to]);
        const where = region === undefined ? [...new Set([...observation.regions.keys(), ...named])].sort() : [region];
        observation = await lookUp(imageId, where, observation, replicator);
        if (explanations().length === 0) throw notFound(imageId, where, [...observation.unreadable.values()]);
      }
      const result = explanations();
      if (json) writeJson("explain", { images: result });
      else {
        for (const warning of warnings) process.stderr.write(lineOf(message("warning", warning).text));
        process.stdout.write(result.map(textOf).join("\n"));
      }
      return 0;
    },
    { readOnly: true },
  );
}

/** Throws `InputError` for a word that no policy names and that cannot be a region. */
function checkRegion(region: string, policies: readonly Policy[]): void {
  const isNamed = policies.some(({ from, to }) => from.includes(region) || to.includes(region));
  if (isNamed || regionProblem(region, BUILT_IN_GROUPS) === undefined) return;
  const ids = REGIONS.map(({ id }) => id);
  const meant = didYouMean(region, ids);
  throw new InputError([{ where: "--region", text: message("unknown-region", { region, meant, ids }).text }]);
}

/** The error for a word that is no image id: it may be the name of images. */
function notAnId(word: string, { regions }: Observation, { copies }: Plan): InputError {
  const named = [...regions.values()].flatMap(({ images }) => [...images.values()].filter(({ name }) => name === word));
  const sources = copies.filter(({ rootName }) => rootName === word).map(({ key }) => key.rootId);
  const ids = [...new Set([...named.map(({ imageId }) => imageId), ...sources])].slice(0, MOST_IDS);
  return new InputError([{ where: "IMAGE", text: message("not-an-image-id", { word, ids }).text }]);
}

function notFound(imageId: string, regions: readonly string[], unreadable: readonly Reason[]): InputError {
  const texts = [
    message("image-not-found", { imageId, regions }).text,
    ...unreadable.map((reason) => message("not-everything-read", { reason: fullText(reason) }).text),
  ];
  return new InputError(texts.map((text) => ({ where: "IMAGE", text })));
}

function textOf({ region, imageId, image, unread, copyOf, policies, remarks = [] }: Explanation): string {
  const lines: string[] = [
    image
      ? message("explain-image", { imageId, region, ...image }).text
      : message("explain-gone", { imageId, region, unread: unread && fullText(unread) }).text,
  ];
  if (copyOf) {
    const { root, policy, installation, desiredBy, state, reason, next } = copyOf;
    lines.push(message("explain-copy-of", { ...root, policy, installation }).text);
    lines.push(message("explain-state", { state, reason }).text);
    lines.push(message("explain-desired-by", { policies: desiredBy }).text);
    for (const text of next) lines.push(message("explain-next", { text }).text);
  }
  for (const { policy, selects, reasons, regions } of policies) {
    // For a copy, a policy without regions adds nothing to the lines above.
    if (copyOf && regions.length === 0) continue;
    const [first = "", ...others] = reasons.map(fullText);
    lines.push(message(selects ? "explain-selects" : "explain-selects-not", { policy, reason: first }).text);
    for (const other of others) lines.push(message("explain-also", { reason: other }).text);
    const rows = regions.map((one) => ({
      ...one,
      place: placeText(one.region, copyLabel(one.variant, one.intermediate)),
    }));
    const width = Math.max(0, ...rows.map(({ place }) => widthOf(clean(place))));
    const widest = Math.max(0, ...rows.map(({ state }) => state.length));
    for (const row of rows) {
      const next = row.next.map((text) => message("explain-next-inline", { text }).text);
      const rest = [row.reason, ...next].filter(Boolean).join("; ");
      const cells = [pad(clean(row.place), width), pad(row.state, widest), row.imageId ?? "", rest];
      lines.push(`  ${cells.filter(Boolean).join("  ")}`.trimEnd());
    }
  }
  for (const remark of remarks) lines.push(message("explain-remark", { text: fullText(remark) }).text);
  return lines.map(lineOf).join("");
}
