// The rollback of a family: which images leave it, which return, and what is reported.
import { describe, expect, it } from "vitest";
import { IGNORE_TAG, ROLLED_BACK_TAG } from "../../../lib/model/identity.ts";
import type { Image } from "../../../lib/model/types.ts";
import { rollback } from "../../../lib/plan/family/plan-rollback.ts";
import { type CopyFields, days, NOW, type World, world } from "../../support/plan-world.ts";

const family = "golden";
/** Three versions with their sources, and the same when the sources are gone. */
const sources = world().version(1, { family }).version(2, { family }).version(3, { family });
const versions = sources.withoutSources();
/** A copy of version `n`, in the family unless other fields are given. */
const of = (n: number, fields: CopyFields = { image: { family } }) => ({ of: `img-root000${n}`, ...fields });
const rolledBack = (n: number) =>
  of(n, { image: { family: "", deprecated: true, tags: { [ROLLED_BACK_TAG]: "golden" } } });

function rollBack(given: World, further = false) {
  const { copies, observation } = given.input();
  const plan = rollback({ family: "golden", further, now: NOW }, copies, observation);
  const moves = plan.regions.map(({ region, from, to }) => `${region}: ${from.name} → ${to.name}`);
  return { ...plan, moves, tagged: plan.calls.map((call) => call.image.imageId) };
}

/** The rollbacks by region, then the codes of what is reported. */
function outcomeOf(given: World): string[] {
  const { regions, calls, problems, remarks, moves, tagged } = rollBack(given);
  expect(tagged).toEqual(regions.map(({ from }) => from.imageId));
  for (const call of calls) expect(call.tags).toEqual({ [ROLLED_BACK_TAG]: "golden" });
  return [...moves, ...[...problems, ...remarks].map(({ code }) => code)];
}

