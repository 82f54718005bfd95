// The expected behaviour of each value of each switch of EventBridge and CLS, for the test of all switches.
import { expect } from "vitest";
import type { EVENT_SWITCHES } from "../../../emulator/settings/event-switches.ts";
import type { Switches } from "../../../emulator/settings/switches.ts";
import { logBench } from "../logs/support.ts";
import { eventBench } from "./support.ts";

type Cases = { [K in keyof typeof EVENT_SWITCHES]: (value: Switches[K]) => void };

export const EVENT_CASES: Cases = {
  eventBatchShape(value) {
    const b = eventBench({ switches: { eventBatchShape: value } });
    b.target({ EnableBatchDelivery: true, BatchEventCount: 1 });
    b.createImage();
    const event = b.world.events.at(-1)?.event;
    expect(b.received()).toEqual([{ list: [event], "event-if-one": event, events: { events: [event] } }[value]]);
  },
  clsMissingIndex(value) {
    const b = logBench({ switches: { clsMissingIndex: value } });
    const TopicId = b.topic({}, null);
    if (value === "error") expect(b.clsError("DescribeIndex", { TopicId }).code).toBe("ResourceNotFound.IndexNotExist");
    else expect(b.cls("DescribeIndex", { TopicId })).toMatchObject({ Status: false, Rule: null });
  },
};
