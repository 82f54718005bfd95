// Encrypted copies: intermediate copies, their names and deletion, and changes of the encryption.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asideName, intermediateName, lineageTags } from "../../lib/model/identity.ts";
import { sharesOf, usesOf } from "../../lib/model/observation.ts";
import type { Policy } from "../../lib/model/policy.ts";
import { RECHECK_AFTER } from "../../lib/model/time.ts";
import type { Copy } from "../../lib/model/types.ts";
import {
  answered,
  called,
  copySettings,
  holding,
  image,
  type Known,
  keyOf,
  made,
  NOW,
  noted,
  observation,
  planOf,
  policy,
  retired,
  UNANSWERED,
} from "../support/builders.ts";
import { type TestWorld, testWorld } from "../support/world.ts";

const [SHANGHAI, BEIJING, HOME] = ["ap-shanghai", "ap-beijing", "ap-guangzhou"];
const KEY = "01234567-89ab-cdef-0123-456789abcdef";
const root = image();
const rule = (copy: Parameters<typeof copySettings>[0] = { encrypt: {} }, fields: Partial<Policy> = {}) =>
  policy({ to: [SHANGHAI], copy: copySettings(copy), ...fields });
const plainName = intermediateName(keyOf(SHANGHAI), root.name);
const plain = made(root, SHANGHAI, { image: { name: plainName } });
const secret = made(root, SHANGHAI, {}, "encrypted:default");

describe("an encrypted copy", () => {
  it("is created in two steps: an intermediate plain copy, and the encrypted copy from it", () => {
    const desiredCopies = [...planOf({ policies: [rule()], observation: observation([root]) }).desiredCopies.values()];
    expect(
      desiredCopies.map(({ key, parent, settings: { name }, intermediate }) => [
        key.variant,
        parent?.variant,
        name,
        intermediate,
      ]),
    ).toEqual([
      ["encrypted:default", "plain", "golden-web", undefined],
      ["plain", undefined, plainName, true],
    ]);
  });

  it("is requested from the plain copy, in the same region, once that is ready", () => {
    const first = planOf({ policies: [rule()], observation: observation([root]) });
    expect(called(first)).toEqual(["send img-root0001 → ap-shanghai"]);
    expect(noted(first)).toEqual(["ap-shanghai: waiting (parent-not-ready)"]);
    const second = planOf({ policies: [rule()], ...holding([root], plain) });
    expect(called(second)).toEqual([`send ${plain.image.imageId} → ap-shanghai`]);
  });

  it("is not requested while its plain copy may be missing", () => {
    const plan = planOf({ policies: [rule()], copies: [plain.copy], observation: observation([root]) });
    expect(called(plan)).toEqual([]);
    expect(plan.actions).toMatchObject([{ event: "waiting" }, { event: "missing" }]);
  });

  it.each<[string, Policy, string]>([
    ["the key of the account", rule({ encrypt: {} }), "encrypted:default"],
    ["the key that the policy names", rule({ encrypt: { kmsKeyId: KEY } }), `encrypted:${KEY}`],
    [
      "the key of its region",
      rule({ encrypt: {}, regions: { [SHANGHAI]: { encrypt: { kmsKeyId: KEY } } } }),
      `encrypted:${KEY}`,
    ],
    [
      "the key of its region alone",
      rule({ regions: { [SHANGHAI]: { encrypt: { kmsKeyId: KEY } } } }),
      `encrypted:${KEY}`,
    ],
  ])("uses %s", (_, one, variant) => {
    const { desiredCopies } = planOf({ policies: [one], observation: observation([root]) });
    expect([...desiredCopies.values()].map(({ key }) => key.variant)).toContain(variant);
  });

  it("is not created in a region with encrypt: false", () => {
    const one = rule({ encrypt: {}, regions: { [SHANGHAI]: { encrypt: false } } });
    const { desiredCopies } = planOf({ policies: [one], observation: observation([root]) });
    expect([...desiredCopies.values()].map(({ key, settings }) => [key.variant, settings.name])).toEqual([
      ["plain", "golden-web"],
    ]);
  });

  it("is never adopted, because the API does not show whether an image is encrypted", () => {
    const theirs = image({ region: SHANGHAI, imageId: "img-theirs01", createdAt: NOW });
    const plan = planOf({
      policies: [rule({ encrypt: {} }, { existing: "adopt" })],
      ...holding([root, theirs], plain),
    });
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });

  it("is published, and the plain copy is not", () => {
    const one = rule({ encrypt: {}, family: "web" });
    const { desiredCopies } = planOf({ policies: [one], observation: observation([root]) });
    expect([...desiredCopies.values()].map(({ publication: { family } }) => family)).toEqual(["web", undefined]);
  });
});

