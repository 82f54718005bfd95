// The settings of a deployment, which are checked before anything is sent.
import { describe, expect, it } from "vitest";
import { settingsProblems } from "../../deploy/serverless-plugin/settings.ts";

const SERVER = "postgres://replicator@db.example/state";

function problemsOf(variables: Record<string, string | null>, { stage = "dev", vpcConfig = {} } = {}): string[] {
  return settingsProblems({ provider: { environment: { variables }, vpcConfig } }, [{}, {}], stage);
}

describe("settings with which the functions can start", () => {
  it.each([
    ["no state, as a bucket is made", { STATE_URL: "" }],
    ["a bucket", { STATE_URL: "cos://images-1250000000/state?region=ap-tokyo" }],
    ["a server without a password", { STATE_URL: SERVER }],
    [
      "a server whose password is a secret",
      { STATE_URL: SERVER, STATE_PASSWORD_SECRET: "replicator-db:v1", TENCENTCLOUD_REGION: "ap-guangzhou" },
    ],
    ["optional variables that are not set", { STATE_URL: "", REPLICATOR_INSTALLATION: null }],
  ])("%s", (_, variables) => {
    expect(problemsOf(variables)).toEqual([]);
  });
});

describe("settings that are refused", () => {
  it("are reported all at once, each one once", () => {
    const problems = problemsOf(
      { STATE_URL: "sqlite:state.db", LOG_LEVEL: "" },
      { stage: "My_Stage", vpcConfig: { vpcId: "vpc-1", subnetId: "" } },
    );
    expect(problems).toEqual([
      expect.stringMatching(/^--stage: must be/),
      "LOG_LEVEL: not set",
      expect.stringMatching(/^STATE_URL: .*share no disk; leave it out/),
      "VPC_ID, SUBNET_ID: set both or neither",
    ]);
  });

  it("a bucket without its owner", () => {
    expect(problemsOf({ STATE_URL: "cos://images/state" })).toEqual([
      "STATE_URL: must name a bucket with its APPID, e.g. cos://images-1250000000/state",
    ]);
  });

  it.each([
    "postgres://u:planted-password@db.example/state",
    "postgresql://db.example/state?password=planted-password",
    "postgresql://db.example/state?sslpassword=planted-password",
  ])("a password in a plain variable, with the way out: %s", (STATE_URL) => {
    const [problem = "", ...others] = problemsOf({ STATE_URL });
    expect(problem).toMatch(/^STATE_URL: has a password.*STATE_PASSWORD_SECRET=NAME:VERSION/);
    expect([problem, ...others].join()).not.toContain("planted-password");
    expect(others).toEqual([]);
  });

  it.each([
    "cos://images-1250000000/a b",
    "cos://images-1250000000/../b",
    "cos://images-1250000000/state?region=Guangzhou",
    "cos://images-1250000000/state?token=planted-secret",
    "postgres://db.example:port/state",
    "postgres://replicator@db.example/state?schema=Team-A",
  ])("a state that the functions could not open: %s", (STATE_URL) => {
    expect(problemsOf({ STATE_URL })).toEqual([expect.stringMatching(/^STATE_URL: (?!.*planted)/)]);
  });

  it("what the functions would refuse themselves", () => {
    expect(problemsOf({ STATE_URL: "sqlite:state.db", SWEEP_EVERY: "10" })).toEqual([
      expect.stringMatching(/^STATE_URL: must be cos/),
      expect.stringMatching(/^SWEEP_EVERY: "10" is not a duration/),
    ]);
    expect(problemsOf({ STATE_URL: "", SWEEP_EVERY: "10", LOG_LEVEL: "trace" })).toEqual([
      expect.stringMatching(/^SWEEP_EVERY: "10" is not a duration/),
      expect.stringMatching(/^LOG_LEVEL: "trace" is not allowed/),
    ]);
  });
});
