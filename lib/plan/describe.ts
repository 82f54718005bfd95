// A call on one image in a few words, for the plan and for the journal.
import type { Text } from "../model/messages/define.ts";
import { type JournalMessage, journal } from "../model/messages/journal.ts";
import type { CloudCall } from "./types.ts";

type ImageCall = Exclude<CloudCall, { do: "send" }>;

/** What a call on one image will do, in a few words. */
export function textOf(call: ImageCall): Text {
  return announce(call).text;
}

/** The journal's entry before a call on one image. */
export function announce(call: ImageCall): JournalMessage {
  switch (call.do) {
    case "tag":
      return journal("tag", { tags: Object.keys(call.tags) });
    case "untag":
      return journal("untag", { tags: call.keys });
    case "modify":
      return journal("modify", call.attributes);
    case "share":
      return journal("share", { accounts: call.accounts });
    case "unshare":
      return journal("unshare", { accounts: call.accounts });
    case "delete":
      return journal("delete", { sizeGiB: call.sizeGiB, why: call.why });
  }
}

/** The journal's entry after a call on one image that succeeded. */
export function confirm(call: ImageCall): JournalMessage {
  switch (call.do) {
    case "tag":
      return journal("tagged", { tags: Object.keys(call.tags) });
    case "untag":
      return journal("untagged", { tags: call.keys });
    case "modify":
      return journal("modified", call.attributes);
    case "share":
      return journal("shared", { accounts: call.accounts });
    case "unshare":
      return journal("unshared", { accounts: call.accounts });
    case "delete":
      return journal("deleted", { sizeGiB: call.sizeGiB, why: call.why });
  }
}