describe("the intermediate copy, when the encrypted copy is ready", () => {
  const step = retired(root, SHANGHAI, { image: { name: plainName } }, NOW - 1000);
  const known: Known = { ...step, copy: { ...step.copy, reason: { code: "superseded", text: "" } } };
  const { imageId } = known.image;
  const free = answered([usesOf(known.image), undefined], [sharesOf(known.image), []]);
  const look = (encrypted: Known, more: Partial<Parameters<typeof planOf>[0]> = {}) =>
    planOf({ policies: [rule()], ...holding([root], known, encrypted), answers: free, ...more });

  it("is superseded and deleted at once, whatever the policy's prune settings", () => {
    const plan = planOf({ policies: [rule()], ...holding([root], plain, secret), answers: free });
    expect(noted(plan)).toEqual(["ap-shanghai: retired (superseded)"]);
    const next = look(secret);
    expect(called(next)).toEqual([`delete ${imageId}`]);
    expect(next.actions).toMatchObject([{ do: "delete" }]);
  });

  it.each<[string, ReturnType<typeof look>]>([
    ["is not seen", look(secret, { copies: [known.copy, secret.copy], observation: observation([root, known.image]) })],
    ["is not NORMAL", look({ ...secret, image: { ...secret.image, state: "SYNCING" } })],
    ["has no lineage tags", look({ ...secret, image: { ...secret.image, tags: {} } })],
    ["was missing in the last observation", look({ ...secret, copy: { ...secret.copy, missingSince: NOW } })],
    ["is that of another source", look(made({ ...root, imageId: "img-else" }, SHANGHAI, {}, "encrypted:default"))],
  ])("is kept if the encrypted copy %s", (_, plan) => {
    expect(called(plan).filter((call) => call.startsWith("delete"))).toEqual([]);
  });

  it.each([
    ["something uses it", [usesOf(known.image), "instance ins-1"], "in-use"],
    ["its users cannot be read", [usesOf(known.image), UNANSWERED], "unanswered-UnauthorizedOperation"],
    ["it was shared by hand", [sharesOf(known.image), ["100000000004"]], "shared-outside"],
  ] as const)("is kept if %s", (_, answer, code) => {
    const answers = answered([usesOf(known.image), undefined], [sharesOf(known.image), []], answer);
    const plan = look(secret, { answers });
    expect(called(plan)).toEqual([]);
    expect(plan.retained).toMatchObject([{ reason: { code } }]);
  });

  it("is checked again by sweeps, not by polls, if it is kept", () => {
    const late = NOW + RECHECK_AFTER;
    const view = { readAt: late };
    const there = { observation: observation([root, known.image, secret.image], undefined, view), now: late };
    expect(called(look(secret, there))).toEqual([]);
    expect(called(look(secret, { ...there, sweep: true }))).toEqual([`delete ${imageId}`]);
  });

  it("is pruned like any other copy if the encrypted copy is orphaned, too", () => {
    const lost = { policies: [policy({ to: [BEIJING] })], copies: [known.copy], answers: free };
    const plan = planOf({ ...lost, observation: observation([root, known.image]), sweep: true });
    expect(plan.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("is created again when the encrypted copy is gone", () => {
    const record = { ...known.copy, state: "retired", reason: { code: "pruned", text: "" } } as Known["copy"];
    const { imageId: _, ...pruned } = record as typeof record & { imageId?: string };
    const plan = planOf({ policies: [rule()], copies: [pruned as Known["copy"]], observation: observation([root]) });
    expect(called(plan)).toEqual(["send img-root0001 → ap-shanghai"]);
  });

  it("gets the final name when the policy no longer encrypts", () => {
    const plan = planOf({ policies: [rule({})], ...holding([root], plain), sweep: true });
    expect(called(plan)).toEqual([`modify ${plain.image.imageId}: name = golden-web`]);
  });
});

describe("a shared source with encrypted copies", () => {
  const shared = image({ type: "shared", creator: "100000000002", imageId: "img-shared01", name: "base" });
  const own = (copy: Parameters<typeof copySettings>[0], to = [HOME, SHANGHAI]) =>
    rule(copy, { select: { type: "shared", creator: ["100000000002"] }, to });
  const first = made(shared, HOME, { image: { name: intermediateName(keyOf(HOME, shared), "base") } });

  it("is copied within its own region first; that plain copy is encrypted there and copied to the other regions", () => {
    const plan = planOf({ policies: [own({ encrypt: {} })], ...holding([shared], first) });
    expect(called(plan)).toEqual([
      `send ${first.image.imageId} → ap-guangzhou`,
      `send ${first.image.imageId} → ap-shanghai`,
    ]);
    expect(plan.actions.filter(({ do: what }) => what === "send")).toHaveLength(2);
  });

  it("keeps the plain copy in its own region, which is the source of the others", () => {
    const there = made(shared, HOME, {}, "encrypted:default");
    const plan = planOf({ policies: [own({ encrypt: {} })], ...holding([shared], first, there), sweep: true });
    expect(noted(plan).filter((change) => change.startsWith(HOME))).toEqual([]);
    expect(called(plan)).toEqual([`send ${first.image.imageId} → ap-shanghai`]);
  });

  it("has a first copy with the final name if its own region is no destination", () => {
    const plan = planOf({ policies: [own({ encrypt: {} }, [SHANGHAI])], observation: observation([shared]) });
    const names = [...plan.desiredCopies.values()].map(({ key, settings: { name } }) => [
      key.region,
      key.variant,
      name,
    ]);
    expect(names).toEqual([
      [HOME, "plain", "base"],
      [SHANGHAI, "encrypted:default", "base"],
      [SHANGHAI, "plain", intermediateName(keyOf(SHANGHAI, shared), "base")],
    ]);
  });
});

describe("encrypting in the cloud", () => {
  let t: TestWorld;
  beforeEach(async () => {
    t = await testWorld();
  });
  afterEach(() => t.close());

  it("is requested in each region by itself, with the key of that region", async () => {
    t.world.kmsKeys.set(SHANGHAI, [KEY]);
    t.bake();
    const regions = { [SHANGHAI]: { encrypt: { kmsKeyId: KEY } }, [BEIJING]: { encrypt: {} } };
    const report = await t.settle(t.instance([rule({ regions }, { to: [SHANGHAI, BEIJING] })]), 80);
    expect(report.copies.map(({ key, state }) => [key.region, key.variant, state]).sort()).toEqual([
      [BEIJING, "encrypted:default", "ready"],
      [BEIJING, "plain", "retired"],
      [SHANGHAI, `encrypted:${KEY}`, "ready"],
      [SHANGHAI, "plain", "retired"],
    ]);
    const syncs = t.world.requests.filter(({ action, effects }) => action === "SyncImages" && effects.length > 0);
    const asked = syncs.map(({ region, params }) => {
      const { DestinationRegions, Encrypt, KmsKeyId } = params as Record<string, unknown>;
      return { region, DestinationRegions, Encrypt, KmsKeyId };
    });
    expect(asked.slice(0, 1)).toMatchObject([{ region: HOME, DestinationRegions: [BEIJING, SHANGHAI] }]);
    expect(asked.slice(1).sort((a, b) => (a.region < b.region ? -1 : 1))).toMatchObject([
      { region: BEIJING, DestinationRegions: [BEIJING], Encrypt: true },
      { region: SHANGHAI, DestinationRegions: [SHANGHAI], Encrypt: true, KmsKeyId: KEY },
    ]);
    for (const region of [SHANGHAI, BEIJING]) {
      const there = [...(t.world.images.get(region)?.values() ?? [])].filter(({ owner }) => owner !== "");
      expect(there.map(({ name, encrypted }) => [name, encrypted])).toEqual([["golden-web", true]]);
    }
  });

  it("is blocked in a region without the key, and completed in the others", async () => {
    t.world.kmsKeys.set(BEIJING, [KEY]);
    t.bake();
    const report = await t.settle(t.instance([rule({ encrypt: { kmsKeyId: KEY } }, { to: [SHANGHAI, BEIJING] })]), 80);
    const states = Object.fromEntries(report.copies.map(({ key, state }) => [`${key.region} ${key.variant}`, state]));
    expect(states).toMatchObject({
      [`${BEIJING} encrypted:${KEY}`]: "ready",
      [`${SHANGHAI} encrypted:${KEY}`]: "blocked",
      [`${SHANGHAI} plain`]: "ready",
    });
  });
});

it("the lineage tags of a plain copy are void on an encrypted copy", () => {
  const tags = lineageTags(keyOf(SHANGHAI), root, "golden", secret.image.imageId);
  const plan = planOf({
    policies: [rule()],
    copies: [],
    ...{ observation: observation([root, { ...secret.image, tags }]) },
  });
  expect(noted(plan)).toContain("ap-shanghai: ready");
  expect(plan.copies.find(({ key }) => key.variant !== "plain")?.state).not.toBe("ready");
});

describe("a policy whose encryption changes", () => {
  const other = `encrypted:${KEY}` as const;
  const named = (name: string) => `modify ${plain.image.imageId}: name = ${name}`;
  const old = made(root, SHANGHAI);
  const room = answered([{ ask: "quota", region: SHANGHAI }, 9]);

  it("renames the plain copy, creates the encrypted copy from it, and keeps it unless the policy permits its deletion", () => {
    const aside = asideName(old.key, root.name);
    const first = planOf({ policies: [rule()], ...holding([root], old), answers: room });
    expect(called(first)).toEqual([`modify ${old.image.imageId}: name = ${aside}`]);
    expect(noted(first)).toEqual(["ap-shanghai: waiting (freeing-name)"]);
    const there = { ...old, image: { ...old.image, name: aside } };
    const second = planOf({ policies: [rule()], ...holding([root], there), answers: room });
    expect(called(second)).toEqual([`send ${old.image.imageId} → ap-shanghai`]);
    const ended = planOf({ policies: [rule()], ...holding([root], there, secret), sweep: true });
    const later = planOf({
      policies: [rule()],
      copies: ended.copies,
      observation: observation([root, there.image, secret.image]),
      now: NOW + 30 * 86_400_000,
      sweep: true,
    });
    expect(later.retained).toMatchObject([{ reason: { code: "not-permitted" } }]);
  });

  it("does not rename the plain copy before there is room for the encrypted copy", () => {
    const full = answered([{ ask: "quota", region: SHANGHAI }, 1]);
    const plan = planOf({ policies: [rule()], ...holding([root], old), answers: full });
    expect(called(plan)).toEqual([]);
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (quota)"]);
  });

  it.each<[string, Policy, Known]>([
    ["no longer encrypts", rule({ encrypt: false }), secret],
    ["names another key", rule({ encrypt: { kmsKeyId: KEY } }), secret],
    ["uses the key of the account", rule(), made(root, SHANGHAI, {}, other)],
  ])("puts the former copy aside if it %s", (_, one, before) => {
    const retiredOne: Known = {
      image: before.image,
      copy: planOf({ policies: [one], ...holding([root], before) }).copies[0] as Copy,
    };
    expect(retiredOne.copy?.state).toBe("retired");
    const known = one.copy.encrypt === false ? [retiredOne] : [retiredOne, plain];
    const plan = planOf({ policies: [one], ...holding([root], ...known), answers: room });
    expect(called(plan)).toEqual([`modify ${before.image.imageId}: name = ${asideName(before.copy.key, root.name)}`]);
  });

  it("gives a put-aside copy its name again when it is desired again", () => {
    const aside: Known = { ...old, image: { ...old.image, name: asideName(old.key, root.name) } };
    const plan = planOf({ policies: [rule({ encrypt: false })], ...holding([root], aside), sweep: true });
    expect(called(plan)).toEqual([named("golden-web")]);
  });

  it("does not rename an image without lineage tags", () => {
    const theirs = { ...old.image, tags: {}, imageId: "img-theirs01" };
    const plan = planOf({ policies: [rule()], ...holding([root, theirs], plain), answers: room });
    expect(called(plan)).toEqual([]);
    expect(noted(plan)).toEqual(["ap-shanghai: blocked (name-taken)"]);
  });
});

describe("room for an encrypted copy", () => {
  const versions = [1, 2].map((n) =>
    image({ imageId: `img-root000${n}`, name: `golden-${n}`, createdAt: NOW - (9 - n) * 86_400_000 }),
  );
  const [v1, v2] = versions as [typeof root, typeof root];
  const quota = (value: number) => answered([{ ask: "quota", region: SHANGHAI }, value]);
  const stepOf = (one: typeof root) =>
    made(one, SHANGHAI, { image: { name: intermediateName(keyOf(SHANGHAI, one), one.name) } });

  it("is reserved while its intermediate copy is created, so that two chains do not block each other", () => {
    const plan = planOf({ policies: [rule()], observation: observation(versions), answers: quota(2) });
    expect(called(plan)).toEqual(["send img-root0002 → ap-shanghai"]);
    expect(noted(plan)).toContain("ap-shanghai: blocked (quota)");
    const next = planOf({ policies: [rule()], ...holding(versions, stepOf(v2)), answers: quota(2) });
    expect(called(next)).toEqual([`send ${stepOf(v2).image.imageId} → ap-shanghai`]);
  });

  it("is reserved against other copies, too", () => {
    const other = policy({ name: "other", to: [SHANGHAI], select: { type: "custom", name: ["other-*"] } });
    const image2 = image({ imageId: "img-other001", name: "other-1" });
    const under = { ...stepOf(v1), image: { ...stepOf(v1).image, state: "SYNCING" as const } };
    const going: Known = { image: under.image, copy: under.copy };
    const plan = planOf({ policies: [rule(), other], ...holding([v1, image2], going), answers: quota(2) });
    expect(called(plan)).toEqual([`send ${going.image.imageId} → ap-shanghai`]);
  });
});

describe("an encrypted copy that is absent", () => {
  const gone = observation([root]);

  it("does not get a new intermediate copy after one absent reading", () => {
    const plan = planOf({ policies: [rule()], copies: [secret.copy], observation: gone, sweep: true });
    expect(called(plan)).toEqual([]);
    expect(plan.actions).toMatchObject([{ event: "missing" }]);
  });

  it("is not created again with onDrift: report", () => {
    const blocked = { ...secret.copy, state: "blocked", reason: { code: "gone", text: "" } } as unknown as Copy;
    const { imageId: _, ...record } = blocked as Copy & { imageId: string };
    const policies = [rule(undefined, { onDrift: "report" })];
    const plan = planOf({ policies, copies: [record as Copy], observation: gone, sweep: true });
    expect(plan.actions).toEqual([]);
  });
});

describe("an intermediate copy", () => {
  const DAY = 86_400_000;
  const free = (one: Known) =>
    answered([usesOf(one.image), undefined], [sharesOf(one.image), []], [{ ask: "quota", region: SHANGHAI }, 9]);

  it("is not superseded by an older encrypted copy with another key", () => {
    const before = made(root, SHANGHAI, { image: { createdAt: NOW - 2 * DAY } }, "encrypted:default");
    const { readyAt: _, name: __, adopted: ___, ...record } = before.copy;
    const reason = { code: "deselected", text: "" };
    const old: Known = { image: before.image, copy: { ...record, state: "retired", reason, since: NOW - DAY } };
    const step = retired(root, SHANGHAI, { image: { name: plainName, createdAt: NOW - DAY } });
    const { copies, observation: seen } = holding([root], old, step);
    const gone = { ...seen, regions: new Map([...seen.regions].map(([region, view]) => [region, view])) };
    const policies = [rule({ encrypt: false }, { select: { type: "custom", name: ["other-*"] } })];
    const plan = planOf({ policies, copies, observation: gone, sweep: true, answers: free(step) });
    expect(called(plan).filter((call) => call.startsWith("delete"))).toEqual([]);
  });

  it("is pruned like any other copy if it was desired directly and never got its final name", () => {
    const named = made(root, SHANGHAI, { image: { name: plainName } });
    const wanted = planOf({ policies: [rule({ encrypt: false })], ...holding([root], named), sweep: true });
    const [copy] = wanted.copies;
    expect(copy).toMatchObject({ desiredDirectly: true });
    const known = { image: named.image, copy: copy as Copy };
    const policies = [rule({ encrypt: false }, { select: { type: "custom", name: ["other-*"] } })];
    const out = planOf({ policies, ...holding([root], known, secret), sweep: true });
    const later = { policies, copies: out.copies, observation: observation([root, named.image, secret.image]) };
    const plan = planOf({ ...later, sweep: true, now: NOW + 30 * DAY, answers: free(named) });
    expect(plan.retained).toContainEqual(
      expect.objectContaining({
        image: named.image,
        reason: expect.objectContaining({ code: "not-permitted" }) as unknown,
      }),
    );
  });

  it("is not created if another image has the name of the encrypted copy", () => {
    const theirs = image({ region: SHANGHAI, imageId: "img-theirs01", name: root.name });
    const plan = planOf({ policies: [rule()], observation: observation([root, theirs]) });
    expect(called(plan)).toEqual([]);
    expect(noted(plan)).toContain("ap-shanghai: blocked (name-taken)");
  });

  it("is created for one policy although another policy's direct copy is blocked", () => {
    const own = policy({ name: "own", to: [SHANGHAI], maxSizeGiB: 1, copy: copySettings({ name: "x-{{name}}" }) });
    const plan = planOf({ policies: [own, rule()], observation: observation([root]) });
    expect(called(plan)).toEqual(["send img-root0001 → ap-shanghai"]);
  });
});
