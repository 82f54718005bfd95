// The first record of an account: when the state counts as lost, and until when every unseen copy is in doubt.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import { NO_SUCH_REGION } from "../../lib/model/messages/reasons.ts";
import type { Observation } from "../../lib/model/observation.ts";
import { CLAIM_LIFE, CLOCK_SKEW, SIGNATURE_LIFE } from "../../lib/model/time.ts";
import type { Copy, Image } from "../../lib/model/types.ts";
import { recordFirstContact } from "../../lib/record/first-contact.ts";
import { ACCOUNT, image, LAB, NOW, SETTLE } from "../support/builders.ts";
import { copyIn, recordOf } from "../support/plan-copy.ts";
import { hours, minutes, world } from "../support/plan-world.ts";
import { knownOf, recordOf as storedRecordOf } from "../support/records.ts";
import { type TestWorld, testWorld } from "../support/world.ts";

let t: TestWorld;
beforeEach(async () => {
  t = await testWorld();
});
afterEach(() => t.close());

/** What was read of one region, so many milliseconds before the account is recorded. */
const read = (images: readonly Image[], ago = 0): Observation => ({
  account: ACCOUNT,
  regions: new Map([
    [
      "ap-shanghai",
      {
        readAt: NOW - ago,
        complete: new Set(["custom"] as const),
        asked: new Set<string>(),
        images: new Map(images.map((one) => [one.imageId, one])),
      },
    ],
  ]),
  unreadable: new Map(),
});
const unreadable = (code: string): Observation => ({
  ...read([]),
  unreadable: new Map([["ap-beijing", { code, text: storedText("no answer") }]]),
});
const imageOf = (fields: { lineage?: false; name?: "temporary" | "final" }) => {
  const { image: one } = copyIn("ready", image(), "ap-shanghai", fields);
  return one as Image;
};
const contact = async (observation: Observation, copies: readonly Copy[] = []) =>
  recordFirstContact(observation, copies, {}, { ...t.instance([]), known: await knownOf(t.state, ACCOUNT) });

/** The claim may be sent at its last moment, by a clock that is ahead, and its copy be seen by another late one. */
const UNTIL = NOW + CLAIM_LIFE + SIGNATURE_LIFE + 2 * CLOCK_SKEW + SETTLE;

describe("the first contact with an account", () => {
  it.each<[string, Observation, readonly Copy[]]>([
    ["a copy with our tags", read([imageOf({})]), []],
    ["a copy with nothing but a temporary name", read([imageOf({ lineage: false, name: "temporary" })]), []],
    ["a region that could not be read", unreadable("unreadable-Network"), []],
    ["the records of copies", read([]), [recordOf("ap-shanghai", "ready")]],
    ["a reading that is older than a claim lives", read([], CLAIM_LIFE + 1), []],
  ])(
    "leaves every unseen copy in doubt until no earlier request can take effect, because of %s",
    async (_, ...found) => {
      expect(await contact(...found)).toMatchObject({ firstSeenAt: NOW, uncertainUntil: UNTIL });
      expect(await storedRecordOf(t.state, ACCOUNT)).toMatchObject({ uncertainUntil: UNTIL });
    },
  );

  it("says that the state was lost only where a mark of this installation, or a record, shows that", async () => {
    const marked = read([imageOf({})]);
    const as = async (installation: string, copies: readonly Copy[] = []) => {
      const deps = { ...t.instance([]), installation, known: await knownOf(t.state, ACCOUNT) };
      return recordFirstContact(marked, copies, { mode: "dry-run" }, deps);
    };
    expect(await as("second")).toMatchObject({ uncertainBecause: { cause: "others" } });
    expect(await as(LAB)).toMatchObject({ uncertainBecause: { cause: "lost" } });
    const recorded = await as("second", [recordOf("ap-shanghai", "ready")]);
    expect(recorded).toMatchObject({ uncertainBecause: { cause: "lost" } });
  });

  it.each<[string, Observation]>([
    ["an empty account", read([], CLAIM_LIFE)],
    ["images of others", read([imageOf({ lineage: false })])],
    ["a region that does not exist", unreadable(NO_SUCH_REGION)],
  ])("leaves nothing in doubt in %s", async (_, observation) => {
    expect(await contact(observation)).not.toHaveProperty("uncertainUntil");
    expect(await storedRecordOf(t.state, ACCOUNT)).not.toHaveProperty("uncertainUntil");
  });
});

describe("an image that was created after the state was lost", () => {
  it("is copied at once, unless another clock may have seen it before", () => {
    const lost = world()
      .policy({ to: ["ap-shanghai"] })
      .stateLost(hours(1))
      .at(minutes(10));
    // The state was lost when it was seen first.
    const { firstSeenAt } = lost.input().record;
    const made = (after: number) => lost.image({ createdAt: firstSeenAt + after }).plan().requests;
    expect(made(CLOCK_SKEW - 1)).toEqual([]);
    expect(made(CLOCK_SKEW)).toEqual(["img-root0001 → ap-shanghai"]);
  });
});
