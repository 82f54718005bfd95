// The command explain: why one image is or is not copied, and what to change.

import { InputError } from "../../lib/model/errors.ts";
import { fullText } from "../../lib/model/messages/define.ts";
import { plainJson } from "../../lib/model/printable.ts";
import type { Reason } from "../../lib/model/types.ts";
import { lookUp } from "../../lib/observe/find-image.ts";
import { didYouMean } from "../../lib/policy/values/did-you-mean.ts";
import { REGIONS, regionOf } from "../../lib/policy/values/regions.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copyLabel, placeText } from "../../lib/report/copy-label.ts";
import { type Explanation, explain as explained } from "../../lib/report/explain.ts";

import { message } from "../ui/messages.ts";
import { clean, lineOf, pad, widthOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/**
 * Runs `explain`, by policy and region. Throws `InputError` for an unknown region, and for an image
 * that is neither recorded nor found in the regions of the policies.
 */
export async function explain(
  imageId: string,
  { policy, region, json }: { policy?: string; region?: string; json?: boolean },
): Promise<0> {
  if (region !== undefined && !regionOf(region)) throw unknownRegion(region);
  return withReplicator<0>(policy, async ({ replicator, warnings }) => {
    const { policies, now } = replicator;
    const request = { why: "explain", scope: { kind: "sweep" }, dryRun: true } as const;
    const { plan, observation: swept, account } = await replicate(request, replicator);
    let observation = swept ?? { account, regions: new Map(), unreadable: new Map() };
    const explanations = () =>
      explained(imageId, { policies, plan, observation, now: now() }).filter(
        (one) => region === undefined || one.region === region,
      );
    if (!explanations().some(({ image }) => image !== null)) {
      const named = policies.flatMap(({ from, to }) => [...from, ...to]);
      const where = region === undefined ? [...new Set([...observation.regions.keys(), ...named])].sort() : [region];
      observation = await lookUp(imageId, where, observation, replicator);
      if (explanations().length === 0) throw notFound(imageId, where, [...observation.unreadable.values()]);
    }
    const result = explanations();
    if (json) process.stdout.write(`${plainJson(result, 2)}\n`);
    else {
      for (const warning of warnings) process.stderr.write(lineOf(message("warning", warning).text));
      process.stdout.write(result.map(textOf).join("\n"));
    }
    return 0;
  });
}

function unknownRegion(region: string): InputError {
  const ids = REGIONS.map(({ id }) => id);
  const meant = didYouMean(region, ids);
  return new InputError([{ where: "--region", text: message("unknown-region", { region, meant, ids }).text }]);
}

function notFound(imageId: string, regions: readonly string[], unreadable: readonly Reason[]): InputError {
  const texts = [
    message("image-not-found", { imageId, regions }).text,
    ...unreadable.map((reason) => message("not-everything-read", { reason: fullText(reason) }).text),
  ];
  return new InputError(texts.map((text) => ({ where: "IMAGE", text })));
}

function textOf({ region, imageId, image, copyOf, policies }: Explanation): string {
  const lines: string[] = [
    image
      ? message("explain-image", { imageId, region, ...image }).text
      : message("explain-gone", { imageId, region }).text,
  ];
  if (copyOf) {
    const { root, policy, desiredBy, state, reason, next } = copyOf;
    lines.push(message("explain-copy-of", { ...root, policy }).text);
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
  return lines.map(lineOf).join("");
}
