// When `apply --wait` may stop waiting for a copy.
import { describe, expect, it } from "vitest";
import { storedText } from "../../lib/model/messages/define.ts";
import { reason } from "../../lib/model/messages/reasons.ts";
import type { Copy, CopyKey, Reason } from "../../lib/model/types.ts";
import { isLongOutage, isOver } from "../../lib/report/needs-user.ts";
import { ACCOUNT, NOW } from "../support/builders.ts";

const HELD = [reason("mass-disappearance", { gone: 4, total: 8 })];
const ROOT = "ap-guangzhou";
const GONE = { code: "gone", text: storedText("gone") };

function copy(phase: Copy["phase"], more: object = {}, key: Partial<CopyKey> = {}): Copy {
  const whole = { account: ACCOUNT, rootRegion: ROOT, rootId: "img-00000001", region: "ap-tokyo", variant: "plain" };
  return { key: { ...whole, ...key }, phase, imageId: "img-00000002", reason: GONE, ...more } as unknown as Copy;
}

const waiting = (why: Reason, key?: Partial<CopyKey>) => copy("waiting", { reason: why }, key);
const unreadable = (code: string) => waiting({ code: `unreadable-${code}`, text: storedText("no") });
const later = waiting(reason("parent-not-ready", { region: ROOT, state: "missing" }));

describe("waiting for a copy", () => {
  it("is over once it is settled", () => {
    for (const phase of ["ready", "blocked", "stuck", "failed", "retired", "ended"] as const)
      expect(isOver(copy(phase), [], [])).toBe(true);
    for (const phase of ["waiting", "retrying", "requested", "copying", "finishing"] as const)
      expect(isOver(copy(phase), [], HELD)).toBe(false);
  });

  it("is over if too many copies have disappeared, and it is one of them", () => {
    const missing = copy("ready", { missingSince: NOW });
    expect([isOver(missing, [], []), isOver(missing, [], HELD)]).toEqual([false, true]);
  });

  it("is over if the key may not read its region, and goes on while the region is only down", () => {
    expect(["UnauthorizedOperation", "AuthFailure.SecretIdNotFound"].map((c) => isOver(unreadable(c), [], []))).toEqual(
      [true, true],
    );
    expect(["Timeout", "Network", "TimeLimit"].map((c) => isOver(unreadable(c), [], []))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is over if that of the earlier copy of its chain is", () => {
    const parent = (phase: Copy["phase"], more = {}) => copy(phase, more, { region: ROOT });
    expect(isOver(later, [parent("copying")], HELD)).toBe(false);
    expect(isOver(later, [parent("blocked")], [])).toBe(true);
    expect(isOver(later, [parent("ready", { missingSince: NOW })], HELD)).toBe(true);
    expect(isOver(later, [{ ...parent("blocked"), key: { ...later.key, rootId: "img-00000009" } }], [])).toBe(false);
  });
});

it("waiting for a copy goes on while it is being repaired, until the repair is given up for the day", () => {
  const repaired = (tries: number) => copy("ready", { repair: { differences: ["name"], tries, at: NOW } });
  expect([0, 1, 4, 5].map((tries) => isOver(repaired(tries), [], []))).toEqual([true, false, false, true]);
});

it("an outage ends the wait once nothing has changed for half an hour", () => {
  const outage = [{ code: "unreadable-Timeout", text: storedText("no") }];
  const minutes = 60_000;
  expect(isLongOutage(outage, 29 * minutes)).toBe(false);
  expect(isLongOutage(outage, 30 * minutes)).toBe(true);
  expect(isLongOutage(HELD, 300 * minutes)).toBe(false);
});
