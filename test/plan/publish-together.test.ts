// `publish: together`: when a family moves, and which regions it leaves out.

import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy } from "../../lib/model/types.ts";
import {
  answered,
  asked,
  called,
  copy,
  copySettings,
  image,
  made,
  NOW,
  noted,
  observation,
  planOf,
  policy,
} from "../support/builders.ts";

const [SHANGHAI, BEIJING] = ["ap-shanghai", "ap-beijing"];
const ACCOUNT = "100000000003";
const root = image({ family: "golden" });
const rule = (fields: Parameters<typeof copySettings>[0] = {}, to = [SHANGHAI, BEIJING]) => ({
  policies: [policy({ to, copy: copySettings({ family: "inherit", publish: "together", ...fields }) })],
});
/** A finishing copy: NORMAL and tagged; `fields` may give it its final name. */
const finished = (region: string, fields: Parameters<typeof asked>[2] = {}) => {
  const one = asked(root, region, { state: "NORMAL", ...fields });
  const finishing: Copy = { ...one.copy, state: "finishing" } as Copy;
  return { ...one, copy: finishing };
};
const named = (region: string) => finished(region, { name: root.name });
const publicationHold = (one: ReturnType<typeof named>): typeof one => ({
  ...one,
  copy: { ...one.copy, publicationHold: { code: "publication-held", text: storedText("as it was") } } as Copy,
});
const plan = (ones: readonly { copy: Copy; image?: ReturnType<typeof image> }[], more = rule()) =>
  planOf({
    ...more,
    copies: ones.map((one) => one.copy),
    observation: observation([root, ...ones.flatMap((one) => one.image ?? [])]),
  });

describe("publish: together", () => {
  it("names a copy without its family while another copy is unfinished", () => {
    expect(called(plan([finished(SHANGHAI), asked(root, BEIJING)]))).toEqual([
      "modify img-root0001-ap-shanghai: name = golden-web, description = a golden image",
    ]);
  });

  it("holds the family back, and records this once", () => {
    const first = plan([named(SHANGHAI), asked(root, BEIJING)]);
    expect(called(first)).toEqual([]);
    const [change] = first.actions;
    expect(change).toMatchObject({
      event: "publication-held",
      copy: { state: "finishing", publicationHold: { code: "publication-held" } },
      text: "published together with the copies in ap-beijing, which are not finished yet",
    });
    const again = planOf({
      ...rule(),
      copies: first.copies,
      observation: observation([root, named(SHANGHAI).image, asked(root, BEIJING).image]),
    });
    expect(again.actions).toEqual([]);
  });

  it("moves the family in all regions when the last copy is finished", () => {
    expect(called(plan([publicationHold(named(SHANGHAI)), publicationHold(named(BEIJING))])).sort()).toEqual([
      "modify img-root0001-ap-beijing: family = golden",
      "modify img-root0001-ap-shanghai: family = golden",
    ]);
  });

  it("does not wait for a copy that is held itself, nor for one that is ready", () => {
    const family = "modify img-root0001-ap-shanghai: family = golden";
    expect(called(plan([named(SHANGHAI), publicationHold(named(BEIJING))]))).toContain(family);
    expect(called(plan([named(SHANGHAI), made(root, BEIJING, { image: { family: "golden" } })]))).toEqual([family]);
  });

  const reason = { code: "x", text: storedText("") };
  const stuck = asked(root, BEIJING);
  it.each<[string, { copy: Copy; image?: ReturnType<typeof image> }]>([
    ["blocked", { copy: copy<"blocked">(BEIJING, { state: "blocked", reason, notBefore: NOW + 1 }) }],
    ["failed", { copy: copy<"failed">(BEIJING, { state: "failed", reason }, { attempts: 5 }) }],
    ["stuck", { ...stuck, copy: { ...stuck.copy, percent: 40, progressedAt: NOW - 3_600_001 } as Copy }],
    [
      "waiting for too long",
      {
        copy: copy<"waiting">(
          BEIJING,
          { state: "waiting", reason, notBefore: NOW + 1 },
          { updatedAt: NOW - 3_600_001 },
        ),
      },
    ],
  ])("leaves out a region whose copy is %s, with a warning", (_, other) => {
    const { actions, ...rest } = plan([named(SHANGHAI), other]);
    expect(called({ actions, ...rest })).toContain("modify img-root0001-ap-shanghai: family = golden");
    expect(rest.warnings).toMatchObject([{ code: "left-out" }]);
    expect(rest.warnings[0]?.text).toBe(
      "family golden moves to the copy of img-root0001 in ap-shanghai, without ap-beijing",
    );
  });

  it.each<[string, Copy]>([
    ["waiting", copy<"waiting">(BEIJING, { state: "waiting", reason, notBefore: NOW + 1 })],
    ["retrying", copy<"retrying">(BEIJING, { state: "retrying", reason, notBefore: NOW + 1 })],
  ])("waits for a region whose copy has been %s for a short time only", (_, other) => {
    const waiting = plan([named(SHANGHAI), { copy: other }]);
    expect(called(waiting)).toEqual([]);
    expect(noted(waiting)).toEqual(["ap-shanghai: finishing"]);
  });

  it("leaves out a region that the policy blocks", () => {
    const more = rule({}, [SHANGHAI, "ap-hongkong"]);
    const { warnings, ...rest } = plan([named(SHANGHAI)], more);
    expect(called({ warnings, ...rest })).toEqual(["modify img-root0001-ap-shanghai: family = golden"]);
    expect(warnings[0]?.text).toMatch(/without ap-hongkong$/);
  });

  it("waits for the encrypted copy of a region, not for its intermediate copy", () => {
    const encrypted = rule({ regions: { [BEIJING]: { encrypt: {} } } });
    const step = made(root, BEIJING, { image: { name: "golden-web--plain-0123456789abcdef" } });
    expect(called(plan([named(SHANGHAI), step], encrypted))).toEqual([`send ${step.image.imageId} → ap-beijing`]);
    const both = [made(root, BEIJING, { image: { family: "golden" } }, "encrypted:default"), named(SHANGHAI)];
    expect(called(plan(both, encrypted))).toEqual(["modify img-root0001-ap-shanghai: family = golden"]);
  });
});

