// The control API shows functions and invocations, and no secret of them.
import { expect, it } from "vitest";
import { exportWorld } from "../../../emulator/control/snapshot.ts";
import { issueRoleSession } from "../../../emulator/services/identity/sessions.ts";
import { makeRole } from "../identity/support.ts";
import { bench, MAIN } from "../support.ts";
import { functionBench } from "./support.ts";

it("shows functions without the values of their variables, and what was invoked", async () => {
  const b = await functionBench();
  const Environment = { Variables: [{ Key: "PASSWORD", Value: "very-secret" }] };
  await b.deploy("shown", "exports.main_handler = async () => { console.log('one'); throw new Error('no'); };", {
    Environment,
  });
  const { FunctionRequestId } = await b.invoke("shown");
  const get = async (path: string) => (await fetch(`${b.emulator.url}/_emulator/${path}`)).text();
  const functions = await get("functions");
  expect(JSON.parse(functions)).toMatchObject({
    functions: [{ name: "shown", status: "Active", settings: { environment: ["PASSWORD"] }, waiting: [] }],
  });
  expect(functions).not.toContain("very-secret");
  expect(JSON.parse(await get("invocations?function=shown"))).toMatchObject({
    invocations: [
      {
        requestId: FunctionRequestId,
        function: "shown",
        retry: 0,
        error: { status: 430 },
        result: expect.stringMatching(/user code exception/) as string,
        log: ["one"],
      },
    ],
  });
  expect(JSON.parse(await get("invocations?function=other"))).toEqual({ invocations: [] });
  await b.close();
});

it("lets nobody without a key bring functions or keys, or take keys, while functions run", async () => {
  const b = await functionBench();
  await b.deploy("fn", "exports.main_handler = async () => 1;");
  const other = bench();
  makeRole(other, "runner");
  issueRoleSession(other.world, MAIN.uin, "runner", 60_000);
  const exported = exportWorld(other.world);
  const { functions } = exportWorld(b.world);
  const put = async (body: object) => {
    const response = await fetch(`${b.emulator.url}/_emulator/import`, { method: "PUT", body: JSON.stringify(body) });
    return [response.status, await response.text()];
  };
  const refusal = [400, expect.stringMatching(/cannot be imported while functions run/)];
  expect(await put({ ...exported, sessions: [], functions })).toEqual(refusal);
  expect(await put({ ...exported, functions: { 0: functions?.[0] }, sessions: [] })).toEqual(refusal);
  expect(await put(exported)).toEqual(refusal);
  expect(b.world.functions.size).toBe(1);
  expect((await put({ ...exported, sessions: [] }))[0]).toBe(200);
  b.world.sessions.push(...other.world.sessions);
  const open = await (await fetch(`${b.emulator.url}/_emulator/export`)).text();
  expect(JSON.parse(open)).toMatchObject({ cam: { roles: [{ name: "runner" }] }, sessions: [] });
  expect(open).not.toContain(other.world.sessions[0]?.secretKey);
  await b.close();
});
