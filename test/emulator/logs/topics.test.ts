// CLS: logsets, topics and indexes by its API, uploads and searches.
import { describe, expect, it } from "vitest";
import { addFault } from "../../../emulator/api/faults.ts";
import { exportWorld, importWorld } from "../../../emulator/control/snapshot.ts";
import { TransportFault } from "../../../emulator/errors.ts";
import { appendLogs } from "../../../emulator/services/logs/append-logs.ts";
import { caught, GOLDEN, MAIN } from "../support.ts";
import { encodeGroup, encodeLog, logBench, RULE } from "./support.ts";

const DAY = 86_400_000;

describe("logsets and topics", () => {
  it("are created, listed by filters and deleted", () => {
    const b = logBench();
    const LogsetId = b.cls("CreateLogset", { LogsetName: "replicator", Tags: [{ Key: "app", Value: "x" }] }).LogsetId;
    expect(b.clsError("CreateLogset", { LogsetName: "replicator" }).code).toBe("InvalidParameter.LogsetConflict");
    const topic = { LogsetId, TopicName: "output", Period: 7, Describes: "d" };
    const { TopicId } = b.cls("CreateTopic", topic);
    expect(b.clsError("CreateTopic", topic).code).toBe("InvalidParameter.TopicConflict");
    const sets = (Key: string, value: string) =>
      b.cls("DescribeLogsets", { Filters: [{ Key, Values: [value] }] }).TotalCount;
    expect([
      sets("logsetName", "repl"),
      sets("logsetId", LogsetId),
      sets("tag:app", "x"),
      sets("tagKey", "other"),
    ]).toEqual([1, 1, 1, 0]);
    expect(b.cls("DescribeLogsets").Logsets).toMatchObject([
      { LogsetId, TopicCount: 1, CreateTime: "2026-01-15 16:00:00" },
    ]);
    expect(b.cls("DescribeTopics").Topics).toMatchObject([{ ...topic, TopicId, Index: false, StorageType: "hot" }]);
    const named = (more: object) =>
      b.cls("DescribeTopics", { Filters: [{ Key: "topicName", Values: ["out"] }], ...more }).TotalCount;
    expect([named({}), named({ PreciseSearch: 1 }), named({ PreciseSearch: 2 }), named({ BizType: 1 })]).toEqual([
      1, 0, 1, 0,
    ]);
    expect(b.clsError("DeleteLogset", { LogsetId }).code).toBe("FailedOperation.LogsetNotEmpty");
    b.cls("DeleteTopic", { TopicId });
    b.cls("DeleteLogset", { LogsetId });
    expect([b.cls("DescribeTopics").TotalCount, b.cls("DescribeLogsets").TotalCount]).toEqual([0, 0]);
  });

  it("belong to their account and region", () => {
    const b = logBench();
    const TopicId = b.topic();
    for (const other of [{ account: GOLDEN }, { region: "ap-beijing" }]) {
      expect(b.cls("DescribeTopics", {}, other).TotalCount).toBe(0);
      expect(b.clsError("DeleteTopic", { TopicId }, other).code).toBe("ResourceNotFound.TopicNotExist");
    }
  });

  it("may have ids of the caller's choice that end with the app id", () => {
    const b = logBench();
    const own = (LogsetId: string) => b.cls("CreateLogset", { LogsetName: LogsetId, LogsetId });
    expect(own(`logs-${MAIN.appId}`).LogsetId).toBe(`logs-${MAIN.appId}`);
    expect(b.clsError("CreateLogset", { LogsetName: "n", LogsetId: "logs" }).code).toBe("InvalidParameter");
  });

  it.each([
    [{ Period: 0 }, "FailedOperation.InvalidPeriod"],
    [{ Period: 3601 }, "FailedOperation.InvalidPeriod"],
    [{ PartitionCount: 11 }, "InvalidParameter"],
    [{ StorageType: "warm" }, "InvalidParameter"],
    [{ TopicName: "" }, "InvalidParameter"],
    [{ LogsetId: "none" }, "ResourceNotFound.LogsetNotExist"],
  ])("a topic with %j is refused", (params, code) => {
    const b = logBench();
    const { LogsetId } = b.cls("CreateLogset", { LogsetName: "set" });
    expect(b.clsError("CreateTopic", { LogsetId, TopicName: "t", ...params }).code).toBe(code);
  });
});

