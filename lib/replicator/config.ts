// Reads the configuration from the environment, and reports every problem at once.
import { InputError, type Problem, toProblem } from "../model/errors.ts";
import { isInstallationId } from "../model/identity.ts";
import { configurationProblem } from "../model/messages/configuration.ts";
import type { Message } from "../model/messages/define.ts";
import { DEFAULT_SETTLE, formatDuration, parseDuration } from "../model/time.ts";
import type { Millis } from "../model/types.ts";

type LogLevel = "error" | "warn" | "info" | "debug";

/** The checked configuration. It contains no credentials: those are read anew for each call. */
export interface Config {
  /** The origin that receives every API call instead of the real hosts. */
  readonly endpoint?: string;
  readonly site: "cn" | "intl";
  /** The path that the user has given, for a command of a policy file, for a function of a compiled policy. */
  readonly policyFile?: string;
  /** May contain a password; messages use `describeStateUrl`. */
  readonly stateUrl: string;
  /** The secret that has the password of the state's database, which `stateUrl` then lacks. */
  readonly passwordSecret?: PasswordSecret;
  /** The id of this installation, if the user has given one. */
  readonly installation?: string;
  readonly sweepEvery: Millis;
  readonly settle: Millis;
  readonly logLevel: LogLevel;
  /** Whether the program runs as a cloud function. */
  readonly onScf: boolean;
  /** The topic of CLS that takes the journal, if there is one. */
  readonly log?: { readonly topicId: string; readonly region: string };
  /** The region that the program runs in, where a bucket lies whose URL names no region. */
  readonly region?: string;
}

