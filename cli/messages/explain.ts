// Every line that explain prints.
import { error, info } from "../../lib/model/messages/define.ts";
import { imageIn } from "./words.ts";

function kindOf(id: string): string {
  if (id.startsWith("ins-")) return "instance";
  return id.startsWith("lt-") ? "launch template" : "launch configuration";
}

export const explainLines = {
  "unknown-region": error((p: { region: string; meant: string | undefined; ids: readonly string[] }) => {
    const hint = p.meant ? `did you mean "${p.meant}"?` : `known regions: ${p.ids.join(", ")}`;
    return `"${p.region}" is not a known region; ${hint}`;
  }),
  "image-not-found": error(
    (p: { imageId: string; regions: readonly string[] }) =>
      `no image ${p.imageId} in ${p.regions.join(", ")}; name another region with --region`,
  ),
  "no-such-image": error((p: { word: string; meant: string | undefined }) => {
    const next =
      p.meant === undefined ? "name an image by its id or exact name, or an instance" : `did you mean ${p.meant}?`;
    return `no image is named "${p.word}" in the regions of the policies; ${next}`;
  }),
  "user-not-found": error(
    (p: { id: string; regions: readonly string[] }) =>
      `no ${kindOf(p.id)} ${p.id} in ${p.regions.join(", ")}; name another region with --region`,
  ),
  "explain-user": info((p: { id: string; region: string; imageIds: readonly string[] }) => {
    const verb = p.id.startsWith("ins-") ? "runs" : "starts instances from";
    return `${p.id} in ${p.region} ${verb} ${p.imageIds.length > 0 ? p.imageIds.join(" and ") : "no image"}`;
  }),
  "explain-unknown": info(
    (p: { imageId: string; region: string }) =>
      `${imageIn(p)}: not found in the cloud, and no copy is recorded with this id: it was deleted, and was not made by this program`,
  ),
  "explain-rule": info((p: { policy: string; place: string }) => `  rule: policy ${p.policy}, ${p.place}`),
  "explain-origin": info(
    (p: {
      how: string;
      at: string;
      requestId: string | null;
      policy: string | null;
      trigger: string | null;
      process: string | null;
    }) => {
      const who = [p.trigger && `by ${p.trigger}`, p.process && `on ${p.process}`].filter(Boolean).join(" ");
      const request = p.requestId === null ? "" : ` (request ${p.requestId})`;
      return `  ${p.how} ${p.at}${who ? ` ${who}` : ""}${request}`;
    },
  ),
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
  "explain-selects": info((p: { policy: string; place: string | undefined }) => {
    return `policy ${p.policy}: selects this image${p.place === undefined ? "" : ` (${p.place})`}`;
  }),
  "explain-selects-not": info((p: { policy: string; reason: string }) => {
    return `policy ${p.policy}: does not select this image: ${p.reason}`;
  }),
  "explain-remark": info((p: { text: string }) => `  note: ${p.text}`),
  "explain-also": info((p: { reason: string }) => `  also: ${p.reason}`),
} as const;
