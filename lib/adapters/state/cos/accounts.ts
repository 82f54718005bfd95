// Finds the accounts of a bucket by the names of its objects.
import { accountOf } from "./chain.ts";
import type { CosPlace } from "./place.ts";
import type { Objects } from "./requests/objects.ts";

/** Names that are read in one request. COS lists at most 1,000. */
const PAGE = 10;
/** So many folders at most: a prefix that others use as well may have any number. */
const MOST_FOLDERS = 100;
/** The character after the slash: a list that starts after FOLDER0 has nothing of FOLDER/. */
const AFTER_SLASH = "0";

/**
 * The accounts that have objects below the prefix, sorted. Each folder is skipped after its first
 * names, so that the number of requests depends on that of the accounts and not of the objects.
 */
export async function accountsIn(objects: Objects, { prefix }: Pick<CosPlace, "prefix">): Promise<string[]> {
  const start = prefix === "" ? "" : `${prefix}/`;
  const accounts = new Set<string>();
  let after: string | undefined;
  for (let folders = 0; folders < MOST_FOLDERS; folders += 1) {
    const { objects: listed, hasMore } = await objects.list(start, PAGE, after);
    const names = listed.map(({ key }) => key.slice(start.length));
    for (const name of names) {
      const account = accountOf(name);
      if (account !== undefined) accounts.add(account);
    }
    const last = names.at(-1);
    if (last === undefined || !hasMore) break;
    const slash = last.indexOf("/");
    after = start + (slash < 0 ? last : last.slice(0, slash) + AFTER_SLASH);
  }
  return [...accounts].sort();
}
