import { describe, expect, it } from "vitest";
import { InputError } from "../../lib/model/errors.ts";
import { readConfig } from "../../lib/replicator/config.ts";

const problemsOf = (env: Record<string, string>) => {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  return expect.fail("expected an error");
};
const SERVER = "postgres://replicator:planted-password@10.0.0.5:5432/replicator";

describe("readConfig", () => {
  it("has a default for every variable that has one for commands and functions alike", () => {
    const defaults = {
      site: "cn",
      stateUrl: "sqlite:.cvm-replicator/state.db",
      sweepEvery: 600_000,
      settle: 120_000,
      logLevel: "info",
      onScf: false,
    };
    expect(readConfig({})).toEqual(defaults);
    expect(
      readConfig({
        REPLICATOR_ENDPOINT: "",
        POLICY_FILE: "",
        STATE_URL: "",
        SETTLE: "",
        LOG_LEVEL: "",
        NOTIFY_URL: "",
      }),
    ).toEqual(defaults);
  });

  it("reads every variable", () => {
    expect(
      readConfig({
        REPLICATOR_ENDPOINT: "http://127.0.0.1:9900/",
        REPLICATOR_SITE: "intl",
        POLICY_FILE: "/etc/policy.yaml",
        STATE_URL: SERVER,
        REPLICATOR_INSTALLATION: "prod2",
        SWEEP_EVERY: "90s",
        SETTLE: "500ms",
        LOG_LEVEL: "debug",
        TENCENTCLOUD_RUNENV: "SCF",
      }),
    ).toEqual({
      endpoint: "http://127.0.0.1:9900",
      site: "intl",
      policyFile: "/etc/policy.yaml",
      stateUrl: SERVER,
      installation: "prod2",
      sweepEvery: 90_000,
      settle: 500,
      logLevel: "debug",
      onScf: true,
    });
  });

  it.each(["p", "Prod", "prod-1", "abcdefghijklm", "pröd", "?"])("refuses the installation id %s", (id) => {
    expect(problemsOf({ REPLICATOR_INSTALLATION: id })).toEqual([
      {
        where: "REPLICATOR_INSTALLATION",
        code: "not-an-installation",
        text: `"${id}" is not allowed; use 2 to 12 lower-case letters and digits, e.g. REPLICATOR_INSTALLATION=prod`,
      },
    ]);
  });

  it("reports all problems at once, each with its value, the allowed values and an example", () => {
    expect(
      problemsOf({
        REPLICATOR_ENDPOINT: "ftp://127.0.0.1",
        REPLICATOR_SITE: "usa",
        SWEEP_EVERY: "10 minutes",
        SETTLE: "0s",
        LOG_LEVEL: "loud",
        CLS_TOPIC_ID: "my topic",
        CLS_REGION: "Guangzhou",
        NOTIFY_URL: "https://example.com",
      }),
    ).toEqual([
      { where: "NOTIFY_URL", code: "variable-not-supported", text: "not supported yet; unset it" },
      {
        where: "REPLICATOR_ENDPOINT",
        code: "endpoint-not-allowed",
        text:
          '"ftp://127.0.0.1" is not allowed; use http:// or https://, a host, optionally a port, and nothing else, ' +
          "e.g. REPLICATOR_ENDPOINT=http://127.0.0.1:9900",
      },
      {
        where: "CLS_REGION",
        code: "not-a-region",
        text: '"Guangzhou" is not a region; use the region of the log topic, e.g. CLS_REGION=ap-guangzhou',
      },
      {
        where: "CLS_TOPIC_ID",
        code: "not-a-log-topic",
        text:
          '"my topic" is not the id of a log topic; use the id that the console of CLS shows, ' +
          "e.g. CLS_TOPIC_ID=0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
      },
      {
        where: "REPLICATOR_SITE",
        code: "not-one-of",
        text: '"usa" is not allowed; use one of cn, intl, e.g. REPLICATOR_SITE=cn',
      },
      {
        where: "SWEEP_EVERY",
        code: "not-a-duration",
        text:
          '"10 minutes" is not a duration; use a whole number above 0 with one of the units ms, s, m, h, d, ' +
          "at most 365d, e.g. SWEEP_EVERY=10m",
      },
      {
        where: "SETTLE",
        code: "not-a-duration",
        text:
          '"0s" is not a duration; use a whole number above 0 with one of the units ms, s, m, h, d, ' +
          "at most 365d, e.g. SETTLE=2m",
      },
      {
        where: "LOG_LEVEL",
        code: "not-one-of",
        text: '"loud" is not allowed; use one of error, warn, info, debug, e.g. LOG_LEVEL=info',
      },
    ]);
  });

  it("sends the journal to a topic in the region of the function, unless CLS_REGION names another one", () => {
    const topicId = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    const on = (more: Record<string, string>) => readConfig({ CLS_TOPIC_ID: topicId, ...more }).log;
    expect(on({ TENCENTCLOUD_REGION: "ap-shanghai" })).toEqual({ topicId, region: "ap-shanghai" });
    expect(on({ TENCENTCLOUD_REGION: "ap-shanghai", CLS_REGION: "ap-guangzhou" })?.region).toBe("ap-guangzhou");
    expect(readConfig({ CLS_REGION: "ap-guangzhou", TENCENTCLOUD_REGION: "ap-shanghai" }).log).toBeUndefined();
    expect(problemsOf({ CLS_TOPIC_ID: topicId })).toEqual([
      {
        where: "CLS_REGION",
        code: "log-region-missing",
        text:
          "must be set outside of a cloud function, because CLS_TOPIC_ID is set; use the region of the log topic, " +
          "e.g. CLS_REGION=ap-guangzhou, or unset CLS_TOPIC_ID",
      },
    ]);
  });

  it.each(["a\nb", "../x", "x y", "-a"])("refuses the topic %s", (id) => {
    expect(problemsOf({ CLS_TOPIC_ID: id, CLS_REGION: "ap-guangzhou" })).toHaveLength(1);
  });

  it.each(["127.0.0.1:9900", "http://h/path", "http://h?x", "http://h#x", "nonsense", "http://"])(
    "refuses the endpoint %s",
    (endpoint) => {
      expect(problemsOf({ REPLICATOR_ENDPOINT: endpoint })).toHaveLength(1);
    },
  );

  it("never repeats a password", () => {
    const env = {
      REPLICATOR_ENDPOINT: "http://user:planted-password@h",
      STATE_URL: SERVER.replace("postgres", "mysql"),
    };
    const problems = problemsOf(env);
    expect(problems.map(({ where }) => where)).toEqual(["REPLICATOR_ENDPOINT", "STATE_URL"]);
    expect(JSON.stringify(problems)).not.toContain("planted-password");
    for (const endpoint of ["http://h/?key=planted-password", "http://h#planted-password"]) {
      expect(JSON.stringify(problemsOf({ REPLICATOR_ENDPOINT: endpoint }))).not.toContain("planted-password");
    }
  });

  it.each([
    [{}, "must be set in a cloud function"],
    [{ STATE_URL: "sqlite:/tmp/state.db" }, "is not allowed in a cloud function"],
    [{ STATE_URL: "planted-password" }, "a value without a scheme is not allowed"],
  ])("requires the URL of a server in a cloud function: %j", (env, text) => {
    const [problem] = problemsOf({ ...env, TENCENTCLOUD_RUNENV: "SCF" });
    expect(problem?.text).toContain(text);
    expect(problem?.text).not.toContain("planted-password");
  });
});

