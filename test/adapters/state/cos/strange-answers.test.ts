// Answers that COS would not give, and objects that are not of this program: neither counts as an empty state.
import { describe, expect, it } from "vitest";
import { saveCopy } from "../../../support/records.ts";
import { A, copyOf, entry } from "../samples.ts";
import { type LocalBucket, localBucket, PLACE } from "./cos-place.ts";

/** Opens the state behind something that answers requests of one kind by itself. */
function behind(bucket: LocalBucket, target: string, body: string) {
  return bucket.open({
    through: (exchange) => async (request) => {
      const answer = await exchange(request);
      return request.target.includes(target) ? { ...answer, body: Buffer.from(body) } : answer;
    },
  });
}

const PAGE_OF_A_PROXY = "<!doctype html><html><body>Please log in</body></html>";

describe("an answer with status 200", () => {
  it.each([
    ["no list", PAGE_OF_A_PROXY],
    ["nothing", ""],
    ["a list that shows nothing and goes on", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"],
  ])("is no empty state if it is %s", async (_, body) => {
    const bucket = localBucket();
    await saveCopy(await bucket.open(), copyOf({}));
    const before = bucket.keys();
    const state = await behind(bucket, "max-keys", body);
    await expect(state.read(A)).rejects.toThrow(/failed \(HTTP 200, not the answer of COS\)/);
    await expect(saveCopy(state, copyOf({}))).rejects.toThrow(/not the answer of COS/);
    expect(bucket.keys()).toEqual(before);
  });

  it("does not say that there is no versioning", async () => {
    await expect(behind(localBucket(), "versioning", PAGE_OF_A_PROXY)).rejects.toThrow(/not the answer of COS/);
  });
});

it("lists shorter than asked for are read to their end", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  const entries = (n: number) => Array.from({ length: 250 }, (_, m) => entry(1000 * n + m, `${n}/${m}`));
  for (let n = 1; n <= 5; n += 1) await state.save(A, { entries: entries(n) });
  let lists = 0;
  const short = await bucket.open({
    through: (exchange) => async (request) => {
      const answer = await exchange(request);
      if (!request.target.includes("max-keys=1000")) return answer;
      lists += 1;
      const [first = "", ...others] = answer.body.toString("utf8").split("<Contents>");
      if (others.length < 2) return answer;
      const cut = `${first.replace(">false<", ">true<")}<Contents>${others[0]}</ListBucketResult>`;
      return { ...answer, body: Buffer.from(cut) };
    },
  });
  const expected = await state.entries(A, 5000);
  expect(expected).toHaveLength(1250);
  expect(await short.entries(A, 5000)).toEqual(expected);
  expect(lists).toBeGreaterThan(2);
});

it("the deletion of old history leaves objects of others in its folder", async () => {
  const bucket = localBucket();
  const state = await bucket.open();
  const lines = Array.from({ length: 250 }, (_, n) => entry(n + 1, `${n}`));
  await state.save(A, { entries: lines });
  await state.save(A, { entries: [entry(1_000_000, "new")] });
  const objects = bucket.world.buckets.get(PLACE.bucket)!.objects;
  const isPast = (key: string) => key.includes("/history/");
  const [past] = [...objects.keys()].filter(isPast);
  const theirs = `${past?.slice(0, past.lastIndexOf("/"))}/notes.txt`;
  objects.set(theirs, objects.get(past!)!);
  await state.deleteHistoryBefore(A, 500_000);
  expect([...objects.keys()].filter(isPast)).toEqual([theirs]);
});
