// From an audit event through a rule to the queue of a function.
import { describe, expect, it } from "vitest";
import { addFault, endFaults } from "../../../emulator/api/faults.ts";
import { changeImage } from "../../../emulator/control/console.ts";
import { deliverDue } from "../../../emulator/services/events/deliver.ts";
import { GOLDEN, MAIN } from "../support.ts";
import { type EventBench, eventBench } from "./support.ts";

const later = (b: EventBench, ms: number) => {
  b.tick(ms);
  deliverDue(b.world);
};
const count = (b: EventBench) => b.received().length;

describe("an event", () => {
  it("reaches the function as the audit event is", () => {
    const b = eventBench();
    b.target();
    b.createImage();
    expect(b.received()).toEqual([b.world.events.at(-1)?.event]);
    const [delivery] = b.world.deliveries;
    expect(delivery).toMatchObject({ eventIds: [b.world.events.at(-1)?.event.id], result: "ok" });
  });

  it("arrives in ap-guangzhou from every region", () => {
    const b = eventBench();
    b.target();
    b.call("CreateImage", { ImageName: "n", InstanceId: "ins-abcd1234" }, { region: "eu-frankfurt" });
    expect(b.received()).toMatchObject([{ region: "eu-frankfurt", data: { eventRegion: "eu-frankfurt" } }]);
  });

  it("of another account, or that no rule matches, reaches nobody", () => {
    const b = eventBench();
    b.target();
    b.call("CreateImage", { ImageName: "n", InstanceId: "ins-abcd1234" }, { account: GOLDEN });
    changeImage(b.world, { region: "ap-guangzhou", imageId: b.image() }, { description: "d" });
    expect(count(b)).toBe(0);
  });

  it("of a write that the console made, or that failed, arrives too", () => {
    const b = eventBench();
    b.target();
    b.image({ silent: false });
    expect(b.refusal("CreateImage", { ImageName: "", InstanceId: "ins-abcd1234" })).toBe("InvalidParameterValue");
    expect(b.received()).toMatchObject([
      { type: "cvm:CloudEvent:ConsoleCall" },
      { data: { errorCode: "InvalidParameterValue" } },
    ]);
  });

  it("goes to every target of every rule, but not of a disabled one", () => {
    const b = eventBench();
    b.target();
    b.target({}, { RuleName: "second" });
    b.target({}, { RuleName: "off", Enable: false });
    b.createImage();
    expect(count(b)).toBe(2);
  });

  it("is lost if the function was deleted", () => {
    const b = eventBench();
    b.target();
    b.world.functions.clear();
    b.createImage();
    expect(b.world.deliveries).toMatchObject([{ requestId: "", result: "ResourceNotFound.Function" }]);
  });

  it("of the other services names all resources as `*`", () => {
    const b = eventBench();
    b.target({}, { EventPattern: '{"source":["eb.cloud.tencent"]}' });
    b.rule({ RuleName: "other" });
    const events = b.received() as { resource: unknown; data: { eventName: string; resources: string } }[];
    expect(events.map(({ data }) => data.eventName)).toEqual(["CreateTarget", "CreateRule"]);
    expect(events[1]).toMatchObject({ resource: [], data: { resources: '["*"]', resourceType: "eb" } });
  });
});

describe("PutEvents", () => {
  const event = { Source: "mine", Type: "t", Subject: "s", Data: '{"eventName":"x"}' };

  it("delivers to the rules of a custom bus, without an audit event", () => {
    const b = eventBench();
    const EventBusId = b.eb("CreateEventBus", { EventBusName: "mine" }).EventBusId;
    b.target({}, { EventBusId, EventPattern: '{"data":{"eventName":["x"]}}' });
    const before = b.world.events.length;
    b.eb("PutEvents", { EventBusId, EventList: [event, { ...event, Data: "{}" }] });
    expect(b.received()).toMatchObject([{ source: "mine", data: { eventName: "x" }, region: "ap-guangzhou" }]);
    expect(b.world.events).toHaveLength(before);
  });

  it("refuses the default bus, data that is not JSON, and more than 64 KB", () => {
    const b = eventBench();
    const EventBusId = b.eb("CreateEventBus", { EventBusName: "mine" }).EventBusId;
    const code = (params: object) => b.ebError("PutEvents", { EventBusId, EventList: [event], ...params }).code;
    expect(code({ EventBusId: b.busId })).toBe("InvalidParameterValue.InvalidEventBus");
    expect(code({ EventList: [{ ...event, Data: "{" }] })).toBe("InvalidParameterValue.InvalidEvent");
    const large = JSON.stringify("x".repeat(65_536));
    expect(code({ EventList: [{ ...event, Data: large }] })).toBe("InvalidParameterValue.InvalidEvent");
  });
});

describe("batch delivery", () => {
  const BATCH = { EnableBatchDelivery: true, BatchEventCount: 3, BatchTimeout: 30 };

  it("waits until the batch is full", () => {
    const b = eventBench();
    b.target(BATCH);
    b.createImage("a");
    b.createImage("b");
    expect(count(b)).toBe(0);
    b.createImage("c");
    const names = (b.received()[0] as { data: { requestParameters: string } }[]).map(
      ({ data }) => (JSON.parse(data.requestParameters) as { ImageName: string }).ImageName,
    );
    expect(names).toEqual(["a", "b", "c"]);
  });

  it("or until its time is over", () => {
    const b = eventBench();
    b.target(BATCH);
    b.createImage();
    later(b, 29_999);
    expect(count(b)).toBe(0);
    later(b, 1);
    expect(b.received()).toMatchObject([[{ source: "cvm.cloud.tencent" }]]);
  });

  it("to a target that was deleted meanwhile does not happen", () => {
    const b = eventBench();
    const at = b.target(BATCH);
    b.createImage();
    b.eb("DeleteTarget", at);
    later(b, 60_000);
    expect([count(b), b.world.eventQueue.length]).toEqual([0, 0]);
  });
});

describe("faults of deliveries", () => {
  const match = { service: "eb", action: "deliver" };

  it("deliver an event several times, or never", () => {
    const b = eventBench();
    b.target();
    addFault(b.world, { match, effect: { kind: "deliver-times", count: 3 } });
    b.createImage("a");
    expect(count(b)).toBe(3);
    addFault(b.world, { match, effect: { kind: "deliver-times", count: 0 } });
    b.createImage("b");
    expect(count(b)).toBe(3);
    b.createImage("c");
    expect(count(b)).toBe(4);
  });

  it("deliver it late, also together", () => {
    const b = eventBench();
    b.target();
    addFault(b.world, { match: { ...match, account: MAIN.uin }, effect: { kind: "deliver-late", ms: 5000 } });
    addFault(b.world, { match, effect: { kind: "deliver-times", count: 2 } });
    b.createImage();
    later(b, 4999);
    expect(count(b)).toBe(0);
    later(b, 1);
    expect(count(b)).toBe(2);
  });

  it("name the delivery: those of calls leave it alone", () => {
    const b = eventBench();
    b.target();
    const late = addFault(b.world, { match, effect: { kind: "deliver-late", ms: 1 } });
    const lost = addFault(b.world, { match: { nth: 9 }, effect: { kind: "drop-before" } });
    b.createImage();
    expect([late.seen, lost.seen]).toEqual([1, 1]);
    endFaults(b.world);
  });
});
