// The filters that every command shares: policy, region, image, state.
import { describe, expect, it } from "vitest";
import type { Copy } from "../../lib/model/types.ts";
import { type CopyFilter, chooseCopies } from "../../lib/report/copies/choose-copies.ts";
import { image, keyOf } from "../support/builders.ts";
import { recordOf } from "../support/plan-copy.ts";

const api = image({ imageId: "img-root0002", name: "golden-api" });
const COPIES: readonly Copy[] = [
  recordOf("ap-shanghai", "ready"),
  recordOf("ap-beijing", "blocked"),
  { ...recordOf("ap-tokyo", "failed", {}, { policy: "abroad" }), key: keyOf("ap-tokyo", api), rootName: "golden-api" },
];
const chosen = (filter: CopyFilter) => chooseCopies(COPIES, filter).chosen.map(({ key }) => key.region);
const problems = (filter: CopyFilter) => chooseCopies(COPIES, filter).problems;

describe("the filters of copies", () => {
  it.each<[string, CopyFilter, string[]]>([
    ["no filter", {}, ["ap-shanghai", "ap-beijing", "ap-tokyo"]],
    ["a policy", { policies: ["golden"] }, ["ap-shanghai", "ap-beijing"]],
    ["several regions", { regions: ["ap-tokyo", "ap-beijing"] }, ["ap-beijing", "ap-tokyo"]],
    ["the id of a source", { images: ["img-root0002"] }, ["ap-tokyo"]],
    ["the id of a copy", { images: ["img-root0001-ap-shanghai"] }, ["ap-shanghai"]],
    ["the name of a source", { images: ["golden-web"] }, ["ap-shanghai", "ap-beijing"]],
    ["states", { states: ["blocked", "failed"] }, ["ap-beijing", "ap-tokyo"]],
    ["the words of the table", { states: ["ok"] }, ["ap-shanghai"]],
    ["two filters, both of which must match", { policies: ["golden"], states: ["failed"] }, []],
  ])("choose by %s", (_name, filter, regions) => {
    expect(chosen(filter)).toEqual(regions);
    expect(problems(filter)).toEqual([]);
  });

  it("report every unknown value at once, with what is known", () => {
    const found = problems({
      policies: ["goldne"],
      regions: ["ap-x"],
      images: ["golden-ap"],
      states: ["blokced" as never],
    });
    expect(found.map(({ where, text }) => `${where}: ${text}`)).toEqual([
      '--only: "goldne" fits no copy; did you mean golden? known: abroad, golden',
      '--region: "ap-x" fits no copy; known: ap-beijing, ap-shanghai, ap-tokyo',
      '--image: "golden-ap" fits no copy; did you mean golden-api? known: golden-api, golden-web',
      '--state: "blokced" fits no copy; did you mean blocked? known: blocked, copying, failed, finishing, missing, ok, progressing, ready, repairing, retired, retrying, stuck, waiting',
    ]);
  });

  it("accept what is known from elsewhere, and name only some of many values", () => {
    expect(chooseCopies(COPIES, { policies: ["new"] }, { policies: ["new"] })).toEqual({ chosen: [], problems: [] });
    const many = Array.from({ length: 12 }, (_, n) => ({ ...(COPIES[0] as Copy), policy: `p${10 + n}` }));
    expect(chooseCopies(many, { policies: ["x"] }).problems[0]?.text).toMatch(/: p10, .*, p17 and 4 more$/);
    expect(chooseCopies([], { policies: ["x"] }).problems[0]?.text).toMatch(/no copy is recorded yet/);
  });

  it("choose among desired copies that have no record yet", () => {
    const desired = { key: keyOf("ap-seoul"), policy: "golden", rootName: "golden-web" };
    expect(chooseCopies([desired], { states: ["waiting"], images: ["golden-web"] }).chosen).toEqual([desired]);
  });
});