describe("STATE_PASSWORD_SECRET", () => {
  const server = "postgres://replicator@10.0.0.5/replicator";
  const env = { STATE_URL: server, TENCENTCLOUD_REGION: "ap-guangzhou" };

  it("names a secret and its version, else its current one", () => {
    const secretOf = (value: string) => readConfig({ ...env, STATE_PASSWORD_SECRET: value }).passwordSecret;
    expect(secretOf("db:v1.2")).toEqual({ name: "db", version: "v1.2", region: "ap-guangzhou" });
    expect(secretOf("db")).toEqual({ name: "db", version: "SSM_Current", region: "ap-guangzhou" });
  });

  it.each([
    ["a malformed name", { ...env, STATE_PASSWORD_SECRET: "a b" }, "secret-malformed"],
    ["no server", { ...env, STATE_URL: "cos://a-1250000000/b", STATE_PASSWORD_SECRET: "db" }, "secret-without-server"],
    ["a second password", { ...env, STATE_URL: SERVER, STATE_PASSWORD_SECRET: "db" }, "secret-and-password"],
    ["no region", { STATE_URL: server, STATE_PASSWORD_SECRET: "db" }, "secret-without-region"],
  ])("is refused with %s", (_, given, code) => {
    const problems = problemsOf(given);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(JSON.stringify(problems)).not.toContain("planted-password");
  });
});
