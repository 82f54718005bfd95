// The action GetAccount.

import { blank } from "../../model/blank.ts";
import { MOST_RETRIES, TTL_SECONDS } from "../../services/functions/schedule/retries.ts";
import { defineAction } from "../shared/define-action.ts";
import { NAMESPACE } from "./function-at.ts";
import { ACCOUNT_CONCURRENCY_MB } from "./put-reserved-concurrency-config.ts";

/** Usage and limits of the account in a region (product documentation 583/11637). */
export const getAccount = defineAction("scf", "GetAccount", ({ world, account, region }) => {
  const own = [...world.functions.values()].filter((f) => f.owner === account.uin && f.region === region);
  const reserved = own.reduce((sum, { reservedMb = 0 }) => sum + reservedMb, 0);
  const usage = {
    Functions: own.map(({ name }) => name),
    Namespace: NAMESPACE,
    FunctionsCount: own.length,
    TotalConcurrencyMem: ACCOUNT_CONCURRENCY_MB,
    TotalAllocatedConcurrencyMem: reserved,
    TotalAllocatedProvisionedMem: 0,
  };
  const limits = {
    ...blank("scf", "NamespaceLimit"),
    FunctionsCount: 50,
    Trigger: { ...blank("scf", "TriggerCount"), Timer: 10, Total: 10 },
    Namespace: NAMESPACE,
    ConcurrentExecutions: ACCOUNT_CONCURRENCY_MB / 128,
    TimeoutLimit: 900,
    InitTimeoutLimit: 300,
    RetryNumLimit: MOST_RETRIES,
    MinMsgTTL: TTL_SECONDS.least,
    MaxMsgTTL: TTL_SECONDS.most,
  };
  return {
    AccountUsage: {
      NamespacesCount: 1,
      Namespace: [usage],
      TotalConcurrencyMem: ACCOUNT_CONCURRENCY_MB,
      TotalAllocatedConcurrencyMem: reserved,
      UserConcurrencyMemLimit: ACCOUNT_CONCURRENCY_MB,
    },
    AccountLimit: { NamespacesCount: 5, Namespace: [limits] },
  };
});
