// The control API shows functions and invocations, and no secret of them.
import { expect, it } from "vitest";
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
