// The actions of SCF without processes: states, settings, code in COS, triggers, versions, limits.
import { describe, expect, it } from "vitest";
import { storeObject } from "../../../emulator/world/services/bucket.ts";
import { type Bench, GOLDEN, MAIN } from "../support.ts";
import { creation, deployed, functionIn, SCF, ZIP } from "./deployed.ts";

const F = { FunctionName: "fn" };
const call = (b: Bench, action: string, params: object = F) =>
  b.call(action, params, SCF) as unknown as Record<string, unknown>;
const refusal = (b: Bench, action: string, params: object = F) => b.refusal(action, params, SCF);
const variables = (...keys: string[]) => ({ Environment: { Variables: keys.map((Key) => ({ Key, Value: "v" })) } });
const timer = (more: object = {}) => ({ ...F, TriggerName: "t", Type: "timer", TriggerDesc: "0 * * * * * *", ...more });

describe("a deployment", () => {
  it("is Creating, then Active; every change is Updating, then Active", () => {
    const b = deployed();
    const status = () => call(b, "GetFunction")["Status"];
    call(b, "CreateFunction", creation({ FunctionName: "second" }));
    expect([call(b, "GetFunction", { FunctionName: "second" })["Status"], status()]).toEqual(["Creating", "Active"]);
    for (const [action, params] of [
      ["UpdateFunctionCode", { ...F, ZipFile: ZIP }],
      ["UpdateFunctionConfiguration", { ...F, Timeout: 9 }],
    ] as const) {
      call(b, action, params);
      expect(status()).toBe("Updating");
      b.tick(3000);
      expect(status()).toBe("Active");
    }
  });

  it.each([
    ["UpdateFunctionCode", "FailedOperation.FunctionStatusError", { ZipFile: ZIP }],
    ["UpdateFunctionConfiguration", "FailedOperation.UpdateFunctionConfiguration", {}],
    ["DeleteFunction", "FailedOperation.FunctionStatusError", {}],
    ["CreateTrigger", "FailedOperation.CreateTrigger", timer()],
    ["Invoke", "FailedOperation.FunctionStatusError", {}],
    ["PublishVersion", "FailedOperation.PublishVersion", {}],
    ["PutReservedConcurrencyConfig", "FailedOperation.FunctionVersionStatusNotActive", { ReservedConcurrencyMem: 128 }],
  ])("refuses %s meanwhile with %s", (action, code, more) => {
    const b = deployed();
    call(b, "UpdateFunctionConfiguration", { ...F, Timeout: 9 });
    expect(refusal(b, action, { ...F, ...more })).toBe(code);
  });

  it("keeps the settings that are not given, and replaces all variables", () => {
    const b = deployed({ ...variables("A", "B"), Timeout: 60, Role: "r", ClsTopicId: "t" });
    call(b, "UpdateFunctionConfiguration", { ...F, MemorySize: 256, ...variables("C") });
    expect(call(b, "GetFunction")).toMatchObject({
      ...{ Timeout: 60, MemorySize: 256, Role: "r", ClsTopicId: "t", Handler: "index.main_handler" },
      Environment: { Variables: [{ Key: "C", Value: "v" }] },
    });
  });

  it("takes code from a bucket of the caller that is named without its app id", () => {
    const b = deployed(
      {},
      {
        buckets: [
          { name: `code-${MAIN.appId}`, region: "ap-guangzhou" },
          { name: `code-${GOLDEN.appId}`, region: "ap-guangzhou" },
        ],
      },
    );
    for (const { appId } of [MAIN, GOLDEN]) {
      const body = new Uint8Array(Buffer.from(ZIP, "base64"));
      const bucket = b.world.buckets.get(`code-${appId}`);
      if (bucket) storeObject(bucket, "a/f.zip", { body, etag: "", modifiedAt: 0, headers: {}, listedFrom: 0 });
    }
    const code = (more: object = {}) => ({ ...F, CosBucketName: "code", CosObjectName: "/a/f.zip", ...more });
    call(b, "UpdateFunctionCode", code());
    b.tick(3000);
    expect(refusal(b, "UpdateFunctionCode", code({ CosBucketName: `code-${MAIN.appId}` }))).toBe(
      "InvalidParameterValue.CosBucketName",
    );
    expect(refusal(b, "UpdateFunctionCode", code({ CosBucketRegion: "ap-tokyo" }))).toBe(
      "InvalidParameterValue.CosBucketName",
    );
    expect(refusal(b, "UpdateFunctionCode", code({ CosObjectName: "b" }))).toBe("InvalidParameterValue.CosObjectName");
    expect(refusal(b, "UpdateFunctionCode")).toBe("InvalidParameterValue.Code");
  });

  it("does not show code in the list of requests or in audit events", () => {
    const b = deployed();
    expect(JSON.stringify([b.world.requests, b.world.events])).not.toContain(ZIP);
  });
});

