// Checks the settings of a deployment, all at once and before anything is sent (pure).
import { parseStateUrl } from "../../lib/adapters/state/url.ts";
import { InputError } from "../../lib/model/errors.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { stageProblem } from "../account/deployment.ts";
import type { FunctionConfig, Serverless, Variables } from "./framework.ts";

/** The functions check the rest. A bucket without its APPID would fail only there, minute after minute. */
const COS_URL = /^cos:\/\/[a-z0-9][a-z0-9-]*-[0-9]{6,12}(\/|\?|$)/;
/** Has a user a password in this URL? One that cannot be read as a URL may have one anywhere. */
const hasPassword = (url: string) => {
  try {
    const { password, searchParams } = new URL(url);
    return password !== "" || [...searchParams.keys()].some((name) => /password/i.test(name));
  } catch {
    return url.includes("@");
  }
};

/** Stands for the region of the functions. */
const SOME_REGION = "ap-guangzhou";

/** The variables that the deployment sets by itself if they are empty. */
const BY_DEFAULT = ["STATE_URL"];

/** All problems of the settings, as lines for a person. Values that may hold a secret are not repeated. */
export function settingsProblems(
  service: Pick<Serverless["service"], "provider">,
  functions: readonly FunctionConfig[],
  stage: string,
): string[] {
  const problems = new Set<string>(stageProblem(stage));
  for (const fn of functions) {
    const variables: Variables = { ...service.provider.environment?.variables, ...fn.environment?.variables };
    for (const problem of variableProblems(variables)) problems.add(problem);
  }
  const { vpcId, subnetId } = service.provider.vpcConfig ?? {};
  if (!vpcId !== !subnetId) problems.add("VPC_ID, SUBNET_ID: set both or neither");
  return [...problems];
}

function variableProblems(variables: Variables): string[] {
  const problems: string[] = [];
  const empty = Object.entries(variables).filter(([key, value]) => value === "" && !BY_DEFAULT.includes(key));
  for (const [key] of empty) problems.push(`${key}: not set`);
  const url = variables["STATE_URL"] ?? "";
  if (url && !/^(postgres(ql)?|cos):\/\//.test(url)) {
    problems.push(
      "STATE_URL: must be cos://… or postgres://…, because function instances share no disk; leave it out to have a " +
        "bucket made",
    );
  }
  if (/^cos:/.test(url) && !COS_URL.test(url))
    problems.push("STATE_URL: must name a bucket with its APPID, e.g. cos://images-1250000000/state");
  if (/^postgres/.test(url) && hasPassword(url)) {
    problems.push(
      "STATE_URL: has a password, which everybody could read who may see the functions' variables; leave it out of " +
        "the URL, store it as a secret of Secrets Manager (SSM) in the region of the functions, and set " +
        "STATE_PASSWORD_SECRET=NAME:VERSION, e.g. STATE_PASSWORD_SECRET=replicator-db:v1",
    );
  }
  const known = new Set(empty.map(([key]) => key));
  if (problems.some((text) => text.startsWith("STATE_URL:"))) known.add("STATE_URL");
  else if (url) problems.push(...urlProblems(url));
  return [...problems, ...configProblems(variables, known)];
}

/** What the functions would refuse when they open their state. */
const urlProblems = (url: string) => problemsOf(() => parseStateUrl(url, undefined, SOME_REGION));

/** What the functions would refuse when they start, apart from what was found already. */
function configProblems(variables: Variables, known: ReadonlySet<string>): string[] {
  const env = Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ""),
  );
  const ofScf = { TENCENTCLOUD_RUNENV: "SCF", TENCENTCLOUD_REGION: SOME_REGION };
  return problemsOf(() => readConfig({ STATE_URL: "cos://default-1250000000/default", ...env, ...ofScf }), known);
}

/** The problems with which a reading fails, apart from those of variables that are `known` already. */
function problemsOf(read: () => unknown, known: ReadonlySet<string> = new Set()): string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.filter(({ where }) => !known.has(where)).map(({ where, text }) => `${where}: ${text}`);
  }
}
