// The switches for what is unverified about EventBridge and CLS.
import type { SwitchSpec } from "./switch-spec.ts";

/** See `ALL_SWITCHES`. */
export const EVENT_SWITCHES = {
  eventBatchShape: {
    values: ["list", "event-if-one", "events"],
    default: "list",
    about:
      "What a function receives from a target with batch delivery: a list of events; the event itself if the batch has only one; or an object with the list in `events`.",
  },
  clsMissingIndex: {
    values: ["error", "empty"],
    default: "error",
    about:
      "DescribeIndex on a topic without an index: it fails with ResourceNotFound.IndexNotExist, or it returns no rule and the status false.",
  },
} as const satisfies Record<string, SwitchSpec>;