describe("publish: each", () => {
  it("sets the family in the call that names the copy, whatever the state of the others", () => {
    const each = rule({ publish: "each" });
    expect(called(plan([finished(SHANGHAI), asked(root, BEIJING)], each))).toEqual([
      "modify img-root0001-ap-shanghai: name = golden-web, description = a golden image, family = golden",
    ]);
  });
});

it("a copy is named, then joins its family, then is shared; each step is verified before the next", () => {
  const more = rule({ shareWith: [ACCOUNT] }, [SHANGHAI]);
  const step = (fields: Parameters<typeof asked>[2], shares?: readonly string[]) => {
    const one = finished(SHANGHAI, fields);
    const { imageId } = one.image;
    const answers = answered(...(shares ? [[{ ask: "shares", region: SHANGHAI, imageId }, shares] as const] : []));
    return planOf({ ...more, answers, copies: [one.copy], observation: observation([root, one.image]) });
  };
  const { imageId } = finished(SHANGHAI).image;
  expect(called(step({ tags: {} }))).toEqual([expect.stringMatching(`^tag ${imageId}`)]);
  expect(called(step({}))).toEqual([
    `modify ${imageId}: name = golden-web, description = a golden image, family = golden`,
  ]);
  expect(called(step({ name: root.name }))).toEqual([`modify ${imageId}: family = golden`]);
  const published = { name: root.name, family: "golden" };
  expect(called(step(published))).toEqual([]);
  expect(step(published).questions).toEqual([{ ask: "shares", region: SHANGHAI, imageId }]);
  expect(called(step(published, []))).toEqual([`share ${imageId}: ${ACCOUNT}`]);
  expect(noted(step(published, [ACCOUNT]))).toEqual(["ap-shanghai: ready"]);
});
