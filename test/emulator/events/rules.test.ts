// EventBridge: buses, rules and targets by its API.
import { describe, expect, it } from "vitest";
import { exportWorld, importWorld } from "../../../emulator/control/snapshot.ts";
import { GOLDEN, MAIN } from "../support.ts";
import { eventBench, FUNCTION, IMAGE_PATTERN } from "./support.ts";

describe("buses", () => {
  it("each account has the default one in ap-guangzhou from the start", () => {
    const b = eventBench();
    const ids = [MAIN, GOLDEN].map((account) => {
      const { EventBuses, TotalCount } = b.eb("ListEventBuses", {}, { account });
      expect(EventBuses).toMatchObject([
        { EventBusName: "default", Type: "Cloud", AddTime: "2026-01-15T16:00:00+08:00" },
      ]);
      expect(TotalCount).toBe(1);
      return EventBuses[0]?.EventBusId ?? "";
    });
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^eb-[0-9a-z]{8}$/);
    expect(b.eb("ListEventBuses", {}, { region: "ap-beijing" }).EventBuses).toEqual([]);
    expect(b.ebError("GetEventBus", { EventBusId: ids[1] }).code).toBe("ResourceNotFound.EventBus");
    expect(b.eb("GetEventBus", { EventBusId: ids[0] })).toMatchObject({ EventBusName: "default", Type: "Cloud" });
  });

  it("custom ones are created, filtered and limited", () => {
    const b = eventBench();
    const create = (EventBusName: string) => b.eb("CreateEventBus", { EventBusName });
    const names = Array.from({ length: 10 }, (_, index) => `bus-${index}`);
    const ids = names.map((name) => create(name).EventBusId);
    expect(b.eb("ListEventBuses", { Filters: [{ Name: "Type", Values: ["Custom"] }] }).TotalCount).toBe(10);
    expect(b.eb("GetEventBus", { EventBusId: ids[3] })).toMatchObject({ EventBusName: "bus-3", Type: "Custom" });
    const code = (action: string, params: object) => b.ebError(action, params).code;
    expect(code("CreateEventBus", { EventBusName: "bus-10" })).toBe("LimitExceeded.EventBus");
    expect(code("CreateEventBus", { EventBusName: "bus-1" })).toBe("ResourceInUse.EventBus");
    expect(code("CreateEventBus", { EventBusName: "1" })).toBe("InvalidParameterValue.EventBusName");
    expect(code("CreateEventBus", { EventBusName: "ab", Description: "d".repeat(201) })).toBe(
      "InvalidParameterValue.Description",
    );
    const filter = { Filters: [{ Name: "Colour", Values: [] }] };
    expect(code("ListEventBuses", filter)).toBe("InvalidParameterValue.Filters");
  });
});

describe("rules", () => {
  it("are created, shown, changed and deleted", () => {
    const b = eventBench();
    const at = b.rule({ Description: "d" });
    const shown = { ...at, RuleName: "images", Description: "d", Enable: true, EventPattern: IMAGE_PATTERN };
    expect(b.eb("GetRule", at)).toMatchObject(shown);
    b.tick(60_000);
    b.eb("UpdateRule", { ...at, Enable: false, EventPattern: '{"source":["x"]}' });
    const changed = { Enable: false, EventPattern: '{"source":["x"]}', RuleName: "images", Description: "d" };
    expect(b.eb("GetRule", at)).toMatchObject({
      ...changed,
      AddTime: "2026-01-15T16:00:00+08:00",
      ModTime: "2026-01-15T16:01:00+08:00",
    });
    expect(b.eb("ListRules", { EventBusId: b.busId }).Rules).toMatchObject([{ ...at, Enable: false, Targets: [] }]);
    b.eb("DeleteRule", at);
    expect(b.eb("ListRules", { EventBusId: b.busId })).toMatchObject({ Rules: [], TotalCount: 0 });
    expect(b.ebError("GetRule", at).code).toBe("ResourceNotFound.Rule");
  });

  it.each([
    [{ EventPattern: '{"source":[{"exists":true}]}' }, "InvalidParameterValue.EventPattern"],
    [{ EventPattern: "{" }, "InvalidParameterValue.EventPattern"],
    [{ RuleName: "-" }, "InvalidParameterValue.RuleName"],
    [{ Description: "d".repeat(201) }, "InvalidParameterValue.Description"],
    [{ EventBusId: "eb-00000000" }, "ResourceNotFound.EventBus"],
  ])("are refused with %j", (params, code) => {
    const b = eventBench();
    const at = b.rule();
    expect(b.ebError("UpdateRule", { ...at, ...params }).code).toBe(code);
    const created = { EventBusId: b.busId, RuleName: "ab", EventPattern: IMAGE_PATTERN, ...params };
    expect(b.ebError("CreateRule", created).code).toBe(code);
  });

  it("name the place of a mistake in a pattern", () => {
    const error = eventBench().ebError("CheckRule", { Event: "{}", EventPattern: '{"data":{"a":[{"near":1}]}}' });
    expect(error.code).toBe("InvalidParameterValue.InvalidPattern");
    expect(error.message).toContain("`data.a.0.near`");
  });

  it("are limited: 200 on the default bus, 10 on a custom one", () => {
    const b = eventBench();
    const custom = b.eb("CreateEventBus", { EventBusName: "mine" }).EventBusId;
    for (const [EventBusId, most] of [
      [b.busId, 200],
      [custom, 10],
    ] as const) {
      for (let i = 0; i < most; i += 1) b.rule({ EventBusId });
      const more = { EventBusId, RuleName: "more", EventPattern: IMAGE_PATTERN };
      expect(b.ebError("CreateRule", more).code).toBe("LimitExceeded.Rule");
    }
  });

  it("come in pages and in order", () => {
    const b = eventBench();
    const made = ["a1", "b1", "c1"].map((RuleName) => {
      b.tick(1000);
      return b.rule({ RuleName });
    });
    const names = (params: object) =>
      b
        .eb("ListRules", { EventBusId: b.busId, ...params })
        .Rules.map((rule) => (rule as { RuleName: string }).RuleName);
    expect(names({})).toEqual(["a1", "b1", "c1"]);
    expect(names({ Order: "DESC", Limit: 2 })).toEqual(["c1", "b1"]);
    b.tick(1000);
    b.eb("UpdateRule", { ...made[0], Enable: false });
    expect(names({ OrderBy: "ModTime", Offset: 2 })).toEqual(["a1"]);
    const code = (params: object) => b.ebError("ListRules", { EventBusId: b.busId, ...params }).code;
    expect(code({ Limit: 101 })).toBe("InvalidParameterValue.Limit");
    expect(code({ Order: "up" })).toBe("InvalidParameterValue.Order");
    expect(code({ OrderBy: "toString" })).toBe("InvalidParameterValue.OrderBy");
  });

  it("CheckRule tells whether an event matches", () => {
    const b = eventBench();
    const check = (event: object) => ({ Event: JSON.stringify(event), EventPattern: IMAGE_PATTERN });
    const event = { source: "cvm.cloud.tencent", data: { eventName: "CreateImage" } };
    expect(b.eb("CheckRule", check(event))).toHaveProperty("RequestId");
    expect(b.ebError("CheckRule", check({})).code).toBe("FailedOperation.ErrorFilter");
    expect(b.ebError("CheckRule", { Event: "xdd", EventPattern: IMAGE_PATTERN }).code).toBe("InvalidParameter");
  });
});