describe("CreateFunction refuses", () => {
  it.each([
    ["a name that is taken", {}, "ResourceInUse.Function"],
    ["a malformed name", { FunctionName: "1f" }, "InvalidParameterValue.FunctionName"],
    ["another namespace", { Namespace: "other" }, "ResourceNotFound.Namespace"],
    ["no runtime", { Runtime: undefined }, "MissingParameter.Runtime"],
    ["an unknown runtime", { Runtime: "Nodejs8.9" }, "InvalidParameterValue.Runtime"],
    ["a malformed handler", { Handler: "index" }, "InvalidParameterValue.Handler"],
    ["a handler outside the code", { Handler: "../index.main" }, "InvalidParameterValue.Handler"],
    ["96 MB", { MemorySize: 96 }, "InvalidParameterValue.MemorySize"],
    ["200 MB", { MemorySize: 200 }, "InvalidParameterValue.MemorySize"],
    ["3200 MB", { MemorySize: 3200 }, "InvalidParameterValue.MemorySize"],
    ["901 seconds", { Timeout: 901 }, "LimitExceeded.Timeout"],
    ["a reserved variable", variables("SCF_X"), "InvalidParameterValue.EnvironmentSystemProtect"],
    ["another reserved variable", variables("TENCENTCLOUD_REGION"), "InvalidParameterValue.EnvironmentSystemProtect"],
    ["a variable twice", variables("A", "A"), "InvalidParameterValue.Environment"],
    ["variables of more than 4 KB", variables("A".repeat(4097)), "InvalidParameterValue.EnvironmentExceededLimit"],
    ["what is no base64", { Code: { ZipFile: "%" } }, "InvalidParameterValue.ZipFileBase64BinasciiError"],
    ["what is no zip", { Code: { ZipFile: "AAAA" } }, "InvalidParameterValue.ZipFile"],
  ])("%s", (_, more, code) => {
    const b = deployed();
    const name = code.startsWith("ResourceInUse") ? "fn" : "gn";
    expect(refusal(b, "CreateFunction", creation({ FunctionName: name, ...more }))).toBe(code);
  });
});

describe("triggers", () => {
  it("are shown by GetFunction and ListTriggers, changed, and deleted", () => {
    const b = deployed();
    call(
      b,
      "CreateTrigger",
      timer({ TriggerDesc: '{"cron":"0 */5 * * * * *"}', Enable: "CLOSE", CustomArgument: "a" }),
    );
    const shown = { TriggerName: "t", Enable: 0, CustomArgument: "a", TriggerDesc: '{"cron":"0 */5 * * * * *"}' };
    expect(call(b, "GetFunction")).toMatchObject({ Triggers: [shown] });
    call(b, "UpdateTrigger", timer({ TriggerDesc: undefined, Enable: "OPEN" }));
    expect(call(b, "ListTriggers")).toMatchObject({ TotalCount: 1, Triggers: [{ ...shown, Enable: 1 }] });
    call(b, "DeleteTrigger", timer());
    expect(call(b, "ListTriggers")).toMatchObject({ TotalCount: 0 });
    expect(refusal(b, "DeleteTrigger", timer())).toBe("ResourceNotFound.Trigger");
  });

  it("are at most ten, each with a name and a cron expression of its own", () => {
    const b = deployed();
    for (let i = 0; i < 10; i += 1) call(b, "CreateTrigger", timer({ TriggerName: `t${i}` }));
    expect(refusal(b, "CreateTrigger", timer())).toBe("LimitExceeded.Trigger");
    expect(refusal(b, "CreateTrigger", timer({ TriggerName: "t1" }))).toBe("ResourceInUse.TriggerName");
    expect(refusal(b, "UpdateTrigger", timer({ TriggerName: "t1", TriggerDesc: "* * *" }))).toBe(
      "InvalidParameterValue.TriggerDesc",
    );
    expect(refusal(b, "UpdateTrigger", timer({ TriggerName: "t1", CustomArgument: "x".repeat(4097) }))).toBe(
      "InvalidParameterValue",
    );
    expect(refusal(b, "CreateTrigger", timer({ Type: "cos" }))).toBe("UnsupportedOperation.Trigger");
  });
});

