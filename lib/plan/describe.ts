import type { ImageAttributes } from "../model/ports.ts";
import type { Act } from "./types.ts";

/** What a call on one image does, in a few words. */
export function textOf(act: Exclude<Act, { do: "send" }>): string {
  switch (act.do) {
    case "tag":
      return `tags ${Object.keys(act.tags).join(", ")}`;
    case "modify":
      return attributesText(act.attributes);
    case "share":
      return `shared with ${act.accounts.join(", ")}`;
    case "withdraw":
      return `not shared with ${act.accounts.join(", ")} any more`;
    case "delete":
      return `deleted with its snapshots, ${act.sizeGiB} GiB: ${act.why}`;
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
