// Reading regions for one run: late regions, failed regions, and what is read again.
import { describe, expect, it } from "vitest";
import { CloudError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import { STALE } from "../../lib/model/time.ts";
import type { ReadSet } from "../../lib/observe/read-set.ts";
import { type ReadMode, regionReader } from "../../lib/observe/region-reader.ts";
import { NOW } from "../support/builders.ts";

const MODE: ReadMode = { reuse: true, patient: false };
const PATIENT: ReadMode = { reuse: true, patient: true };

function failed(code: string): CloudError {
  return new CloudError({ action: "DescribeImages", code, text: storedText("no"), outcome: "retry", effect: "none" });
}

/** A cloud whose lists end when the test says so, and a reader of it. */
function bench() {
  let now = NOW;
  const lists: { region: string; end: (error?: CloudError) => void }[] = [];
  const images: Cloud["images"] = (region) =>
    new Promise((resolve, reject) => {
      lists.push({ region, end: (error) => (error ? reject(error) : resolve([])) });
    });
  const reader = regionReader(new Map([["ap-skipped", { code: "unreadable-Timeout", text: storedText("before") }]]), {
    cloud: { images } as Cloud,
    now: () => now,
    // Patience ends as soon as half of the regions were read; the wait for a late region does not end.
    pause: (length) => (length <= 3_000 ? Promise.resolve() : new Promise(() => {})),
  });
  const read = (regions: readonly string[], mode: ReadMode = MODE) => {
    const readSet: ReadSet = new Map(regions.map((name) => [name, { types: new Set(["custom"]), ids: new Set() }]));
    return reader.read(readSet, mode);
  };
  const end = async (region: string, error?: CloudError) => {
    lists.find((list) => list.region === region)?.end(error);
    lists.splice(
      lists.findIndex((list) => list.region === region),
      1,
    );
    await new Promise((done) => setImmediate(done));
  };
  return { reader, read, end, open: () => lists.map(({ region }) => region).sort(), pass: (ms: number) => (now += ms) };
}

describe("a reader of regions", () => {
  it("leaves out a region that takes much longer, and adds it to the next whole round", async () => {
    const { reader, read, end, open } = bench();
    const first = read(["a", "b", "c", "d"]);
    await end("a");
    expect(open()).toEqual(["b", "c", "d"]);
    await end("b");
    const { regions, unreadable } = await first;
    expect([[...regions.keys()], unreadable.size]).toEqual([["a", "b"], 0]);
    expect([reader.reading(), reader.hasArrived()]).toEqual([["c", "d"], false]);
    await end("d");

    // A poll reads anew, and does not read the late region a second time.
    const poll = read(["a", "c"], { ...MODE, reuse: false });
    expect(open()).toEqual(["a", "c"]);
    await end("a");
    expect([...(await poll).regions.keys()]).toEqual(["a"]);

    const arrival = reader.awaitArrival();
    await end("c");
    await arrival;
    expect([reader.reading(), reader.hasArrived()]).toEqual([[], true]);
    expect([...(await read(["a", "b", "c", "d"])).regions.keys()]).toEqual(["a", "b", "c", "d"]);
    expect([open(), reader.hasArrived()]).toEqual([[], false]);
  });

  it("reads again only what is stale, or where something was changed", async () => {
    const { reader, read, end, open, pass } = bench();
    const first = read(["a", "b"], PATIENT);
    await end("a");
    await end("b");
    await first;
    reader.forget(["b"]);
    const second = read(["a", "b"], PATIENT);
    expect(open()).toEqual(["b"]);
    await end("b");
    await second;
    pass(STALE);
    const third = read(["a", "b"], PATIENT);
    expect(open()).toEqual(["a", "b"]);
    await end("a");
    await end("b");
    expect((await third).regions.size).toBe(2);
  });

  it("reads neither a region again that could not be read, nor one that is to be skipped", async () => {
    const { reader, read, end, open } = bench();
    const first = read(["a", "b", "ap-skipped"], PATIENT);
    expect(open()).toEqual(["a", "b"]);
    await end("a", failed("Timeout"));
    await end("b");
    expect([...(await first).unreadable.keys()]).toEqual(["a", "ap-skipped"]);
    const second = read(["a", "ap-skipped"], { ...MODE, reuse: false });
    expect(open()).toEqual([]);
    expect((await second).unreadable.size).toBe(2);
    expect([[...reader.failed.keys()], [...reader.wasRead]]).toEqual([["a"], ["b"]]);
  });

  it("throws an abort, also that of a late region", async () => {
    const { reader, read, end } = bench();
    const first = read(["a", "b"]);
    await end("a");
    await first;
    const arrival = expect(reader.awaitArrival()).rejects.toMatchObject({ code: "Aborted" });
    await end("b", failed("Aborted"));
    await arrival;
    const second = expect(read(["c"], PATIENT)).rejects.toMatchObject({ code: "Aborted" });
    await end("c", failed("Aborted"));
    await second;
  });
});
