// A call for each action of SCF whose answer shows as much as there can be.
import type { Bench } from "../support.ts";
import { creation, functionIn, SCF, ZIP } from "./deployed.ts";

const F = { FunctionName: "fn" };
const TIMER = { ...F, TriggerName: "t", Type: "timer", TriggerDesc: "0 * * * * * *" };

/** Creates the function `fn` and answers the parameters. */
const withFunction = (params: object) => (b: Bench) => {
  b.call("CreateFunction", creation({ Tags: [{ Key: "k", Value: "v" }] }), SCF);
  b.tick(5000);
  return params;
};
const withTrigger = (params: object) => (b: Bench) => {
  withFunction({})(b);
  b.call("CreateTrigger", TIMER, SCF);
  return params;
};

/** Answered over HTTP alone (`invoke.test.ts`), or always refused. */
export const SCF_UNANSWERED = ["scf.GetFunctionLogs", "scf.InvokeFunction"];

export const SCF_CALLS: Readonly<Record<string, (b: Bench) => object>> = {
  "scf.CreateFunction": () => creation(),
  "scf.CreateTrigger": withFunction(TIMER),
  "scf.DeleteFunction": withFunction(F),
  "scf.DeleteReservedConcurrencyConfig": withFunction(F),
  "scf.DeleteTrigger": withTrigger(TIMER),
  "scf.GetAccount": withFunction({}),
  "scf.GetFunction": withTrigger(F),
  "scf.GetFunctionEventInvokeConfig": withFunction(F),
  "scf.GetRequestStatus": (b) => {
    withFunction({})(b);
    const { owner: account, region = "", namespace = "", name = "" } = functionIn(b) ?? {};
    b.world.invocations.push({
      ...{ requestId: "id", target: { account: account ?? "", region, namespace, name }, isAsync: true, retry: 0 },
      ...{ startedAt: 0, text: "null", error: undefined, durationMs: 1, memoryBytes: 1, lines: [] },
    });
    return { ...F, FunctionRequestId: "id" };
  },
  "scf.GetReservedConcurrencyConfig": withFunction(F),
  "scf.Invoke": withFunction({ ...F, InvocationType: "Event" }),
  "scf.ListFunctions": withFunction({}),
  "scf.ListTriggers": withTrigger(F),
  "scf.ListVersionByFunction": withFunction(F),
  "scf.PublishVersion": withFunction(F),
  "scf.PutReservedConcurrencyConfig": withFunction({ ...F, ReservedConcurrencyMem: 128 }),
  "scf.UpdateFunctionCode": withFunction({ ...F, ZipFile: ZIP }),
  "scf.UpdateFunctionConfiguration": withFunction({ ...F, Timeout: 9 }),
  "scf.UpdateFunctionEventInvokeConfig": withFunction({
    ...F,
    AsyncTriggerConfig: { RetryConfig: [{ RetryNum: 1 }], MsgTTL: 3600 },
  }),
  "scf.UpdateTrigger": withTrigger(TIMER),
};