describe("lists, versions and limits", () => {
  it("lists by tags, by names and in pages", () => {
    const b = deployed({ Tags: [{ Key: "Application", Value: "a" }] });
    call(b, "CreateFunction", creation({ FunctionName: "gn", Tags: [{ Key: "Application", Value: "b" }] }));
    const names = (params: object) =>
      (call(b, "ListFunctions", params)["Functions"] as { FunctionName: string }[]).map((one) => one.FunctionName);
    expect(names({ Filters: [{ Name: "tag-Application", Values: ["a"] }] })).toEqual(["fn"]);
    expect([names({}), names({ Limit: 1 }), names({ Offset: 1 }), names({ SearchKey: "g" })]).toEqual([
      ["gn", "fn"],
      ["gn"],
      ["fn"],
      ["gn"],
    ]);
    expect(call(b, "ListFunctions", { Limit: 1 })["TotalCount"]).toBe(2);
    expect(b.call("ListFunctions", {}, { ...SCF, account: GOLDEN }).TotalCount).toBe(0);
    expect(refusal(b, "ListFunctions", { Filters: [{ Name: "colour", Values: [] }] })).toBe(
      "InvalidParameterValue.Name",
    );
  });

  it("keeps published versions when the function changes", () => {
    const b = deployed({ Timeout: 9 });
    expect(call(b, "PublishVersion")["FunctionVersion"]).toBe("1");
    call(b, "UpdateFunctionConfiguration", { ...F, Timeout: 10 });
    expect(call(b, "GetFunction", { ...F, Qualifier: "1" })["Timeout"]).toBe(9);
    expect(call(b, "ListVersionByFunction")["FunctionVersion"]).toEqual(["$LATEST", "1"]);
  });

  it("sets reserved concurrency and the retries of events within limits", () => {
    const b = deployed();
    call(b, "PutReservedConcurrencyConfig", { ...F, ReservedConcurrencyMem: 256 });
    expect(call(b, "GetReservedConcurrencyConfig")["ReservedMem"]).toBe(256);
    call(b, "DeleteReservedConcurrencyConfig");
    expect(call(b, "GetReservedConcurrencyConfig")["ReservedMem"]).toBe(null);
    const config = (RetryNum: number, MsgTTL: number) => ({
      ...F,
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum }], MsgTTL },
    });
    call(b, "UpdateFunctionEventInvokeConfig", config(1, 3600));
    expect(call(b, "GetFunctionEventInvokeConfig")).toMatchObject({
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 1 }], MsgTTL: 3600 },
    });
    expect(refusal(b, "UpdateFunctionEventInvokeConfig", config(3, 3600))).toBe("LimitExceeded.RetryNum");
    expect(refusal(b, "UpdateFunctionEventInvokeConfig", config(1, 59))).toBe("LimitExceeded.MsgTTL");
  });

  it("deletes a function, and then knows it no more", () => {
    const b = deployed();
    call(b, "DeleteFunction");
    expect([functionIn(b), refusal(b, "GetFunction"), refusal(b, "Invoke")]).toEqual([
      undefined,
      "ResourceNotFound.Function",
      "ResourceNotFound.Function",
    ]);
  });

  it("does not run a function unless it was started for that, and has no GetFunctionLogs", () => {
    const b = deployed();
    expect(refusal(b, "Invoke")).toBe("FailedOperation.InvokeFunction");
    expect(refusal(b, "Invoke", { ...F, ClientContext: "{" })).toBe("InvalidParameterValue.Param");
    expect(refusal(b, "GetFunctionLogs")).toBe("UnsupportedOperation");
  });
});