describe("an index", () => {
  it("is created once, shown, changed and deleted", () => {
    const b = logBench();
    const TopicId = b.topic({}, null);
    for (const action of ["DescribeIndex", "ModifyIndex", "DeleteIndex"]) {
      expect(b.clsError(action, { TopicId }).code).toBe("ResourceNotFound.IndexNotExist");
    }
    b.cls("CreateIndex", { TopicId, Rule: RULE });
    expect(b.clsError("CreateIndex", { TopicId, Rule: RULE }).code).toBe("InvalidParameter.IndexConflict");
    expect(b.cls("DescribeIndex", { TopicId })).toMatchObject({ Status: true, Rule: RULE });
    b.cls("ModifyIndex", { TopicId, Status: false });
    expect(b.cls("DescribeIndex", { TopicId })).toMatchObject({ Status: false, Rule: RULE });
    b.cls("DeleteIndex", { TopicId });
    const keys = [{ Key: "k", Value: { Type: "number" } }];
    const wrong = { TopicId, Rule: { KeyValue: { CaseSensitive: false, KeyValues: keys } } };
    expect(b.clsError("CreateIndex", wrong).message).toContain("`number` must be long, text, double");
  });

  it("makes only those logs searchable that arrive after it", () => {
    const b = logBench();
    const TopicId = b.topic({}, null);
    b.send(TopicId, { id: "before" });
    expect(b.ids(TopicId, "*")).toEqual([]);
    b.cls("CreateIndex", { TopicId, Rule: RULE });
    b.send(TopicId, { id: "after" });
    b.cls("ModifyIndex", { TopicId, Status: false });
    b.send(TopicId, { id: "off" });
    expect(b.ids(TopicId, "*")).toEqual(["after"]);
  });
});

describe("SearchLog", () => {
  it("finds what was uploaded, and the output of functions", () => {
    const b = logBench();
    const TopicId = b.topic();
    b.send(TopicId, { id: "1", level: "error" }, { id: "2", level: "info" });
    const line = { timeMs: b.world.now(), fields: { id: "3", level: "error" } };
    appendLogs(b.world, { account: MAIN.uin, region: "ap-guangzhou", topicId: TopicId }, [line]);
    appendLogs(b.world, { account: GOLDEN.uin, region: "ap-guangzhou", topicId: TopicId }, [line]);
    appendLogs(b.world, { account: MAIN.uin, region: "ap-guangzhou", topicId: "none" }, [line]);
    expect(b.ids(TopicId, "level:error")).toEqual(["1", "3"]);
    expect(b.ids(TopicId, "level:error", { Sort: "desc", QuerySyntax: 1, UseNewAnalysis: true })).toEqual(["3", "1"]);
  });

  it("includes From and excludes To", () => {
    const b = logBench();
    const TopicId = b.topic();
    b.send(TopicId, { id: "1" }, { id: "2" });
    const now = b.world.now();
    expect(b.ids(TopicId, "", { From: now - 1000, To: now })).toEqual(["1"]);
    expect(b.ids(TopicId, "", { From: now - 999, To: now + 1 })).toEqual(["2"]);
  });

  it("pages by Offset, and by Context without loss or repetition while logs arrive", () => {
    const b = logBench();
    const TopicId = b.topic();
    const ids = Array.from({ length: 7 }, (_, index) => String(index));
    b.send(TopicId, ...ids.map((id) => ({ id })));
    expect(b.ids(TopicId, "", { Limit: 3, Offset: 5 })).toEqual(["5", "6"]);
    const seen: string[] = [];
    let Context = "";
    for (;;) {
      const span = { From: 0, To: b.world.now() + 1, Limit: 3 };
      const page = b.cls("SearchLog", { TopicId, ...span, ...(Context && { Context }) });
      seen.push(...page.Results.map(({ LogJson }) => (JSON.parse(LogJson) as { id: string }).id));
      ({ Context } = page);
      if (page.ListOver) break;
      b.send(TopicId, { id: "new" });
    }
    expect(seen).toEqual(ids.toReversed());
    const wrong = { TopicId, From: 0, To: 1, Context: "x" };
    expect(b.clsError("SearchLog", wrong).code).toBe("FailedOperation.InvalidContext");
  });

  it.each([
    [{ QueryString: "(a" }, "FailedOperation.SyntaxError"],
    [{ QueryString: "* | select count(*)" }, "FailedOperation.SyntaxError"],
    [{ QueryString: "colour:red" }, "FailedOperation.QueryError"],
    [{ QueryString: "a".repeat(12_289) }, "InvalidParameter"],
    [{ Limit: 1001 }, "InvalidParameter"],
    [{ QuerySyntax: 2 }, "InvalidParameter"],
    [{ Sort: "up" }, "InvalidParameter"],
    [{ From: 1, To: 1 }, "InvalidParameter"],
    [{ TopicId: null }, "MissingParameter"],
    [{ TopicId: "none" }, "ResourceNotFound.TopicNotExist"],
  ])("is refused with %j", (params, code) => {
    const b = logBench();
    expect(b.clsError("SearchLog", { TopicId: b.topic(), From: 0, To: 1, ...params }).code).toBe(code);
  });
});

