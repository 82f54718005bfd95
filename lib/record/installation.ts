// The ids of this installation: given by the user, or made once and kept in the account record.
import { createHash } from "node:crypto";
import { installationOf, isMarked, UNKNOWN_INSTALLATION } from "../model/identity.ts";
import { NO_SUCH_REGION } from "../model/messages/reasons.ts";
import type { Observation } from "../model/observation.ts";
import type { Replicator } from "../model/ports.ts";
import type { AccountRecord, Installations } from "../model/types.ts";
import type { OfAccount } from "./account-record.ts";

/** The ids of an installation that has no account record yet. */
export function newInstallations({ installation, me }: Pick<Replicator, "installation" | "me">): Installations {
  // Random, as the id of a process is.
  return [installation ?? createHash("sha256").update(me.id).digest("hex").slice(0, 8)];
}

/**
 * The account record with one more id of this installation in the first place. What was made under
 * its earlier ids stays its own. The user has decided with it which installation this one is.
 */
export function withInstallation(record: AccountRecord, id: string): AccountRecord {
  return {
    ...record,
    installations: [id, ...record.installations.filter((one) => one !== id)],
    metInstallations: [],
  };
}

/**
 * The account record with the id that the user has given. Without one, the first complete sweep of
 * a new state records the installations of all copies that it meets: nothing shows which of them
 * this installation made before its state was lost, so all of them count as others. A dry run stores
 * nothing.
 */
export async function recordInstallations(
  record: AccountRecord,
  { observation, sweep }: { readonly observation: Observation; readonly sweep: boolean },
  { mode }: { readonly mode?: "apply" | "dry-run" | "record-only" },
  { installation: id, known }: Pick<Replicator, "installation"> & OfAccount,
): Promise<AccountRecord> {
  const change = (before: AccountRecord): AccountRecord | undefined => {
    const { installations, metInstallations: met } = before;
    if (id !== undefined)
      return installations[0] === id && met?.length === 0 ? undefined : withInstallation(before, id);
    return met === undefined && sweep ? { ...before, metInstallations: makersIn(observation) } : undefined;
  };
  const changed = change(record);
  if (!changed) return record;
  const isUnread = [...observation.unreadable.values()].some(({ code }) => code !== NO_SUCH_REGION);
  const isCertain = id !== undefined || !isUnread;
  if (mode !== "dry-run" && isCertain) await known.change((before) => before && change(before));
  // Not what is stored then: a plan from older records must notice if the state was lost meanwhile.
  return changed;
}

/** The installations of all copies that the cloud shows. */
export function makersIn({ account, regions }: Pick<Observation, "account" | "regions">): string[] {
  const images = [...regions.values()].flatMap((view) => [...view.images.values()]);
  const marked = images.filter((image) => image.type === "custom" && isMarked(image, account));
  return [...new Set(marked.map((image) => installationOf(image) ?? UNKNOWN_INSTALLATION))].sort();
}
