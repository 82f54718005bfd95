// Writes explanations as lines: the image, where it comes from, and each policy.
import { fullText } from "../../lib/model/messages/define.ts";
import type { ImageUser } from "../../lib/model/types.ts";
import { copyLabel, placeText } from "../../lib/report/copies/copy-label.ts";
import type { Explanation } from "../../lib/report/explain/explain.ts";
import type { Origin } from "../../lib/report/history/origin.ts";
import { message } from "../messages/catalogue.ts";
import { clean, pad, widthOf } from "./text.ts";

/** What explanations are written with. */
interface Surroundings {
  /** What was asked for, if that is no image. */
  readonly user: ImageUser | undefined;
  /** Policy → place in the policy file. */
  readonly places: ReadonlyMap<string, string>;
}

/** All explanations, with an empty line between two. */
export function explanationText(
  all: readonly (Explanation & { readonly origin?: Origin })[],
  { user, places }: Surroundings,
): string[] {
  const known = new Set(all.map(({ imageId }) => imageId));
  const unknown = user?.imageIds.filter((imageId) => !known.has(imageId)) ?? [];
  const head = user ? [message("explain-user", user).text] : [];
  const gone = user ? unknown.map((imageId) => message("explain-unknown", { imageId, region: user.region }).text) : [];
  const texts = all.flatMap((one, at) => [...(at > 0 ? [""] : []), ...textsOf(one, places)]);
  return [...head, ...gone, ...texts];
}

function textsOf(
  explanation: Explanation & { readonly origin?: Origin },
  places: ReadonlyMap<string, string>,
): string[] {
  const { region, imageId, image, unread, copyOf, origin, policies, remarks = [] } = explanation;
  const lines: string[] = [
    image
      ? message("explain-image", { imageId, region, ...image }).text
      : message("explain-gone", { imageId, region, unread: unread && fullText(unread) }).text,
  ];
  if (copyOf) {
    const { source, policy, installation, desiredBy, state, reasons, next } = copyOf;
    lines.push(
      message("explain-copy-of", { region: source.region, imageId: source.imageId, policy, installation }).text,
    );
    const place = places.get(policy);
    if (place !== undefined) lines.push(message("explain-rule", { policy, place }).text);
    if (origin) lines.push(message("explain-origin", origin).text);
    lines.push(message("explain-state", { state, reason: reasons.map(fullText).join("; ") || null }).text);
    lines.push(message("explain-desired-by", { policies: desiredBy }).text);
    for (const text of next) lines.push(message("explain-next", { text }).text);
  }
  for (const { policy, selects, reasons, regions } of policies) {
    // For a copy, a policy without regions adds nothing to the lines above.
    if (copyOf && regions.length === 0) continue;
    const [first = "", ...others] = reasons.map(fullText);
    const place = places.get(policy);
    lines.push(
      selects
        ? message("explain-selects", { policy, place }).text
        : message("explain-selects-not", { policy, reason: first }).text,
    );
    for (const other of others) lines.push(message("explain-also", { reason: other }).text);
    const rows = regions.map((one) => ({
      ...one,
      place: placeText(one.region, copyLabel(one.variant, one.intermediate)),
    }));
    const width = Math.max(0, ...rows.map((row) => widthOf(clean(row.place))));
    const widest = Math.max(0, ...rows.map(({ state }) => state.length));
    for (const row of rows) {
      const next = row.next.map((text) => message("explain-next-inline", { text }).text);
      const rest = [...row.reasons.map(fullText), ...next].join("; ");
      const cells = [pad(clean(row.place), width), pad(row.state, widest), row.imageId ?? "", rest];
      lines.push(`  ${cells.filter(Boolean).join("  ")}`.trimEnd());
    }
  }
  for (const remark of remarks) lines.push(message("explain-remark", { text: fullText(remark) }).text);
  return lines;
}