describe("a topic", () => {
  it("forgets lines after its period, one of 3640 days never", () => {
    const b = logBench();
    const [short, forever] = [b.topic({ Period: 1 }), b.topic({ Period: 3640 })];
    for (const id of [short, forever]) b.send(id, { id: "old" });
    b.tick(DAY + 1);
    for (const id of [short, forever]) b.send(id, { id: "new" });
    expect(b.ids(short, "", { From: 1 })).toEqual(["new"]);
    expect(b.ids(forever, "", { From: 1 })).toEqual(["old", "new"]);
  });

  it("keeps at most 50,000 lines, the newest ones", () => {
    const b = logBench();
    const topicId = b.topic();
    const at = { account: MAIN.uin, region: "ap-guangzhou", topicId };
    const lines = Array.from({ length: 50_001 }, (_, id) => ({ timeMs: b.world.now(), fields: { id: String(id) } }));
    appendLogs(b.world, at, lines);
    const kept = b.world.logTopics.get(topicId)?.lines ?? [];
    expect([kept.length, kept[0]?.fields["id"], kept.at(-1)?.fields["id"]]).toEqual([45_000, "5001", "50000"]);
  });

  it("has no audit events of uploads, but of its creation", () => {
    const b = logBench();
    b.send(b.topic(), { id: "1" });
    const events = b.world.events.map(({ event }) => `${event.source} ${event.data.eventName} ${event.data.resources}`);
    expect(events).toEqual(
      ["CreateLogset", "CreateTopic", "CreateIndex"].map((name) => `cls.cloud.tencent ${name} ["*"]`),
    );
  });

  it("has a log twice if the answer was lost and the client sent it again", () => {
    const b = logBench();
    const TopicId = b.topic();
    const body = encodeGroup([encodeLog(b.world.now(), { id: "1" })]);
    addFault(b.world, { match: { service: "cls", action: "UploadLog" }, effect: { kind: "drop-after" } });
    expect(caught(() => b.upload(TopicId, body))).toBeInstanceOf(TransportFault);
    b.upload(TopicId, body);
    expect(b.ids(TopicId, "")).toEqual(["1", "1"]);
    addFault(b.world, { match: { service: "cls", times: 0 }, effect: { kind: "http", status: 503 } });
    expect(caught(() => b.upload(TopicId, body))).toMatchObject({ kind: "http", status: 503 });
  });

  it("refuses what cannot be decoded, and takes nothing of it", () => {
    const b = logBench();
    const TopicId = b.topic();
    const good = encodeGroup([encodeLog(b.world.now(), { id: "1" })]);
    expect(b.uploadError(TopicId, Buffer.concat([good, good.subarray(0, 5)])).code).toBe("InvalidParameter.Content");
    expect(b.uploadError("none", good).code).toBe("ResourceNotFound.TopicNotExist");
    expect(b.uploadError(TopicId, good, "zstd").code).toBe("UnsupportedOperation");
    expect(b.ids(TopicId, "")).toEqual([]);
  });

  it("is in an exported world with its lines", () => {
    const b = logBench();
    const TopicId = b.topic();
    b.send(TopicId, { id: "1" });
    const other = logBench();
    importWorld(other.world, JSON.parse(JSON.stringify(exportWorld(b.world))));
    expect(other.ids(TopicId, "id:1")).toEqual(["1"]);
    expect(other.cls("DescribeLogsets").TotalCount).toBe(1);
  });
});
