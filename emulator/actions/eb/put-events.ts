// eb 2021-04-16 PutEvents: delivers events of a user to the rules of a custom bus.
import { ApiError } from "../../errors.ts";
import { invalid } from "../../services/events/check-values.ts";
import { publish } from "../../services/events/deliver.ts";
import { requireBus } from "../../services/events/find-rule.ts";
import { defineAction } from "../shared/define-action.ts";

/** Bytes of an event (product documentation 1108/42271). */
const MOST_BYTES = 64 * 1024;

export const putEvents = defineAction(
  "eb",
  "PutEvents",
  (call, { EventBusId, EventList }) => {
    const { world, region } = call;
    const bus = requireBus(call, EventBusId);
    if (bus.type !== "Custom") throw invalid("InvalidEventBus", "only services put events into the default bus");
    const events = EventList.map(({ Source, Type, Subject, Data, Time, Region, Id }, index) => ({
      specversion: "1.0",
      id: Id ?? world.random.uuid(),
      source: Source,
      type: Type,
      subject: Subject,
      time: Time ?? world.now(),
      region: Region ?? region,
      datacontenttype: "application/json;charset=utf-8",
      data: dataOf(Data, `EventList.${index}.Data`),
    }));
    for (const event of events) publish(world, bus, event);
    return {};
  },
  // CloudAudit records changes of resources, not the traffic of a bus.
  { write: false },
);

function dataOf(text: string, path: string): unknown {
  if (Buffer.byteLength(text) > MOST_BYTES) throw invalid("InvalidEvent", `\`${path}\` is larger than 64 KB`);
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError("InvalidParameterValue.InvalidEvent", `\`${path}\` is not JSON.`);
  }
}
