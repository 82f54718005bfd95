// Random policy files.
import fc from "../support/random.ts";
import { nastyText } from "./arbitraries.ts";

const regions = fc.subarray(["ap-guangzhou", "ap-tokyo", "all", "mine", "!ap-seoul", "outside"], { minLength: 1 });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,9}$/);
const length = fc
  .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("ms", "s", "m", "h", "d"))
  .map((p) => p.join(""));
const words = fc.array(fc.oneof(nastyText, fc.string({ minLength: 1, maxLength: 5 })), {
  minLength: 1,
  maxLength: 2,
});
const tags = fc.dictionary(
  fc.oneof(fc.constant("constructor"), fc.string({ maxLength: 6 })),
  fc.string({ maxLength: 6 }),
  { maxKeys: 3 },
);
const encrypt = fc.constantFrom(true, false, { kmsKeyId: "12345678-90ab-cdef-1234-567890abcdef" });
const settings = {
  enabled: fc.boolean(),
  from: regions,
  to: regions,
  crossBorder: fc.constantFrom("never", "approved"),
  existing: fc.constantFrom("block", "adopt"),
  maxSizeGiB: fc.integer({ min: 1, max: 2 ** 40 }),
  attempts: fc.integer({ min: 1, max: 20 }),
  stuckAfter: length,
  select: fc.record(
    {
      name: fc.constantFrom(["golden-*", "!*-test"], ["\\*"], ["网页*"]),
      tags,
      platform: words,
      family: fc.string({ minLength: 1 }),
      createdAfter: fc.constantFrom("2026-01-01", "2026-01-01T08:00:00Z", "2024-02-29"),
      minAge: length,
      newest: fc.integer({ min: 1, max: 1e9 }),
      maxAge: length,
      not: fc.record({ name: fc.constant(["*-test"]), tags }, { requiredKeys: [] }),
      creator: fc.constantFrom(["100000000002"], [100000000002]),
    },
    { requiredKeys: [] },
  ),
  copy: fc.record(
    {
      name: fc.constantFrom("{{name}}", "{{ name }}-{{date}}", "x"),
      tags: fc.record({ set: tags, inherit: fc.boolean() }, { requiredKeys: [] }),
      description: fc.constantFrom("inherit", "übernommen", "__proto__"),
      family: fc.constantFrom(false, "inherit", "golden"),
      publish: fc.constantFrom("each", "together"),
      encrypt,
      regions: fc.dictionary(fc.constantFrom("ap-tokyo", "ap-shanghai"), fc.record({ encrypt }), { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  ),
  onDrift: fc.constantFrom("repair", "report"),
  prune: fc.record(
    {
      minAge: length,
      delete: fc.boolean(),
      last: fc.boolean(),
      shared: fc.constantFrom("keep", "delete"),
      keep: fc.integer({ min: 1, max: 9 }),
      deprecateAfter: length,
      templateVersions: fc.constantFrom("default", "all"),
    },
    { requiredKeys: [] },
  ),
};
const prices = fc.record({
  currency: fc.constant("CNY"),
  snapshotGiBMonth: fc.dictionary(
    fc.constantFrom("default", "ap-tokyo", "ap-shanghai"),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
  ),
});
/** A policy file of random structure. Most values are allowed, so that about four in ten files are valid. */
export const policyFile = fc.record({
  version: fc.constant(1),
  regions: fc.constantFrom({ mine: ["ap-shanghai"] }, { mine: ["ap-shanghai"], outside: ["+me-saudi-arabia"] }),
  defaults: fc.record(settings, { requiredKeys: [] }),
  prices,
  policies: fc.uniqueArray(fc.record({ name, ...settings }, { requiredKeys: ["name", "from", "to"] }), {
    minLength: 1,
    maxLength: 3,
    selector: (p) => p.name,
  }),
});
