// A state that is only read: by commands that show something, and never create what they show.
import { StateError } from "../../model/errors.ts";
import { fullText } from "../../model/messages/define.ts";
import { stateMessage, storeFault } from "../../model/messages/state.ts";
import type { State } from "../../model/ports.ts";

/** A state without its changes. Undefined: the state does not exist, and answers as an empty one. */
export function stateToRead(state: State | undefined, where: string): State {
  const refuse = async (): Promise<never> => {
    const problem = fullText(storeFault("state-opened-to-read"));
    throw new StateError(stateMessage("state-unusable", { url: where, problem }).text);
  };
  return { ...(state ?? emptyState), save: refuse, forget: refuse, markSent: refuse, deleteHistoryBefore: refuse };
}

const emptyState = {
  accounts: async () => [],
  read: async () => ({ record: undefined, awaited: [], copies: [], totals: {} }),
  runs: async () => [],
  entries: async () => [],
  unsent: async () => [],
  close: async () => {},
};
