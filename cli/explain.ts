import { type Explanation, explain as explained } from "../lib/core/explain.ts";
import { plainJson } from "../lib/core/plain-json.ts";
import { InputError } from "../lib/errors.ts";
import { replicate } from "../lib/shell/replicate.ts";
import { clean, pad } from "./text.ts";
import { withReplicator } from "./with-replicator.ts";

/** `explain`: why one image is or is not copied, policy by policy and region by region, and what would change that. */
export async function explain(
  imageId: string,
  options: { policy?: string; region?: string; json?: boolean },
): Promise<0> {
  return withReplicator<0>(options.policy, async ({ replicator }) => {
    const { policies } = replicator;
    const { plan, observation } = await replicate(
      { why: "explain", scope: { kind: "sweep" }, dryRun: true },
      replicator,
    );
    const all = observation ? explained(imageId, policies, plan, observation) : [];
    const found = all.filter(({ image }) => options.region === undefined || image?.region === options.region);
    if (found.length === 0) {
      const regions = [...(observation?.regions.keys() ?? [])].filter((id) => (options.region ?? id) === id);
      const unread = plan.problems.filter(({ code }) => code.startsWith("unreadable-")).map(({ text }) => text);
      const where = `looked at the custom images, and the shared ones where a policy takes them, in ${regions.join(", ")}`;
      const text = [`"${imageId}" is no image that was found: ${where}`, ...unread].join("; ");
      throw new InputError([{ where: "IMAGE", text }]);
    }
    process.stdout.write(
      options.json ? `${plainJson(found, 2)}\n` : found.map((one) => textOf(imageId, one)).join("\n"),
    );
    return 0;
  });
}

function textOf(imageId: string, { image, policies, copyOf }: Explanation): string {
  const lines = [
    image
      ? `${image.imageId} "${image.name}" in ${image.region}: ${image.type}, ${image.state}, ${image.sizeGiB} GiB`
      : `${imageId}: gone; what is remembered of its copies:`,
  ];
  if (copyOf) {
    const { root, policy, state, reason } = copyOf;
    const by = policy ? `, by policy ${policy}` : "";
    lines.push(
      `a copy of ${root.imageId} in ${root.region}${by}: ${state ?? "not remembered"}${reason ? `: ${reason}` : ""}`,
    );
  }
  for (const { policy, selects, reason, regions } of policies) {
    const why = reason ? `: ${reason.text}${reason.remedy ? ` (${reason.remedy})` : ""}` : "";
    lines.push(`policy ${policy}: ${selects ? "selects it" : `does not${why}`}`);
    for (const one of regions) {
      const place = one.variant === "plain" ? one.region : `${one.region}, encrypted`;
      lines.push(
        `  ${[pad(place, 24), pad(one.state, 15), one.imageId ?? "", one.reason ?? ""].filter(Boolean).join("  ")}`,
      );
    }
  }
  return `${lines.map(clean).join("\n")}\n`;
}