describe("targets", () => {
  it("are created, shown, changed and deleted, and keep their rule from being deleted", () => {
    const b = eventBench();
    const at = b.target({ EnableBatchDelivery: true, BatchEventCount: 5, BatchTimeout: 60 });
    const rule = { EventBusId: at.EventBusId, RuleId: at.RuleId };
    const batch = { EnableBatchDelivery: true, BatchEventCount: 5, BatchTimeout: 60 };
    const description = { ResourceDescription: FUNCTION, SCFParams: batch };
    expect(b.eb("ListTargets", rule).Targets).toMatchObject([{ ...at, ...batch, TargetDescription: description }]);
    b.eb("UpdateTarget", { ...at, EnableBatchDelivery: false });
    expect(b.eb("ListTargets", rule).Targets).toMatchObject([{ ...batch, EnableBatchDelivery: false }]);
    expect(b.ebError("DeleteRule", rule).code).toBe("ResourceInUse.Rule");
    expect(b.eb("ListRules", { EventBusId: b.busId }).Rules).toMatchObject([
      { Targets: [{ TargetId: at.TargetId, Type: "scf" }] },
    ]);
    b.eb("DeleteTarget", at);
    expect(b.ebError("DeleteTarget", at).code).toBe("ResourceNotFound.Target");
    b.eb("DeleteRule", rule);
  });

  it.each([
    [{ Type: "cls" }, "InvalidParameterValue.Type"],
    [{ TargetDescription: { ResourceDescription: "replicate" } }, "InvalidParameterValue.TargetDescription"],
    [
      { TargetDescription: { ResourceDescription: FUNCTION.replace(MAIN.uin, GOLDEN.uin) } },
      "InvalidParameterValue.TargetDescription",
    ],
    [
      { TargetDescription: { ResourceDescription: FUNCTION.replace("replicate", "other") } },
      "ResourceNotFound.Function",
    ],
    [{ BatchTimeout: 61 }, "InvalidParameterValue.BatchTimeout"],
    [{ BatchEventCount: 0 }, "InvalidParameterValue.BatchEventCount"],
    [{ RuleId: "rule-00000000" }, "ResourceNotFound.Rule"],
  ])("are refused with %j", (params, code) => {
    const b = eventBench();
    const all = { ...b.rule(), Type: "scf", TargetDescription: { ResourceDescription: FUNCTION }, ...params };
    expect(b.ebError("CreateTarget", all).code).toBe(code);
  });

  it("are at most ten", () => {
    const b = eventBench();
    const at = b.rule();
    const more = { ...at, Type: "scf", TargetDescription: { ResourceDescription: FUNCTION } };
    for (let i = 0; i < 10; i += 1) b.eb("CreateTarget", more);
    expect(b.ebError("CreateTarget", more).code).toBe("LimitExceeded.Target");
  });
});

describe("an exported world", () => {
  it("keeps rules, targets and events that wait", () => {
    const b = eventBench();
    const { TargetId: _, ...at } = b.target({ EnableBatchDelivery: true, BatchEventCount: 2, BatchTimeout: 60 });
    b.createImage();
    const json: unknown = JSON.parse(JSON.stringify(exportWorld(b.world)));
    const other = eventBench();
    other.rule({ RuleName: "gone" });
    importWorld(other.world, json);
    expect(other.eb("ListTargets", at).Targets).toEqual(b.eb("ListTargets", at).Targets);
    expect(other.eb("ListRules", { EventBusId: b.busId }).TotalCount).toBe(1);
    other.createImage("second");
    expect(other.received()).toHaveLength(1);
  });
});