describe("rolling a family back", () => {
  const two = versions.copy("ap-shanghai", "ready", of(1)).copy("ap-shanghai", "ready", of(2));
  const three = two.copy("ap-shanghai", "ready", of(3));

  it("replaces the newest version by the former one in every region", () => {
    const everywhere = [1, 2, 3].reduce<World>(
      (all, n) => all.copy("ap-shanghai", "ready", of(n)).copy("ap-beijing", "ready", of(n)),
      versions,
    );
    expect(outcomeOf(everywhere)).toEqual(["ap-shanghai: golden-3 → golden-2", "ap-beijing: golden-3 → golden-2"]);
  });

  it("orders versions by the age of the source, not of the copy", () => {
    const late = two.copy("ap-shanghai", "ready", of(1, { image: { family, createdAt: NOW } }));
    expect(outcomeOf(late)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("orders versions of one second by their names, numbers by value", () => {
    const createdAt = NOW - days(3);
    const same = world()
      .image({ imageId: "img-zzzz0001", name: "golden-1.9.0", family, createdAt })
      .image({ imageId: "img-aaaa0001", name: "golden-1.10.0", family, createdAt })
      .copy("ap-shanghai", "ready", { of: "img-zzzz0001", image: { family } })
      .copy("ap-shanghai", "ready", { of: "img-aaaa0001", image: { family } });
    expect(rollBack(same).moves).toEqual(["ap-shanghai: golden-1.10.0 → golden-1.9.0"]);
  });

  it("never goes back to another copy of the same version, whatever their ages and records", () => {
    const { copies, observation } = versions
      .copy("ap-beijing", "retired", of(1, { image: { family, createdAt: NOW - days(1) } }))
      .copy("ap-shanghai", "retired", of(1, { image: { family, createdAt: NOW } }))
      .input();
    // As after a rebuild: orphaned copies whose source was not read.
    const bare = copies.map(({ rootCreatedAt: _, ...copy }) => copy);
    const plan = rollback({ family: "golden", further: false, now: NOW }, bare, observation);
    expect(plan.regions).toEqual([]);
    expect(plan.calls).toEqual([]);
    expect(new Set(plan.problems.map(({ code }) => code))).toEqual(new Set(["no-previous-version"]));
  });

  it("takes out only the newest version of all regions, and skips regions without it", () => {
    const given = versions
      .copy("ap-beijing", "ready", of(1))
      .copy("ap-beijing", "ready", of(2))
      .copy("ap-shanghai", "ready", of(2))
      .copy("ap-shanghai", "ready", of(3));
    expect(outcomeOf(given)).toEqual(["ap-shanghai: golden-3 → golden-2"]);
  });

  it.each<[string, World]>([
    ["is retired", versions.copy("ap-shanghai", "retired", of(1))],
    [
      "was created too late to have joined the family",
      versions.copy("ap-shanghai", "ready", of(1, { record: { family } })),
    ],
  ])("goes back to a former copy that %s", (_, former) => {
    expect(outcomeOf(former.copy("ap-shanghai", "ready", of(2)))).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  const former = (fields: CopyFields) => versions.copy("ap-shanghai", "ready", of(1, fields));
  it.each<[string, World]>([
    ["is deprecated", former({ image: { family, deprecated: true } })],
    ["was rolled back before", former({ image: { family, tags: { [ROLLED_BACK_TAG]: "golden" } } })],
    ["is in another family", former({ image: { family: "silver" } })],
    ["was adopted", former({ image: { family }, record: { adopted: true } })],
    ["has no lineage tags", former({ image: { family }, lineage: false })],
    ["is not NORMAL", former({ image: { family, state: "SYNCING" } })],
    ["is another copy of the bad one", versions.copy("ap-beijing", "ready", of(2))],
  ])("does not go back to a copy that %s, and reports that there is no former copy", (_, given) => {
    const { regions, problems } = rollBack(given.copy("ap-shanghai", "ready", of(2)));
    expect(regions).toEqual([]);
    expect(problems.map(({ code }) => code)).toContain("no-previous-version");
    expect(problems.find(({ text }) => text.startsWith("ap-shanghai"))?.text).toBe(
      'ap-shanghai has no previous copy to put into the family "golden"; img-root0002-ap-shanghai stays in it',
    );
  });

  it("is done in every region where it is possible, and reports the others", () => {
    const given = two.copy("ap-beijing", "ready", of(2));
    expect(outcomeOf(given)).toEqual(["ap-shanghai: golden-2 → golden-1", "no-previous-version"]);
  });

  it("changes nothing if it is repeated, and goes back one more version with --further", () => {
    const done = two.copy("ap-shanghai", "ready", rolledBack(3));
    const { calls, changes, moves, problems, remarks } = rollBack(done);
    expect([calls, changes, problems]).toEqual([[], [], []]);
    expect(moves).toEqual(["ap-shanghai: golden-3 → golden-2"]);
    expect(remarks.map(({ code }) => code)).toEqual(["rolled-back-before"]);
    const once = rollBack(done, true);
    expect(once.moves).toEqual(["ap-shanghai: golden-2 → golden-1"]);
    expect(once.tagged).toEqual(["img-root0002-ap-shanghai"]);
  });

  it("completes the regions that an interrupted rollback did not reach", () => {
    const interrupted = versions
      .copy("ap-shanghai", "ready", of(1))
      .copy("ap-shanghai", "ready", rolledBack(2))
      .copy("ap-beijing", "ready", of(1))
      .copy("ap-beijing", "ready", of(2));
    const { tagged, regions } = rollBack(interrupted);
    expect(tagged).toEqual(["img-root0002-ap-beijing"]);
    expect(regions.map(({ region }) => region).sort()).toEqual(["ap-beijing", "ap-shanghai"]);
  });

  it("rolls back a newer version that was published after an earlier rollback", () => {
    expect(outcomeOf(three.copy("ap-shanghai", "ready", rolledBack(2)))).toEqual(["ap-shanghai: golden-3 → golden-1"]);
  });

  it("reports regions whose former version differs", () => {
    const given = versions
      .copy("ap-shanghai", "ready", of(1))
      .copy("ap-shanghai", "ready", of(3))
      .copy("ap-beijing", "ready", of(2))
      .copy("ap-beijing", "ready", of(3));
    expect(outcomeOf(given)).toContain("previous-version-differs");
  });

  it.each<[string, Partial<Image>]>([
    ["is ignored", { tags: { [IGNORE_TAG]: "bad" } }],
    ["is deprecated", { deprecated: true }],
  ])("does not go back to a version whose source %s", (_, fields) => {
    const given = sources
      .remove("img-root0003")
      .change("img-root0002", fields)
      .copy("ap-shanghai", "ready", of(1))
      .copy("ap-shanghai", "ready", of(2))
      .copy("ap-shanghai", "ready", of(3));
    expect(outcomeOf(given)).toEqual(["ap-shanghai: golden-3 → golden-1"]);
  });

  it("finds the newest version in the cloud even if its copy is blocked, or deprecated with its source", () => {
    const deprecated = two.copy("ap-shanghai", "ready", of(3, { image: { family, deprecated: true } }));
    expect(outcomeOf(deprecated)).toEqual(["ap-shanghai: golden-3 → golden-2"]);
    const record = { reason: "share-refused", claim: {}, notBefore: NOW + days(1) };
    const { tagged, changes } = rollBack(
      two.copy("ap-shanghai", "stuck", of(3, { image: { family }, record, name: "final" })),
    );
    expect(tagged).toEqual(["img-root0003-ap-shanghai"]);
    expect(changes).toMatchObject([{ copy: { phase: "stuck", rolledBackFrom: "golden" } }]);
    expect(changes[0]?.copy).not.toHaveProperty("notBefore");
  });

  it("goes back to a version of the same second", () => {
    const given = world()
      .version(1, { family })
      .version(2, { family, createdAt: NOW - days(8) })
      .withoutSources()
      .copy("ap-shanghai", "ready", of(1))
      .copy("ap-shanghai", "ready", of(2))
      .copy("ap-beijing", "ready", of(1))
      .copy("ap-beijing", "ready", of(2));
    expect(outcomeOf(given)).toEqual(["ap-shanghai: golden-2 → golden-1", "ap-beijing: golden-2 → golden-1"]);
  });

  it("does not go back to an older version without its own name", () => {
    const given = versions
      .copy("ap-shanghai", "ready", of(2))
      .copy("ap-shanghai", "ready", of(3, { image: { family: "" }, record: { family } }))
      .copy("ap-shanghai", "ready", of(1, { image: { family }, name: "aside" }));
    expect(outcomeOf(given)).toEqual(["no-previous-version"]);
  });

  it("also tags a finished copy of the version that has not joined the family yet", () => {
    const late = two.copy("ap-beijing", "ready", of(2, { record: { family } }));
    expect(rollBack(late).tagged).toContain("img-root0002-ap-beijing");
  });

  const known = sources.remove("img-root0003").copy("ap-shanghai", "ready", of(1)).copy("ap-shanghai", "ready", of(2));

  it("also records the rollback for unfinished copies of the version", () => {
    const { changes, remarks } = rollBack(known.copy("ap-beijing", "copying", of(2, { record: { family } })));
    expect(changes.map(({ copy }) => [copy.key.region, copy.rolledBackFrom])).toEqual([
      ["ap-shanghai", "golden"],
      ["ap-beijing", "golden"],
    ]);
    expect(remarks.map(({ code }) => code)).toContain("unfinished");
  });

  it("does not change the source, and reports it", () => {
    expect(outcomeOf(known)).toEqual(["ap-shanghai: golden-2 → golden-1", "source-left"]);
    expect(rollBack(known).remarks[0]?.text).toContain('it is still in the family "golden"');
    const deprecated = known.change("img-root0002", { deprecated: true });
    expect(outcomeOf(deprecated)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
    const ignored = known.change("img-root0002", { family: "other", tags: { [IGNORE_TAG]: "bad" } });
    expect(outcomeOf(ignored)).toEqual(["ap-shanghai: golden-2 → golden-1"]);
  });

  it("names the installation that made all copies of a family, not the family as one to use", () => {
    const others = world()
      .image({ family })
      .copy("ap-shanghai", "ready", { installation: "other", image: { family }, record: { family } });
    const [problem] = rollBack(others).problems;
    expect(problem).toMatchObject({ code: "family-of-other" });
    expect(problem?.text).toContain("installation other");
  });

  it("reports a family without copies, and the families that exist", () => {
    expect(outcomeOf(world().otherImage({ family }))).toEqual(["no-such-family"]);
    const silver = versions.copy("ap-shanghai", "ready", of(1, { image: { family: "silver" } }));
    expect(rollBack(silver).problems).toMatchObject([{ code: "no-such-family", remedy: 'use one of "silver"' }]);
  });

  it("lists the copies that leave and those that join", () => {
    expect([...rollBack(three).concerned].map((key) => key.split("/")[2])).toEqual(["img-root0003", "img-root0002"]);
  });
});
