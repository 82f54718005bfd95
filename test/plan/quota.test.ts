// The image quota of a region: which new copies get room, and which are blocked.

import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import {
  answered,
  called,
  copy,
  image,
  keyOf,
  NOW,
  noted,
  observation,
  planOf,
  policy,
  UNANSWERED,
} from "../support/builders.ts";

const SHANGHAI = "ap-shanghai";
const DAY = 86_400_000;
const versions = [1, 2, 3].map((n) =>
  image({ imageId: `img-root000${n}`, name: `golden-${n}`, createdAt: NOW - (9 - n) * DAY }),
);
const otherImages = (count: number) =>
  Array.from({ length: count }, (_, n) => image({ region: SHANGHAI, imageId: `img-other${n}`, name: `other-${n}` }));
const quota = (value: unknown, region = SHANGHAI) => [{ ask: "quota", region }, value] as const;
const look = (used: number, answers: ReturnType<typeof answered>, more: Partial<Parameters<typeof planOf>[0]> = {}) =>
  planOf({
    policies: [policy({ to: [SHANGHAI] })],
    observation: observation([...versions, ...otherImages(used)]),
    answers,
    ...more,
  });

describe("a region without room for more images", () => {
  it("gets the newest versions first; the others are blocked with its limit and usage", () => {
    const plan = look(3, answered(quota(5)));
    expect(called(plan)).toEqual(["send img-root0002 → ap-shanghai", "send img-root0003 → ap-shanghai"]);
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (quota)"]);
    const [blocked] = plan.copies;
    expect(blocked).toMatchObject({
      key: { rootId: "img-root0001" },
      reason: { code: "quota", text: "ap-shanghai holds 3 of at most 5 custom images" },
    });
    expect(blocked && "reason" in blocked && blocked.reason.remedy).toMatch(/quota/);
  });

  it("gets no copies if it is full or over its limit", () => {
    for (const used of [5, 6]) expect(called(look(used, answered(quota(5))))).toEqual([]);
  });

  it("does not hold up other regions", () => {
    const plan = planOf({
      observation: observation([image(), ...otherImages(1)]),
      answers: answered(quota(1), quota(1, "ap-beijing")),
    });
    expect(called(plan)).toEqual(["send img-root0001 → ap-beijing"]);
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (quota)"]);
  });

  it("is recorded once, and gets the copy in the next run with room", () => {
    const { copies } = look(5, answered(quota(5)));
    expect(look(5, answered(quota(5)), { copies }).actions).toEqual([]);
    expect(called(look(4, answered(quota(5)), { copies }))).toEqual(["send img-root0003 → ap-shanghai"]);
    expect(called(look(5, answered(quota(9)), { copies }))).toHaveLength(3);
  });

  it("is recorded again when its limit or usage has changed", () => {
    const { copies } = look(5, answered(quota(5)));
    expect(noted(look(6, answered(quota(6)), { copies }))).toHaveLength(3);
  });
});

it("a poll does not replace the reason name-conflict by quota", () => {
  const [first = image()] = versions;
  const blocked = copy<"blocked">(
    SHANGHAI,
    { state: "blocked", reason: { code: "name-conflict", text: storedText("") } },
    { key: keyOf(SHANGHAI, first) },
  );
  const given = { copies: [blocked], observation: observation([first, ...otherImages(2)]) };
  expect(look(2, answered(quota(2)), given).actions).toEqual([]);
  expect(noted(look(2, answered(quota(2)), { ...given, sweep: true }))).toEqual(["ap-shanghai: blocked (quota)"]);
});

describe("the quota of a region", () => {
  it("is queried only if a copy would be requested there", () => {
    expect(look(0, answered()).questions).toEqual([{ ask: "quota", region: SHANGHAI }]);
    expect(planOf({ policies: [policy({ enabled: false })], observation: observation(versions) }).questions).toEqual(
      [],
    );
  });

  it("blocks nothing if the cloud does not answer; then the cloud's verdict on the call decides", () => {
    expect(called(look(500, answered(quota(UNANSWERED))))).toHaveLength(3);
  });

  it("counts every listed custom image in any state, and no other images", () => {
    const others = [
      image({ region: SHANGHAI, imageId: "img-a", name: "a", state: "CREATING" }),
      image({ region: SHANGHAI, imageId: "img-b", name: "b", state: "CREATEFAILED" }),
      image({ region: SHANGHAI, imageId: "img-c", name: "c", type: "shared" }),
    ];
    const more = { observation: observation([...versions, ...others]) };
    expect(called(look(0, answered(quota(3)), more))).toEqual(["send img-root0003 → ap-shanghai"]);
  });
});
