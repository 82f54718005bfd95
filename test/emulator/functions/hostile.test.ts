// Functions that harm the emulator: it goes on, and leaves no folder behind.
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callAction } from "../../../emulator/api/dispatch.ts";
import { trustIn } from "../identity/support.ts";
import { MAIN } from "../support.ts";
import { type FunctionBench, functionBench, REGION } from "./support.ts";

let b: FunctionBench;

beforeAll(async () => {
  b = await functionBench();
});

afterAll(async () => {
  await b.close();
});

const statusOf = (text: string) => (JSON.parse(text) as { statusCode: unknown }).statusCode;

describe("a function", () => {
  it.each([
    ["a number as its answer", '{"text":5}'],
    ["an object as its failure", '{"failure":{"a":1}}'],
    ["an object as an answer", '{"text":{"a":1}}'],
    ["null", "null"],
    ["an answer to no call", '{"text":"1"}'],
  ])("that writes %s to the pipe of its process fails, and the emulator goes on", async (name, line) => {
    const code = `exports.main_handler = async () => {
      require("node:fs").writeSync(3, ${JSON.stringify(`${line}\n`)});
      await new Promise((go) => setTimeout(go, 500));
    };`;
    const id = name.replaceAll(" ", "-");
    await b.deploy(id, code);
    const result = await b.invoke(id);
    expect(result.ErrMsg).toBe("the function wrote to file descriptor 3");
    expect(statusOf(result.RetMsg)).toBe(430);
    // As an event, where nobody waits for the answer.
    await b.call("UpdateFunctionEventInvokeConfig", {
      FunctionName: id,
      AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 0 }], MsgTTL: 60 },
    });
    await b.call("Invoke", { FunctionName: id, InvocationType: "Event" });
    expect(await b.invocations(id, 2)).toMatchObject([{}, { error: { status: 430 } }]);
  });

  it("that throws what no text can be made of fails by its code", async () => {
    await b.deploy("bare", "exports.main_handler = async () => { throw Object.create(null); };");
    expect(statusOf((await b.invoke("bare")).RetMsg)).toBe(430);
  });

  it("whose folder cannot be deleted at once ends all the same", async () => {
    // A process that left the group fills the folder while it is deleted.
    const filler = `const fs = require("node:fs");
      for (const end = Date.now() + 1500; Date.now() < end;)
        for (let i = 0; i < 50; i += 1) {
          try { fs.mkdirSync("d" + i + "/e", { recursive: true }); fs.writeFileSync("d" + i + "/e/f" + Date.now(), ""); } catch {}
        }`;
    await b.deploy(
      "filler",
      `exports.main_handler = async () => {
         const { spawn } = require("node:child_process");
         spawn(process.execPath, ["-e", ${JSON.stringify(filler)}], { detached: true, stdio: "ignore" }).unref();
         await new Promise((go) => setTimeout(go, 500));
         process.exit(1);
       };`,
    );
    expect(statusOf((await b.invoke("filler")).RetMsg)).toBe(439);
    await sleep(2000);
    await b.deploy("after", "exports.main_handler = async () => 1;");
    expect((await b.invoke("after")).RetMsg).toBe("1");
  });

  it("cannot have a variable that no process can have", async () => {
    const Environment = { Variables: [{ Key: "A", Value: "a\0b" }] };
    await expect(b.deploy("zero", "exports.main_handler = async () => 1;", { Environment })).rejects.toMatchObject({
      code: "InvalidParameterValue.Environment",
    });
  });
});

it("an instance whose role is gone when its keys are renewed is not busy for ever", async () => {
  const own = await functionBench();
  const call = (action: string, params: Record<string, unknown>) =>
    callAction(own.world, { account: MAIN, service: "cam", action, version: "2019-01-16", region: REGION, params });
  call("CreateRole", { RoleName: "runner", PolicyDocument: trustIn() });
  await own.deploy("fn", "exports.main_handler = async () => process.env.USER_CODE_ROOT;", { Role: "runner" });
  const root = JSON.parse((await own.invoke("fn")).RetMsg) as string;
  call("DeleteRole", { RoleName: "runner" });
  for (const session of own.world.sessions) Object.assign(session, { expiresAt: own.world.now() });
  expect((await own.invoke("fn")).InvokeResult).toBe(-1);
  own.advance(31 * 60_000);
  await sleep(1000);
  expect(existsSync(root)).toBe(false);
  await own.close();
});
