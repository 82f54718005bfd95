// The environment, read once, every problem in one message.
import { InputError, type Problem } from "../model/errors.ts";
import { parseDuration } from "../model/time.ts";
import type { Millis } from "../model/types.ts";

type LogLevel = "error" | "warn" | "info" | "debug";

/** What the environment says, checked. Credentials are not in it: they are read anew for each call. */
export interface Config {
  /** Where every API call goes instead of the real hosts. */
  readonly endpoint?: string;
  readonly site: "cn" | "intl";
  readonly policyFile: string;
  /** May hold a password; for messages see `describeStateUrl`. */
  readonly stateUrl: string;
  readonly sweepEvery: Millis;
  readonly settle: Millis;
  readonly logLevel: LogLevel;
  /** Runs as a cloud function. */
  readonly onScf: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** A time that far ahead still has a date. */
const A_YEAR: Millis = 365 * 86_400_000;
const SITES = ["cn", "intl"] as const;
const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
const STATE_SCHEMES = ["sqlite:", "file:", "postgres:", "postgresql:"];
const SERVER_EXAMPLE = "postgres://user:password@10.0.0.5:5432/replicator";
const NOT_YET = ["CLS_TOPIC_ID", "CLS_REGION", "NOTIFY_URL"];

/**
 * Reads the configuration from an environment. A variable that is empty counts as not set, since consoles and shells
 * make empty ones. Throws `InputError` with all that is wrong; values that may hold a password are not repeated in it.
 */
export function readConfig(env: Env): Config {
  const problems: Problem[] = [];
  const complain = (where: string, text: string) => problems.push({ where, text });
  const wrong = (where: string, value: string, allowed: string, example: string) =>
    complain(where, `"${value}" is not allowed; allowed is ${allowed}, e.g. ${where}=${example}`);

  const oneOf = <T extends string>(name: string, allowed: readonly T[], otherwise: T): T => {
    const value = env[name];
    if (!value) return otherwise;
    const found = allowed.find((one) => one === value);
    if (!found) wrong(name, value, allowed.join(", "), otherwise);
    return found ?? otherwise;
  };

  const duration = (name: string, otherwise: string): Millis => {
    const value = env[name] || otherwise;
    const millis = parseDuration(value);
    if (!millis || millis > A_YEAR) {
      wrong(name, value, "a whole number above 0 with one of the units ms, s, m, h, d, at most 365d", otherwise);
    }
    return millis ?? 0;
  };

  const endpoint = (): string | undefined => {
    const name = "REPLICATOR_ENDPOINT";
    const value = env[name];
    if (!value) return undefined;
    const allowed = "http:// or https://, a host, perhaps a port, and nothing after it";
    const example = "http://127.0.0.1:9900";
    const url = urlOf(value);
    if (value.includes("@")) {
      complain(name, `a user or password in it is not allowed; allowed is ${allowed}, e.g. ${name}=${example}`);
    } else if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search || url.hash) {
      wrong(name, value, allowed, example);
    }
    return url?.origin;
  };

  const onScf = env["TENCENTCLOUD_RUNENV"] === "SCF";
  const stateUrl = (): string => {
    const name = "STATE_URL";
    const value = env[name];
    if (!value) {
      if (onScf) complain(name, `must be set in a cloud function, e.g. ${name}=${SERVER_EXAMPLE}`);
      return "sqlite:.cvm-replicator/state.db";
    }
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(value)?.[0].toLowerCase() ?? "";
    if (!STATE_SCHEMES.includes(scheme)) {
      const what = scheme ? `a URL that begins with "${scheme}"` : "a value without a scheme";
      complain(name, `${what} is not allowed; allowed is sqlite:PATH or postgres://…, e.g. ${name}=${SERVER_EXAMPLE}`);
    } else if (onScf && !scheme.startsWith("postgres")) {
      complain(
        name,
        `a file (${scheme}) is not allowed in a cloud function, whose instances do not share it; ` +
          `set a server's URL, e.g. ${name}=${SERVER_EXAMPLE}`,
      );
    }
    return value;
  };

  for (const name of NOT_YET) if (env[name]) complain(name, "not carried out yet in this version; unset it");
  const at = endpoint();
  const config: Config = {
    ...(at ? { endpoint: at } : {}),
    site: oneOf("REPLICATOR_SITE", SITES, "cn"),
    policyFile: env["POLICY_FILE"] || "policy.yaml",
    stateUrl: stateUrl(),
    sweepEvery: duration("SWEEP_EVERY", "10m"),
    settle: duration("SETTLE", "2m"),
    logLevel: oneOf("LOG_LEVEL", LOG_LEVELS, "info"),
    onScf,
  };
  if (problems.length > 0) throw new InputError(problems);
  return config;
}

// URL.canParse would be shorter, but the oldest Node.js of the functions (18.15) has none.
function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
