// Every line that outputs prints beside its result.
import { error, info } from "../../lib/model/messages/define.ts";
import { count, imageIn } from "./words.ts";

export const outputsLines = {
  "outputs-none": error(() => "No copies recorded for this account yet. Run cvm-replicator apply."),
  "outputs-missing": error(
    (p: { owner: string; region: string; source: { imageId: string; region: string; name: string }; reason: string }) =>
      `not included: ${p.owner} in ${p.region}, the copy of ${imageIn(p.source)} ("${p.source.name}") is ${p.reason}`,
  ),
  "outputs-nothing-written": error((p: { missing: number }) => {
    const regions = count(p.missing, "image");
    return `${regions} missing, so nothing was written; run cvm-replicator apply --wait, or leave them out with --allow-missing`;
  }),
  "outputs-as-of": info((p: { asOf: string | null }) => {
    return p.asOf === null ? "not confirmed by a sweep yet" : `as of ${p.asOf}, the last sweep`;
  }),
  "outputs-written": info((p: { images: number; to: string; asOf: string }) => {
    return `${count(p.images, "image")} written to ${p.to}, ${p.asOf}`;
  }),
} as const;
