// A call for each action of CLS whose answer shows as much as there can be.
import type { Bench } from "../support.ts";
import { encodeGroup, encodeLog, logBench, RULE } from "./support.ts";

const on = (b: Bench) => logBench({}, b);

/** The body of a call to UploadLog. */
export const LOG_BODY = encodeGroup([encodeLog(1768464000, { id: "1" })]);

export const LOG_CALLS: Readonly<Record<string, (b: Bench) => object>> = {
  "cls.CreateIndex": (b) => ({ TopicId: on(b).topic({}, null), Rule: RULE }),
  "cls.CreateLogset": () => ({ LogsetName: "new" }),
  "cls.CreateTopic": (b) => ({ LogsetId: on(b).cls("CreateLogset", { LogsetName: "new" }).LogsetId, TopicName: "t" }),
  "cls.DeleteIndex": (b) => ({ TopicId: on(b).topic() }),
  "cls.DeleteLogset": (b) => ({ LogsetId: on(b).cls("CreateLogset", { LogsetName: "new" }).LogsetId }),
  "cls.DeleteTopic": (b) => ({ TopicId: on(b).topic() }),
  "cls.DescribeIndex": (b) => ({ TopicId: on(b).topic() }),
  "cls.DescribeLogsets": (b) => {
    on(b).topic();
    return {};
  },
  "cls.DescribeTopics": (b) => {
    on(b).topic({ Tags: [{ Key: "k", Value: "v" }] });
    return {};
  },
  "cls.ModifyIndex": (b) => ({ TopicId: on(b).topic(), Status: false }),
  "cls.SearchLog": (b) => {
    const bench = on(b);
    const TopicId = bench.topic();
    bench.send(TopicId, { id: "1" });
    return { TopicId, From: 0, To: b.world.now() + 1, QueryString: "id:1" };
  },
  "cls.UploadLog": (b) => ({ TopicId: on(b).topic() }),
};
