import { InputError } from "../../lib/model/errors.ts";
import { plainJson } from "../../lib/model/printable.ts";
import type { Reason } from "../../lib/model/types.ts";
import { lookUp } from "../../lib/observe/find-image.ts";
import { didYouMean } from "../../lib/policy/values/did-you-mean.ts";
import { REGIONS, regionOf } from "../../lib/policy/values/regions.ts";
import { replicate } from "../../lib/replicator/reconcile.ts";
import { copyLabel, placeText } from "../../lib/report/copy-label.ts";
import { type Explanation, explain as explained } from "../../lib/report/explain.ts";
import { withRemedy } from "../../lib/report/summary.ts";
import { clean, pad, widthOf } from "../ui/text.ts";
import { withReplicator } from "../with-replicator.ts";

/** `explain`: why one image is or is not copied, policy by policy and region by region, and what would change that. */
export async function explain(
  imageId: string,
  { policy, region, json }: { policy?: string; region?: string; json?: boolean },
): Promise<0> {
  if (region !== undefined && !regionOf(region)) throw unknownRegion(region);
  return withReplicator<0>(policy, async ({ replicator, warnings }) => {
    const { policies, now } = replicator;
    const order = { why: "explain", scope: { kind: "sweep" }, dryRun: true } as const;
    const { plan, observation: swept, account } = await replicate(order, replicator);
    let observation = swept ?? { account, regions: new Map(), unreadable: new Map() };
    const find = () =>
      explained(imageId, { policies, plan, observation, now: now() }).filter(
        (one) => region === undefined || one.region === region,
      );
    if (!find().some(({ image }) => image !== null)) {
      const named = policies.flatMap(({ from, to }) => [...from, ...to]);
      const where = region === undefined ? [...new Set([...observation.regions.keys(), ...named])].sort() : [region];
      observation = await lookUp(imageId, where, observation, replicator);
      if (find().length === 0) throw notFound(imageId, where, [...observation.unreadable.values()]);
    }
    const found = find();
    if (json) process.stdout.write(`${plainJson(found, 2)}\n`);
    else {
      for (const { where, text } of warnings) process.stderr.write(`warning: ${clean(where)}: ${clean(text)}\n`);
      process.stdout.write(found.map(textOf).join("\n"));
    }
    return 0;
  });
}

function unknownRegion(region: string): InputError {
  const ids = REGIONS.map(({ id }) => id);
  const meant = didYouMean(region, ids);
  const text = `"${region}" is no known region; ${meant ? `did you mean "${meant}"?` : `known are ${ids.join(", ")}`}`;
  return new InputError([{ where: "--region", text }]);
}

function notFound(imageId: string, where: readonly string[], unreadable: readonly Reason[]): InputError {
  const text = `no image ${imageId} was found in ${where.join(", ")}; name another region with --region`;
  return new InputError([
    { where: "IMAGE", text },
    ...unreadable.map((reason) => ({ where: "IMAGE", text: `not everything could be read: ${withRemedy(reason)}` })),
  ]);
}

function textOf({ region, imageId, image, copyOf, policies }: Explanation): string {
  const lines = [
    image
      ? `${imageId} "${image.name}" in ${region}, ${image.type}, ${image.state}, ${image.sizeGiB} GiB`
      : `${imageId} in ${region}: not there; this is what is remembered`,
  ];
  if (copyOf) {
    const { root, policy, desiredBy, state, reason, next } = copyOf;
    lines.push(`copy of ${root.imageId} in ${root.region}${policy ? `, made by policy ${policy}` : ""}`);
    lines.push(`  ${state ?? "not remembered"}${reason ? `: ${reason}` : ""}`);
    lines.push(`  ${desiredBy.length > 0 ? `wanted by ${desiredBy.join(", ")}` : "no policy wants it"}`);
    for (const text of next) lines.push(`  the next run: ${text}`);
  }
  for (const { policy, selects, reasons, regions } of policies) {
    // Of a copy, no policy has more to say than the line above.
    if (copyOf && regions.length === 0) continue;
    const [first, ...others] = reasons.map(withRemedy);
    lines.push(`policy ${policy}: ${selects ? "selects it" : `does not: ${first}`}`);
    for (const other of others) lines.push(`  and ${other}`);
    const rows = regions.map((one) => ({
      ...one,
      place: placeText(one.region, copyLabel(one.variant, one.intermediate)),
    }));
    const width = Math.max(0, ...rows.map(({ place }) => widthOf(clean(place))));
    const widest = Math.max(0, ...rows.map(({ state }) => state.length));
    for (const row of rows) {
      const said = [row.reason, ...row.next.map((text) => `the next run: ${text}`)].filter(Boolean).join("; ");
      const cells = [pad(clean(row.place), width), pad(row.state, widest), row.imageId ?? "", said];
      lines.push(`  ${cells.filter(Boolean).join("  ")}`.trimEnd());
    }
  }
  return `${lines.map(clean).join("\n")}\n`;
}
