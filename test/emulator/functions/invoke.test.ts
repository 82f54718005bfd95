// Functions run: deployed from zips and invoked through the vendor's client.
import { setTimeout as sleep } from "node:timers/promises";
import { strToU8 } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviations } from "../model/answer-check.ts";
import { base64, type FunctionBench, functionBench, zipOf } from "./support.ts";

let b: FunctionBench;

beforeAll(async () => {
  b = await functionBench();
});

afterAll(async () => {
  await b.close();
});

describe("a function", () => {
  it("gets its event and its context, and answers JSON", async () => {
    await b.deploy(
      "echo",
      `exports.main_handler = async (event, context) => {
         console.log("hello");
         return { event, context, left: context.getRemainingTimeInMillis() };
       };`,
      { Timeout: 5, Environment: { Variables: [{ Key: "COLOUR", Value: "red" }] } },
    );
    const result = await b.invoke("echo", { a: [1] }, { LogType: "Tail" });
    expect(result).toMatchObject({ InvokeResult: 0, ErrMsg: "", Log: "hello\n" });
    expect(result.MemUsage).toBeGreaterThan(1e6);
    const { event, context, left } = JSON.parse(result.RetMsg) as Record<string, Record<string, unknown>>;
    expect(event).toEqual({ a: [1] });
    expect(context).toMatchObject({
      memory_limit_in_mb: 128,
      time_limit_in_ms: 5000,
      request_id: result.FunctionRequestId,
      function_name: "echo",
      function_version: "$LATEST",
      namespace: "default",
      tencentcloud_region: "ap-guangzhou",
      tencentcloud_appid: "1250000001",
      tencentcloud_uin: "100000000001",
    });
    expect(JSON.parse(String(context?.["environment"]))).toMatchObject({ COLOUR: "red" });
    expect(left).toBeGreaterThan(1000);
    expect((await b.invoke("echo")).Log).toBe("");
    for (const action of ["Invoke", "InvokeFunction"]) {
      expect(deviations("scf", action, await b.call(action, { FunctionName: "echo" }))).toEqual([]);
    }
  });

  it("answers by its callback, by a value, or by nothing", async () => {
    await b.deploy("callback", "exports.main_handler = (e, c, done) => setTimeout(() => done(null, [e.a]), 5);");
    await b.deploy("value", "exports.main_handler = () => 'text';");
    await b.deploy("nothing", "exports.main_handler = async () => {};");
    expect((await b.invoke("callback", { a: 7 })).RetMsg).toBe("[7]");
    expect((await b.invoke("value")).RetMsg).toBe('"text"');
    expect((await b.invoke("nothing")).RetMsg).toBe("null");
  });

  it("can be an ES module, and can stand in a folder", async () => {
    await b.deploy(
      "module",
      { "src/main.mjs": strToU8("export const run = async () => import.meta.url") },
      { Handler: "src/main.run" },
    );
    expect((await b.invoke("module")).RetMsg).toMatch(/code\/src\/main.mjs"$/);
  });

  it("sees exactly these variables", async () => {
    await b.deploy("variables", "exports.main_handler = async () => process.env;", {
      Environment: { Variables: [{ Key: "COLOUR", Value: "red" }] },
    });
    const environment = JSON.parse((await b.invoke("variables")).RetMsg) as Record<string, string>;
    const { USER_CODE_ROOT: root, ...others } = environment;
    expect(others).toEqual({
      COLOUR: "red",
      TENCENTCLOUD_REGION: "ap-guangzhou",
      TENCENTCLOUD_APPID: "1250000001",
      TENCENTCLOUD_UIN: "100000000001",
      TENCENTCLOUD_RUNENV: "SCF",
      SCF_FUNCTIONNAME: "variables",
      SCF_NAMESPACE: "default",
      SCF_RUNTIME: "Nodejs20.19",
      TRIGGER_SRC: "",
    });
    expect(root).toMatch(/\/code\/$/);
  });

  it("is frozen between its calls: a timer does not tick, and the instance stays warm", async () => {
    await b.deploy(
      "timer",
      "let n = 0; setInterval(() => { n += 1 }, 20); exports.main_handler = async () => [n, process.pid];",
    );
    const read = async () => JSON.parse((await b.invoke("timer")).RetMsg) as [ticks: number, pid: number];
    const [, pid] = await read();
    const [before] = await read();
    await sleep(400);
    const [after, samePid] = await read();
    expect(samePid).toBe(pid);
    expect(after - before).toBeLessThan(5);
  });
});

describe("a function that fails", () => {
  it("answers its error with the stack", async () => {
    await b.deploy("error", "exports.main_handler = async () => { throw new Error('no luck') };");
    const result = await b.invoke("error");
    expect(result.InvokeResult).toBe(-1);
    expect(result.ErrMsg).toMatch(/^Error: no luck\n/);
    expect(JSON.parse(result.RetMsg)).toMatchObject({
      errorCode: -1,
      errorMessage: "user code exception caught",
      statusCode: 430,
      requestId: result.FunctionRequestId,
    });
  });

  it.each([
    ["has no such handler", "exports.other = () => 1", /is not a function/, 430],
    ["throws while it loads", "throw new Error('early')", /early/, 430],
    ["answers what is no JSON", "exports.main_handler = async () => 1n", /BigInt/, 430],
    [
      "ends its process",
      "exports.main_handler = async () => process.exit(3)",
      /User process exit when running: code 3/,
      439,
    ],
    [
      "has an unhandled rejection",
      "exports.main_handler = () => new Promise(() => Promise.reject(new Error('x')))",
      /User process exit/,
      439,
    ],
    ["answers too much", "exports.main_handler = async () => 'x'.repeat(7e6)", /exceeds the upper limit/, 407],
  ])("%s", async (what, code, message, status) => {
    const name = what.replace(/\W/g, "-").replace(/^/, "f-");
    await b.deploy(name, code);
    const result = await b.invoke(name);
    expect(result.ErrMsg).toMatch(message);
    expect(JSON.parse(result.RetMsg)).toMatchObject({ statusCode: status });
  });

  it.each([
    ["waits", "exports.main_handler = () => new Promise(() => setInterval(() => {}, 1000));"],
    ["spins", "exports.main_handler = () => { for (;;); };"],
  ])("is killed at its time limit if it %s", async (name, code) => {
    await b.deploy(name, code, { Timeout: 1 });
    const result = await b.invoke(name);
    expect(result.ErrMsg).toBe("Invoking task timed out after 1 seconds");
    expect(JSON.parse(result.RetMsg)).toMatchObject({ statusCode: 433 });
  });

  it("is killed when its resident memory passes the limit, and its next call has a new instance", async () => {
    await b.deploy(
      "memory",
      `const held = [];
       exports.main_handler = async ({ grow }) => {
         while (grow) { held.push(Buffer.alloc(8e6, 1)); await new Promise((go) => setTimeout(go, 5)); }
         return held.length;
       };`,
      { Timeout: 10 },
    );
    const result = await b.invoke("memory", { grow: true });
    expect(result.ErrMsg).toMatch(/more than 128 MB/);
    expect(result.MemUsage).toBeGreaterThan(128 * 1024 * 1024);
    expect((await b.invoke("memory")).RetMsg).toBe("0");
  });
});

describe("a zip that attacks", () => {
  const refusal = async (zip: Uint8Array) => {
    const params = {
      FunctionName: "attack",
      Code: { ZipFile: base64(zip) },
      Handler: "index.main",
      Runtime: "Nodejs20.19",
    };
    return b.call("CreateFunction", params).then(
      () => "accepted",
      (error: { code: string }) => error.code,
    );
  };

  it.each(["../evil.js", "/tmp/evil.js", "a\\..\\evil.js"])("is refused with the path %j", async (path) => {
    expect(await refusal(zipOf({ "index.js": strToU8(""), [path]: strToU8("evil") }))).toBe(
      "InvalidParameterValue.ZipFile",
    );
  });

  it("is refused with a link", async () => {
    const link = [strToU8("/etc"), { os: 3, attrs: 0o120777 << 16 }] as const;
    expect(await refusal(zipOf({ "index.js": strToU8(""), link: [...link] }))).toBe("InvalidParameterValue.ZipFile");
  });

  it("does not run if a file is longer than it says", async () => {
    const zip = zipOf(`exports.main_handler = () => 1; //${"0".repeat(30e6)}`);
    const central = Buffer.from(zip).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    Buffer.from(zip.buffer, zip.byteOffset).writeUInt32LE(100, central + 24);
    await b.deploy("bomb", "");
    await b.call("UpdateFunctionCode", { FunctionName: "bomb", ZipFile: base64(zip) });
    await sleep(10);
    expect((await b.invoke("bomb")).ErrMsg).toBe("index.js is damaged");
  });
});

describe("instances", () => {
  it("run side by side, one call in each", async () => {
    await b.deploy(
      "busy",
      "exports.main_handler = async ({ ms }) => { await new Promise((go) => setTimeout(go, ms)); return process.pid; };",
    );
    const pids = await Promise.all([1, 2, 3].map(async () => (await b.invoke("busy", { ms: 300 })).RetMsg));
    expect(new Set(pids).size).toBe(3);
    expect(pids).toContain((await b.invoke("busy", { ms: 0 })).RetMsg);
  });

  it("are as many as the reserved concurrency allows; further calls are refused", async () => {
    await b.deploy("alone", "exports.main_handler = () => new Promise((go) => setTimeout(go, 400));");
    await b.call("PutReservedConcurrencyConfig", { FunctionName: "alone", ReservedConcurrencyMem: 128 });
    const results = await Promise.all([1, 2].map(() => b.invoke("alone")));
    expect(results.map(({ InvokeResult }) => InvokeResult).sort()).toEqual([-1, 0]);
    expect(results.map(({ ErrMsg }) => ErrMsg).join("")).toMatch(/^ResourceLimitReached/);
  });

  it("end after new code, and after being idle by the emulator's clock", async () => {
    const code = (answer: string) => `exports.main_handler = async () => ["${answer}", process.pid];`;
    await b.deploy("new", code("old"));
    const read = async () => JSON.parse((await b.invoke("new")).RetMsg) as [string, number];
    const [, first] = await read();
    await b.call("UpdateFunctionCode", { FunctionName: "new", ZipFile: base64(zipOf(code("new"))) });
    await sleep(10);
    const [answer, second] = await read();
    expect([answer, second === first]).toEqual(["new", false]);
    b.advance(31 * 60_000);
    const isGone = (pid: number) => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    };
    while (![first, second].every(isGone)) await sleep(20);
  });
});
