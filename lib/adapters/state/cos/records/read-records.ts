// Reads records out of a head: the copies that are asked for, the totals, the account, awaited images.
import { rootRefId } from "../../../../model/identity.ts";
import type { Records, Which } from "../../../../model/ports.ts";
import { readAccount, readAwaited, readCopy, readTotals } from "../../decode-rows.ts";
import { searchable } from "../../encode-rows.ts";
import { unsentSince } from "../outbox.ts";
import type { CopyRow, Head } from "./head.ts";

/** The records of an account. Throws `StateError` if one of those that are asked for is damaged. */
export function recordsIn(head: Head, account: string, which: Which): Records {
  return {
    record: head.account ? readAccount({ account, ...head.account }) : undefined,
    awaited: head.awaited.map((row) => readAwaited({ account, ...row })),
    copies: head.copies.filter(chosenBy(which, head.copies)).map((row) => readCopy({ account, ...row })),
    totals: readTotals(account, countsOf(head.copies)),
    unsentSince: unsentSince(head),
  };
}

/** Whether a copy, or another one of its source, fulfils one of the conditions. `all`: the copies of the account. */
function chosenBy(which: Which, all: readonly CopyRow[]): (row: CopyRow) => boolean {
  if (which.all) return () => true;
  const { dueBy, images = [], regions = [], names = [], families = [] } = which;
  const places = new Set(regions);
  const wantedImages = new Set(images.map(({ region, imageId }) => inRegion(region, imageId)));
  const wantedNames = new Set(names.map(({ region, name }) => inRegion(region, name)));
  const wantedFamilies = new Set(families.map(({ region, family }) => inRegion(region, family)));
  const isChosen = (row: CopyRow) =>
    (dueBy !== undefined && row.due_at !== null && row.due_at <= dueBy) ||
    places.has(row.region) ||
    wantedImages.has(inRegion(row.region, row.image_id)) ||
    wantedNames.has(inRegion(row.region, row.name)) ||
    wantedFamilies.has(inRegion(row.region, row.family));
  const roots = new Set([
    ...images.map(({ region, imageId }) => rootRefId({ rootRegion: region, rootId: imageId })),
    ...all.filter(isChosen).map(rootOf),
  ]);
  return (row) => roots.has(rootOf(row));
}

const rootOf = (row: CopyRow) => rootRefId({ rootRegion: row.root_region, rootId: row.root_id });

/** An id or a name with its region; null, of a copy without one, is no text and so is never wanted. */
const inRegion = (region: string, text: string | null) =>
  JSON.stringify([region, text === null ? null : searchable(text)]);

function countsOf(copies: readonly CopyRow[]) {
  const counts = new Map<string, number>();
  for (const { phase } of copies) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  return [...counts].map(([phase, count]) => ({ phase, count }));
}
