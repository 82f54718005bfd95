// Everything that several checks look at, each read once, when the first check asks for it.

import type { Policy } from "../model/policy.ts";
import type { Records, State } from "../model/ports.ts";
import type { Image, ImageType, Run } from "../model/types.ts";
import type { Config } from "../replicator/config.ts";
import { type Fields, fieldsAt, listAt, numberAt, textAt } from "./fields.ts";
import type { Caller, Inspection, Reading } from "./inspection.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** What the user has given. */
export interface Given {
  readonly config: Config;
  /** None if there is no valid policy file; the settings say so. */
  readonly policies: readonly Policy[];
  /** The stage of the deployment. */
  readonly stage: string;
  /** The keys that the index of the journal has. */
  readonly journalKeys: readonly string[];
  /** Whether the user has given a `STATE_URL`. */
  readonly hasStateUrl: boolean;
  /** This build, e.g. `0.1.0+4f795c7`; undefined if the program runs from its sources. */
  readonly build: string | undefined;
  /** Describes a `STATE_URL` without its password. */
  readonly describeStateUrl: (url: string) => string;
}

export const FUNCTIONS = ["image-created", "evaluate-policy", "poll-copies"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** A function as GetFunction shows it (scf 2018-04-16). */
export interface DeployedFunction {
  readonly name: FunctionName;
  readonly status: string;
  /** Why the status is as it is, as far as the cloud says it. */
  readonly reasons: string;
  readonly available: string;
  readonly runtime: string;
  readonly memoryMb: number;
  readonly timeoutS: number;
  readonly role: string;
  readonly topicId: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly triggers: readonly Fields[];
}

/** What the state tells of this account. */
export interface Recorded {
  readonly records: Records;
  readonly runs: readonly Run[];
}

/** How many runs are read: enough to see one of each kind. */
const RUNS = 50;

/** The readings. Each is made at most once and never rejects. */
export interface Facts extends Given {
  readonly inspection: Inspection;
  readonly account: string;
  readonly caller: Caller;
  /** The region of the functions. */
  readonly home: string;
  /** The full name of a function of this stage, as the stock plugin makes it. */
  readonly fullName: (name: FunctionName) => string;
  /** One reading of any service, within its time limit. Not remembered. */
  readonly read: <T>(reading: Reading, decode: (answer: Fields) => T) => Promise<Outcome<T>>;
  readonly attempt: <T>(work: () => Promise<T>) => Promise<Outcome<T>>;
  readonly images: (region: string, type: ImageType) => Promise<Outcome<Image[]>>;
  /** The functions of the stage that exist. */
  readonly functions: () => Promise<Outcome<DeployedFunction[]>>;
  readonly recorded: () => Promise<Outcome<Recorded>>;
}

/** The region in which EventBridge receives the events of CloudAudit, of whatever region they are. */
export const EVENT_REGION = "ap-guangzhou";

export function factsOf(given: Given, inspection: Inspection, caller: Caller): Facts {
  const { account } = caller;
  const home = given.config.region ?? EVENT_REGION;
  const known = new Map<string, Promise<unknown>>();
  const attempt = <T>(work: () => Promise<T>) => outcomeOf(inspection, work);
  const once = <T>(name: string, work: () => Promise<T>): Promise<Outcome<T>> => {
    const outcome = (known.get(name) as Promise<Outcome<T>> | undefined) ?? attempt(work);
    known.set(name, outcome);
    return outcome;
  };
  const fullName = (name: FunctionName) => `cvm-image-replicator-${given.stage}-${name}`;
  const functionOf = async (name: FunctionName): Promise<DeployedFunction[]> => {
    const params = { FunctionName: fullName(name), Namespace: "default", ShowCode: "FALSE" };
    try {
      return [
        await inspection.read({ service: "scf", action: "GetFunction", region: home, params }, (answer) =>
          functionIn(name, answer),
        ),
      ];
    } catch (error) {
      if ((error as { code?: string }).code?.startsWith("ResourceNotFound")) return [];
      throw error;
    }
  };
  return {
    ...given,
    inspection,
    account,
    caller,
    home,
    fullName,
    attempt,
    read: (reading, decode) => attempt(() => inspection.read(reading, decode)),
    images: (region, type) => once(`images ${region} ${type}`, () => inspection.cloud.images(region, type)),
    functions: () => once("functions", async () => (await Promise.all(FUNCTIONS.map(functionOf))).flat()),
    recorded: () =>
      once("recorded", async () => {
        const state: State = await inspection.openState();
        try {
          const [records, runs] = [await state.read(account), await state.runs(account, RUNS)];
          return { records, runs };
        } finally {
          await state.close();
        }
      }),
  };
}

function functionIn(name: FunctionName, answer: Fields): DeployedFunction {
  const variables = listAt(fieldsAt(answer, "Environment"), "Variables");
  return {
    name,
    status: textAt(answer, "Status"),
    reasons: [
      textAt(answer, "StatusDesc"),
      ...listAt(answer, "StatusReasons").map((one) => textAt(one, "ErrorMessage") || textAt(one, "ErrorCode")),
    ]
      .filter((text) => text !== "")
      .join("; "),
    available: textAt(answer, "AvailableStatus"),
    runtime: textAt(answer, "Runtime"),
    memoryMb: numberAt(answer, "MemorySize") ?? 0,
    timeoutS: numberAt(answer, "Timeout") ?? 0,
    role: textAt(answer, "Role"),
    topicId: textAt(answer, "ClsTopicId"),
    variables: new Map(variables.map((one) => [textAt(one, "Key"), textAt(one, "Value")])),
    triggers: listAt(answer, "Triggers"),
  };
}

/** The value of a variable of the functions; undefined if none has it. */
export function variableOf(functions: readonly DeployedFunction[], name: string): string | undefined {
  return functions.map(({ variables }) => variables.get(name)).find((value) => value !== undefined && value !== "");
}
