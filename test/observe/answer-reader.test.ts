// Late answers: for how long they count, and how fresh a region is that was planned with them.
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RegionView, sharesOf } from "../../lib/model/observation.ts";
import { ANSWER_LIMIT } from "../../lib/model/time.ts";
import { answerReader } from "../../lib/observe/answer-reader.ts";
import { NOW } from "../support/builders.ts";
import { type TestWorld, testWorld } from "../support/world.ts";

const REGION = "ap-guangzhou";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** A reader whose only question, with whom an image is shared, is answered when `answer` is called. */
function lateReader() {
  const [image] = t.bake();
  const { cloud, ...instance } = t.instance([]);
  let answer = () => {};
  const answers = new Promise<void>((done) => (answer = done));
  const late = {
    ...cloud,
    sharedWith: (one: Parameters<typeof cloud.sharedWith>[0]) => answers.then(() => cloud.sharedWith(one)),
  };
  const reader = answerReader({ ...instance, cloud: late, pause: () => Promise.resolve() });
  const question = sharesOf({ region: REGION, imageId: image?.imageId ?? "" });
  return { reader, question, answer: () => answer() };
}

it("a region is at most as fresh as the late answers about it, in the round that plans with them", async () => {
  const { reader, question, answer } = lateReader();
  reader.beginRound({ reuse: true });
  expect(await reader.ask([question], { patient: false })).toBe(false);
  expect(reader.reading()).toEqual([`shares ${REGION}`]);
  t.pass(60_000);
  answer();
  await reader.awaitArrival();
  for (let n = 0; n < 100 && !reader.hasArrived(); n += 1) await Promise.resolve();
  reader.beginRound({ reuse: true });
  expect([...reader.answers.values()]).toEqual([{ value: [] }]);
  const view: RegionView = { readAt: NOW + 60_000, complete: new Set(), asked: new Set(), images: new Map() };
  const other = { ...view };
  const dated = reader.dated(
    new Map([
      [REGION, view],
      ["ap-other", other],
    ]),
  );
  expect([...dated.values()].map(({ readAt }) => readAt)).toEqual([NOW, NOW + 60_000]);
  reader.beginRound({ reuse: true });
  expect(reader.answers.size).toBe(0);
  expect(reader.dated(new Map([[REGION, view]])).get(REGION)?.readAt).toBe(NOW + 60_000);
});

it("an answer that took too long does not count", async () => {
  const { reader, question, answer } = lateReader();
  const asked = reader.ask([question], { patient: true });
  t.pass(ANSWER_LIMIT + 1);
  answer();
  await asked;
  expect([...reader.answers.values()]).toMatchObject([{ unanswerable: { code: "unanswered-TimeLimit" } }]);
  expect([...reader.failed.keys()]).toEqual([`shares ${REGION}`]);
});
