// The output of the built commands in a cloud whose names and texts an attacker chose.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulated, startCli, startEmulatorProgram, temporaryFolder, userEnv } from "../e2e/support.ts";
import { RAW } from "./arbitraries.ts";

const CLEAR = "\u001b[2J\u001b[1;1H";
const NASTY = `${CLEAR}\u009b31m\u202e\u200b\u{e0041}\r\nPlan: nothing\u0007\u001b]52;c;eA==\u0007\u2028`;
const POLICY = `version: 1
policies:
  - name: p
    from: [ap-guangzhou]
    select: { newest: 50, name: ["web*"] }
    to: [ap-shanghai, ap-beijing]
    copy: { name: "{{sourceId}}", tags: { inherit: false } }
  - name: q
    from: [ap-guangzhou]
    select: { newest: 50, name: ["tagged*"] }
    to: [ap-shanghai]
    attempts: 1
`;

const folder = temporaryFolder();
let cloud: Emulated;
beforeAll(async () => {
  cloud = await startEmulatorProgram();
  writeFileSync(join(folder.path, "policy.yaml"), POLICY);
});
afterAll(async () => {
  await cloud.stop();
  folder.remove();
});

/** Runs a command and returns both of its outputs, after checking their bytes. */
async function outputOf(
  args: string[],
  more: Record<string, string> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const child = startCli(args, userEnv(cloud.url, more), folder.path);
  const bytes: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on("data", (chunk: Buffer) => bytes[0].push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => bytes[1].push(chunk));
  const { code } = await child.ended;
  const [out, err] = bytes.map((chunks) =>
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)),
  );
  for (const text of [out, err]) expect(text).not.toMatch(RAW);
  for (const text of [out, err]) expect(text).not.toContain("Internal error");
  return { code, out: out ?? "", err: err ?? "" };
}

const bake = (name: string) =>
  cloud.control("POST", "images", {
    region: "ap-guangzhou",
    name: `${name}${NASTY}`.slice(0, 60),
    description: NASTY,
    osName: NASTY,
    platform: NASTY,
    family: NASTY,
    tags: { [NASTY]: NASTY },
    sizeGiB: 60,
  });

const fault = (action: string, code: string, more: object = {}) =>
  cloud.control("POST", "faults", { match: { action, ...more }, effect: { kind: "error", code, message: NASTY } });

describe("control characters in names, tags and errors", { timeout: 60_000 }, () => {
  it("are escaped in the output of every command", async () => {
    await bake("web");
    await bake("tagged");
    const plan = await outputOf(["plan"]);
    expect(plan.out).toContain(
      '+ "web\\u001b[2J\\u001b[1;1H\\u009b31m\\u202e\\u200b\\u{e0041}\\u000d\\u000aPlan: nothing',
    );
    expect(plan.out.match(/^Plan: /gm)).toHaveLength(1);
    const planned = JSON.parse((await outputOf(["plan", "--json"])).out) as {
      create: { source: { name: string } }[];
    };
    expect(planned.create.map(({ source }) => source.name.slice(0, 20))).toContain(`web${NASTY}`.slice(0, 20));

    await fault("TagResources", "UnauthorizedOperation", { times: 1 });
    await fault("ModifyImageAttribute", "InvalidParameterValue.Nasty", { times: 1 });
    const apply = await outputOf(["apply", "--wait"]);
    expect(apply.code).toBe(3);
    expect(apply.err).toContain("web\\u001b[2J");
    expect(apply.err).toMatch(/ blocked: .*InvalidParameterValue\.Nasty: .*\ufffd\[2J/);
    expect(apply.err.match(/^Plan: /gm)).toHaveLength(1); // its own
    for (const line of apply.err.trimEnd().split("\n"))
      expect(line).toMatch(
        /^($|web|tagged|warning|problem|reading the cloud|[+~·!=-] | {2}[+~·!=-] | {4}\d+ images? not selected|Policy [pq]|Plan: 2 |Adds at most )/,
      );

    const status = await outputOf(["status"]);
    expect(status.out).toContain("web\\u001b[2J\\u001b[1;1H");
    expect(status.out.match(/ap-(shanghai|beijing)/g)?.length).toBeGreaterThanOrEqual(3);
    const recorded = JSON.parse((await outputOf(["status", "--json"])).out) as { copies: unknown[] };
    expect(recorded.copies).toHaveLength(3);
    JSON.parse((await outputOf(["apply", "--json"])).out);
  });

  it("are escaped in errors of the cloud, which keep their own lines", async () => {
    await fault("GetCallerIdentity", "AuthFailure.Nasty", { times: 2 });
    for (const command of ["plan", "apply"]) {
      const { code, out, err } = await outputOf([command]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toMatch(/^error: .*\ufffd\[2J.*Plan: nothing/);
    }
  });

  it("are escaped in errors of a policy, a file name and the environment", async () => {
    const file = `bad${CLEAR}\u009b.yaml`;
    writeFileSync(
      join(folder.path, file),
      `version: 1\n"${CLEAR.replaceAll("\u001b", "\\e")}\u202e": x\npolicies: ["\u009b"]\n`,
    );
    const { code, err } = await outputOf(["validate", "--policy", file]);
    expect(code).toBe(2);
    expect(err).toContain("bad\\u001b[2J");
    JSON.parse((await outputOf(["validate", "--json", "--policy", file])).out);
    const wrong = await outputOf(["plan"], { SETTLE: NASTY, STATE_URL: `x${NASTY}`, REPLICATOR_ENDPOINT: NASTY });
    expect(wrong.code).toBe(2);
  });
});
