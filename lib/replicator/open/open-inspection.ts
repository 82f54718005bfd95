// Opens what the doctor examines.
import { setTimeout as sleep } from "node:timers/promises";
import { inspector } from "../../adapters/tencent/inspector.ts";
import { tencentCloud } from "../../adapters/tencent/tencent-cloud.ts";
import { findCredentials, locateCredentials } from "../../adapters/tencent/transport/find-credentials.ts";
import type { Inspection } from "../../doctor/inspection.ts";
import type { Millis } from "../../model/types.ts";
import type { Config } from "../config.ts";
import { searchIn } from "./open-cloud.ts";
import { openStateOf, stateFactsOf } from "./open-state.ts";

// For the command, which imports no adapters itself.
export { LOG_FIELDS } from "../../adapters/journal/log-fields.ts";

/** Time limit of each call of the doctor: what takes longer is a finding. */
const INSPECTION_LIMIT: Millis = 8_000;

/** What the doctor examines. Opens nothing by itself; the caller has to close it. */
export function openInspection(config: Config, env: NodeJS.ProcessEnv): Inspection {
  const end = new AbortController();
  const { endpoint, site } = config;
  const options = {
    site,
    credentials: () => findCredentials(searchIn(env)),
    now: () => Date.now(),
    signal: end.signal,
    timeoutMs: INSPECTION_LIMIT,
    ...(endpoint !== undefined && { endpoint }),
  };
  return {
    ...inspector(options),
    cloud: tencentCloud(options),
    credentialSource: async () => {
      let isExposed = false;
      const warn = () => {
        isExposed = true;
      };
      const { source } = await locateCredentials({ ...searchIn(env), warn });
      return { from: source, isExposed };
    },
    openState: () => openStateOf(config, env, { readOnly: true }),
    stateFacts: () => stateFactsOf(config, env),
    now: options.now,
    pause: (length) => sleep(length, undefined, { ref: false }),
    close: () => end.abort(),
  };
}
