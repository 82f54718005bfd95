// Regions, accounts, policy and switches of the scenarios.
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";

/** The region in which images are baked. */
export const HOME = "ap-guangzhou";
/** The account of the programs, and an account that shares images with it. */
export const [MAIN, PARTNER] = [DEFAULT_ACCOUNTS[0].uin, DEFAULT_ACCOUNTS[1].uin];
/** Destinations of custom images (`FAR`), and of shared images after the first step (`CHAIN`). */
export const FAR = ["ap-shanghai", "ap-beijing", "ap-singapore"];
export const CHAIN = ["ap-nanjing", "ap-chengdu"];
/** The tags that the policies set. */
export const SET = { "managed-by": "torture" };

export const POLICY = `version: 1
policies:
  - name: golden
    from: [${HOME}]
    select: { name: ["golden-*"], newest: 5000 }
    to: [${FAR.join(", ")}]
    crossBorder: approved
    copy: { tags: { set: ${JSON.stringify(SET)} } }
  - name: base
    from: [${HOME}]
    select: { type: shared, creator: ["${PARTNER}"], name: ["base-*"], newest: 5000 }
    to: [${CHAIN.join(", ")}]
    copy: { tags: { set: ${JSON.stringify(SET)} } }
`;

/**
 * The settle time of the programs, ms: longer than any delay of visibility below, and of a request
 * after a kill.
 */
export const SETTLE = 5_000;
/**
 * Switches for unverified behaviour of the cloud, with the values that may affect a killed process.
 */
export const SWITCHES: Readonly<Record<string, readonly (string | number)[]>> = {
  sourceBusyWhileCopying: ["syncing", "refuses", "no"],
  tagWhileSyncing: ["allowed", "failed-resource", "error"],
  copyTagsCarriedOver: ["no", "yes"],
  descriptionCarriedOver: ["yes", "no"],
  unknownIdInDescribe: ["empty", "error"],
  describeOrder: ["newest", "oldest"],
  imageSetMissingEntries: ["none", "none", "last", "all"],
  tagsVisibleAfterMs: [0, 700],
  copyVisibleAfterMs: [0, 1_500],
};
