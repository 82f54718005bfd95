// What an invocation leaves: lines for CLS, and the variables and keys that it saw.
import { describe, expect, it } from "vitest";
import { environmentOf } from "../../../emulator/services/functions/function-environment.ts";
import { logLines } from "../../../emulator/services/functions/record-invocation.ts";
import type { Invocation, StoredFunction } from "../../../emulator/world/services/function.ts";
import { deployed, functionIn } from "./deployed.ts";

const invocation: Invocation = {
  requestId: "id-1",
  target: { account: "1", region: "ap-guangzhou", namespace: "default", name: "f", qualifier: "$LATEST" },
  isAsync: true,
  retry: 1,
  startedAt: 1000,
  text: "null",
  error: undefined,
  durationMs: 12.4,
  memoryBytes: 45 * 1024 * 1024,
  lines: [
    { at: 1001, isError: false, text: "plain" },
    { at: 1002, isError: true, text: '{"level":"warn","count":2,"inner":{"a":1},"SCF_RequestId":"forged"}' },
    { at: 1003, isError: false, text: "{not json" },
  ],
};

describe("the lines of an invocation in CLS", () => {
  const lines = logLines(invocation, 2000);

  it("are what it printed, between those of the platform", () => {
    expect(lines.map(({ fields }) => [fields["SCF_Type"], fields["SCF_Message"]?.replace(/ .*/, "")])).toEqual([
      ["Platform", "START"],
      ["Custom", "plain"],
      ["Custom", expect.stringMatching(/^\{"level"/)],
      ["Custom", "{not"],
      ["Platform", "END"],
      ["Platform", "Report"],
    ]);
    for (const { fields } of lines) {
      expect(fields).toMatchObject({
        SCF_FunctionName: "f",
        SCF_RequestId: "id-1",
        SCF_Qualifier: "$LATEST",
        SCF_Duration: "12",
        SCF_StartTime: "1000",
        SCF_RetryNum: "1",
        SCF_StatusCode: "200",
      });
    }
  });

  it("have a field for each member of a printed object, which cannot replace SCF's own", () => {
    expect(lines[2]).toMatchObject({
      timeMs: 1002,
      fields: { level: "warn", count: "2", inner: '{"a":1}', SCF_Level: "ERROR" },
    });
  });

  it("name the error of a failed one", () => {
    const failed = logLines({ ...invocation, error: { status: 433, message: "too slow" } }, 2000);
    expect(failed.map(({ fields }) => fields["SCF_Message"])).toContain("ERROR RequestId: id-1 Result: too slow");
    expect(failed[0]?.fields["SCF_StatusCode"]).toBe("433");
  });
});

describe("the variables of a function", () => {
  it("have the keys of its role, and the function cannot replace what SCF sets", () => {
    const b = deployed({
      Environment: {
        Variables: [
          { Key: "TRIGGER_SRC", Value: "mine" },
          { Key: "A", Value: "own" },
        ],
      },
    });
    const stored = functionIn(b) as StoredFunction;
    const session = {
      ...{ uin: stored.owner, appId: stored.appId, secretId: "id", secretKey: "key", token: "token" },
      ...{ role: { name: "r", id: "1", sessionName: "scf" }, expiresAt: 0 },
    };
    const given = { codeRoot: "/code/", source: "timer", session, extra: { A: "extra", B: "extra" } };
    expect(environmentOf(stored, stored.latest, given)).toMatchObject({
      ...{ TENCENTCLOUD_SECRETID: "id", TENCENTCLOUD_SECRETKEY: "key", TENCENTCLOUD_SESSIONTOKEN: "token" },
      ...{ TRIGGER_SRC: "timer", A: "own", B: "extra", USER_CODE_ROOT: "/code/" },
    });
    const without = environmentOf(stored, stored.latest, { ...given, session: undefined });
    expect(Object.keys(without).filter((key) => /SECRET|TOKEN/.test(key))).toEqual([]);
  });
});