/** A secret of Secrets Manager (SSM), from `STATE_PASSWORD_SECRET`. */
interface PasswordSecret {
  readonly name: string;
  readonly version: string;
  readonly region: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The longest duration. A date that lies so far ahead is still valid. */
const A_YEAR: Millis = 365 * 86_400_000;
const SITES = ["cn", "intl"] as const;
const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;
const STATE_SCHEMES = ["sqlite:", "file:", "postgres:", "postgresql:", "cos:"];
const NOT_SUPPORTED_YET = ["NOTIFY_URL"];
/** Neither can change a header or a host. CLS makes UUIDs, or takes `NAME-APPID` (cls 2020-10-16, CreateTopic, TopicId). */
const TOPIC_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/;
const REGION = /^[a-z]{2,4}(-[a-z0-9]+){1,4}$/;
const SECRET = /^([A-Za-z0-9][\w-]{0,127})(?::([\w.-]{1,64}))?$/;
/** What SSM calls the current version of the secrets that it rotates itself. From memory. */
const CURRENT_VERSION = "SSM_Current";

/**
 * Reads the configuration from an environment. An empty variable counts as not set, because
 * consoles and shells create empty ones. Throws `InputError` with every problem; values that may
 * contain a password are not repeated in it.
 */
export function readConfig(env: Env): Config {
  const problems: Problem[] = [];
  const report = (variable: string, message: Message) => problems.push(toProblem(variable, message));

  const oneOf = <T extends string>(variable: string, allowed: readonly T[], fallback: T): T => {
    const value = env[variable];
    if (!value) return fallback;
    const match = allowed.find((one) => one === value);
    if (!match) report(variable, configurationProblem("not-one-of", { variable, value, allowed, example: fallback }));
    return match ?? fallback;
  };

  const duration = (variable: string, fallback: string): Millis => {
    const value = env[variable] || fallback;
    const millis = parseDuration(value);
    if (!millis || millis > A_YEAR)
      report(variable, configurationProblem("not-a-duration", { variable, value, example: fallback }));
    return millis ?? 0;
  };

  const endpoint = (): string | undefined => {
    const variable = "REPLICATOR_ENDPOINT";
    const value = env[variable];
    if (!value) return undefined;
    const url = urlOf(value);
    if (value.includes("@")) {
      report(variable, configurationProblem("endpoint-with-user"));
    } else if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search || url.hash) {
      report(variable, configurationProblem("endpoint-not-allowed", { value: value.replace(/([?#]).*/s, "$1…") }));
    }
    return url?.origin;
  };

  const onScf = env["TENCENTCLOUD_RUNENV"] === "SCF";
  const stateUrl = (): string => {
    const variable = "STATE_URL";
    const value = env[variable];
    if (!value) {
      if (onScf) report(variable, configurationProblem("state-url-missing"));
      return "sqlite:.cvm-replicator/state.db";
    }
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(value)?.[0].toLowerCase();
    if (scheme === undefined) {
      report(variable, configurationProblem("state-url-without-scheme"));
    } else if (!STATE_SCHEMES.includes(scheme)) {
      report(variable, configurationProblem("state-url-scheme", { scheme }));
    } else if (onScf && ["sqlite:", "file:"].includes(scheme)) {
      report(variable, configurationProblem("state-file-on-scf", { scheme }));
    }
    return value;
  };

  const log = (): Config["log"] => {
    const { CLS_TOPIC_ID: topicId, CLS_REGION: given } = env;
    if (given && !REGION.test(given)) report("CLS_REGION", configurationProblem("not-a-region", { value: given }));
    if (!topicId) return undefined;
    if (!TOPIC_ID.test(topicId)) report("CLS_TOPIC_ID", configurationProblem("not-a-log-topic", { value: topicId }));
    const region = given || env["TENCENTCLOUD_REGION"];
    if (!region) report("CLS_REGION", configurationProblem("log-region-missing"));
    return region ? { topicId, region } : undefined;
  };

  const passwordSecret = (): PasswordSecret | undefined => {
    const variable = "STATE_PASSWORD_SECRET";
    const value = env[variable];
    if (!value) return undefined;
    const [, name, version = CURRENT_VERSION] = SECRET.exec(value) ?? [];
    const url = urlOf(env["STATE_URL"] ?? "");
    const region = env["TENCENTCLOUD_REGION"];
    if (!name) report(variable, configurationProblem("secret-malformed"));
    if (!url || !/^postgres(ql)?:$/.test(url.protocol)) report(variable, configurationProblem("secret-without-server"));
    else if (url.password !== "") report(variable, configurationProblem("secret-and-password"));
    if (!region) report(variable, configurationProblem("secret-without-region"));
    return name && region ? { name, version, region } : undefined;
  };

  const installation = env["REPLICATOR_INSTALLATION"] || undefined;
  if (installation !== undefined && !isInstallationId(installation))
    report("REPLICATOR_INSTALLATION", configurationProblem("not-an-installation", { value: installation }));
  for (const variable of NOT_SUPPORTED_YET)
    if (env[variable]) report(variable, configurationProblem("variable-not-supported"));
  const at = endpoint();
  const topic = log();
  const secret = passwordSecret();
  const config: Config = {
    ...(at ? { endpoint: at } : {}),
    site: oneOf("REPLICATOR_SITE", SITES, "cn"),
    ...(env["POLICY_FILE"] && { policyFile: env["POLICY_FILE"] }),
    stateUrl: stateUrl(),
    ...(secret && { passwordSecret: secret }),
    ...(installation !== undefined && { installation }),
    sweepEvery: duration("SWEEP_EVERY", "10m"),
    settle: duration("SETTLE", formatDuration(DEFAULT_SETTLE)),
    logLevel: oneOf("LOG_LEVEL", LOG_LEVELS, "info"),
    onScf,
    ...(topic && { log: topic }),
    ...(env["TENCENTCLOUD_REGION"] && { region: env["TENCENTCLOUD_REGION"] }),
  };
  if (problems.length > 0) throw new InputError(problems);
  return config;
}

/**
 * `SETTLE` in milliseconds, for a command that needs no other setting. The default if it is not set
 * or not valid, which `readConfig` reports.
 */
export function settleIn(env: Env): Millis {
  return parseDuration(env["SETTLE"] ?? "") || DEFAULT_SETTLE;
}

// `URL.canParse` would be shorter, but the oldest Node.js version on SCF (18.15) does not have it.
function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
