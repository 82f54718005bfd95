// Texts that a database cannot hold as they are: records with such a name are stored and found all the same.
import { describe, expect, it } from "vitest";
import { openState } from "../../../lib/adapters/state/open.ts";
import { localBucket } from "./cos/cos-place.ts";
import { type Empty, emptyFile, emptySchema, postgres, tellSkipped } from "./places.ts";
import { A, accountRecord, copyOf, entry, key } from "./samples.ts";

tellSkipped("unusual texts");

/** NUL, which PostgreSQL refuses, and halves of surrogate pairs, which no UTF-8 has; then what looks like syntax. */
const TEXTS = [
  "a\0b",
  "a\ud800b",
  "\udc00",
  "\\u0000",
  "'; drop table replicator_copies; --",
  "$1 ?1 %s",
  "\u2028<Key>",
];

async function inDatabase(make: () => Promise<Empty>) {
  const { url, remove } = await make();
  return { state: await openState(url), remove };
}

describe.each([
  ["SQLite", () => inDatabase(emptyFile)],
  ["PostgreSQL", () => inDatabase(emptySchema)],
  ["COS", async () => ({ state: await localBucket().open(), remove: async () => {} })],
] as const)("%s", (name, open) => {
  it.skipIf(name === "PostgreSQL" && !postgres).each(TEXTS)("stores and finds %j", async (text) => {
    const { state, remove } = await open();
    const named = { imageId: "img-copy", name: text, family: text, rootName: text, readyAt: 1, adopted: false };
    const copy = copyOf({ ...named, phase: "ready" });
    const other = copyOf({ key: { ...key, rootId: "img-other" } });
    const lines = [entry(1, text, { key, image: { region: key.region, imageId: text } })];
    const changes = [{ copy, entries: lines }, { copy: other }];
    const saved = await state.save(A, { copies: changes, record: accountRecord() });

    expect(saved.copies.map((one) => one?.key.rootId)).toEqual([key.rootId, "img-other"]);
    const { region } = key;
    expect((await state.read(A, { names: [{ region, name: text }] })).copies).toEqual([saved.copies[0]]);
    expect((await state.read(A, { families: [{ region, family: text }] })).copies).toEqual([saved.copies[0]]);
    expect((await state.read(A, { images: [{ region, imageId: text }], regions: [text] })).copies).toEqual([]);
    expect(await state.entries(A, 5, text)).toEqual(lines);
    await state.close();
    await remove();
  });
});
