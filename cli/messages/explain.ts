// Every line that explain prints.
import { error, info } from "../../lib/model/messages/define.ts";
import { imageIn } from "./words.ts";

export const explainLines = {
  "unknown-region": error((p: { region: string; meant: string | undefined; ids: readonly string[] }) => {
    const hint = p.meant ? `did you mean "${p.meant}"?` : `known regions: ${p.ids.join(", ")}`;
    return `"${p.region}" is not a known region; ${hint}`;
  }),
  "image-not-found": error(
    (p: { imageId: string; regions: readonly string[] }) =>
      `no image ${p.imageId} in ${p.regions.join(", ")}; name another region with --region`,
  ),
  "not-an-image-id": error((p: { word: string; ids: readonly string[] }) => {
    const next = p.ids.length > 0 ? `images with that name: ${p.ids.join(", ")}` : "name an id such as img-8toqc6s3";
    return `"${p.word}" is not an image id; ${next}`;
  }),
  "not-everything-read": error((p: { reason: string }) => `not every region could be read: ${p.reason}`),
  "explain-image": info(
    (p: { imageId: string; region: string; name: string; type: string; state: string; sizeGiB: number }) =>
      `${p.imageId} "${p.name}" in ${p.region}, ${p.type}, ${p.state}, ${p.sizeGiB} GiB`,
  ),
  "explain-gone": info((p: { imageId: string; region: string; unread: string | undefined }) => {
    const why = p.unread === undefined ? "not found in the cloud" : `the cloud could not be asked (${p.unread})`;
    return `${imageIn(p)}: ${why}; recorded data:`;
  }),
  "explain-copy-of": info((p: { imageId: string; region: string; policy: string; installation: string | null }) => {
    const by = [
      ...(p.policy ? [`policy ${p.policy}`] : []),
      ...(p.installation ? [`installation ${p.installation}`] : []),
    ];
    return `copy of ${imageIn(p)}${by.length > 0 ? `, created by ${by.join(" of ")}` : ""}`;
  }),
  "explain-state": info((p: { state: string | null; reason: string | null }) => {
    return `  ${p.state ?? "not recorded"}${p.reason ? `: ${p.reason}` : ""}`;
  }),
  "explain-desired-by": info((p: { policies: readonly string[] }) => {
    return p.policies.length > 0 ? `  selected by ${p.policies.join(", ")}` : "  not selected by any policy";
  }),
  "explain-next": info((p: { text: string }) => `  next run: ${p.text}`),
  "explain-next-inline": info((p: { text: string }) => `next run: ${p.text}`),
  "explain-selects": info((p: { policy: string }) => `policy ${p.policy}: selects this image`),
  "explain-selects-not": info((p: { policy: string; reason: string }) => {
    return `policy ${p.policy}: does not select this image: ${p.reason}`;
  }),
  "explain-remark": info((p: { text: string }) => `  note: ${p.text}`),
  "explain-also": info((p: { reason: string }) => `  also: ${p.reason}`),
} as const;
