// An action in a few words.
import type { ImageAttributes } from "../model/ports.ts";
import type { CloudCall } from "./types.ts";

/** What a call on one image does, in a few words. */
export function textOf(call: Exclude<CloudCall, { do: "send" }>): string {
  switch (call.do) {
    case "tag":
      return `tags ${Object.keys(call.tags).join(", ")}`;
    case "modify":
      return attributesText(call.attributes);
    case "share":
      return `shared with ${call.accounts.join(", ")}`;
    case "unshare":
      return `not shared with ${call.accounts.join(", ")} any more`;
    case "delete":
      return `deleted with its snapshots, ${call.sizeGiB} GiB: ${call.why}`;
  }
}

function attributesText({ name, description, family, deprecated }: ImageAttributes): string {
  const parts = [
    ...(name === undefined ? [] : [`named "${name}"`]),
    ...(description === undefined ? [] : ["described"]),
    ...(family === undefined ? [] : [family === "" ? "taken out of its family" : `put into family ${family}`]),
    ...(deprecated === undefined ? [] : [deprecated ? "marked as deprecated" : "no longer deprecated"]),
  ];
  return parts.join(", ");
}
