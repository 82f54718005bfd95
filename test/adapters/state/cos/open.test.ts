// The state in COS as a STATE_URL names it, over HTTP.
import { afterAll, beforeAll, expect, it } from "vitest";
import { openState } from "../../../../lib/adapters/state/open.ts";
import { describeStateUrl } from "../../../../lib/adapters/state/url.ts";
import { copiesOf, saveCopy } from "../../../support/records.ts";
import { A, copyOf } from "../samples.ts";
import { bucketOverHttp, CREDENTIALS, PLACE } from "./cos-place.ts";

let bucket: Awaited<ReturnType<typeof bucketOverHttp>>;
beforeAll(async () => {
  bucket = await bucketOverHttp();
});
afterAll(() => bucket.remove());

const access = (region?: string) => ({
  cos: { credentials: async () => CREDENTIALS, endpoint: new URL(bucket.url), region },
});

it("is opened for functions too, in the region of the URL or of the environment, and read without a change", async () => {
  const url = `cos://${PLACE.bucket}/some/where`;
  const state = await openState(`${url}?region=${PLACE.region}`, { ...access("ap-tokyo"), allowEmbedded: false });
  const saved = await saveCopy(state, copyOf({}));
  await state.close();
  const before = bucket.world.requests.length;
  const reader = await openState(url, { ...access(PLACE.region), readOnly: true });
  expect(await copiesOf(reader, A)).toStrictEqual([saved]);
  await expect(saveCopy(reader, saved!)).rejects.toThrow(`the state ${url} was opened to be read`);
  await reader.close();
  const made = bucket.world.requests.slice(before).map(({ action }) => action);
  expect(new Set(made)).toEqual(new Set(["GetObject", "ListObjects"]));
});

it("is refused without a region, in another region, or without a way to reach it", async () => {
  const url = `cos://${PLACE.bucket}/lab`;
  await expect(openState(url, access())).rejects.toThrow(`STATE_URL: ${url} names no valid region`);
  await expect(openState(url, access("ap-tokyo"))).rejects.toThrow(/there is no bucket \S+ in ap-tokyo; /);
  await expect(openState(`${url}?region=ap-tokyo`)).rejects.toThrow(/a state in COS, which this command does not open/);
});

it("is shown without what may be a secret", () => {
  expect(describeStateUrl("cos://images-1250000000/a/b?region=ap-tokyo")).toBe("cos://images-1250000000/a/b");
  expect(describeStateUrl("cos://AKIDx:secret@images-1250000000/a")).toBe("cos://…");
  expect(describeStateUrl("cos://images-1250000000/a secret")).toBe("cos://images-1250000000/…");
});
