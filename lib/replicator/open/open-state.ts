// Opens the state of the configuration, to use it or to examine it.
import { inspectState, type OpenOptions, openState } from "../../adapters/state/open.ts";
import { readSecret } from "../../adapters/tencent/read-secret.ts";
import { findCredentials } from "../../adapters/tencent/transport/find-credentials.ts";
import type { State } from "../../model/ports.ts";
import type { Config } from "../config.ts";
import { searchIn } from "./open-cloud.ts";

// For the commands, which import no adapters themselves.
export { describeStateUrl } from "../../adapters/state/url.ts";

/**
 * Opens the state of the configuration. `readOnly`: to look at it only. `signal` ends the wait for its secret. Throws `StateError`, and `CloudError` if
 * the secret with its password cannot be read.
 */
export async function openStateOf(
  config: Config,
  env: NodeJS.ProcessEnv,
  { readOnly = false, signal }: Pick<OpenOptions, "readOnly"> & { readonly signal?: AbortSignal } = {},
): Promise<State> {
  const stateUrl = await withPassword(config, env, signal);
  return openState(stateUrl, { allowEmbedded: !config.onScf, readOnly, cos: cosOf(config, env) });
}

function cosOf({ endpoint, region }: Config, env: NodeJS.ProcessEnv): NonNullable<OpenOptions["cos"]> {
  const at = endpoint === undefined ? undefined : new URL(endpoint);
  return { credentials: () => findCredentials(searchIn(env)), endpoint: at, region };
}

/** What can be found out about the state without opening it. Throws like `openStateOf`. */
export async function stateFactsOf(config: Config, env: NodeJS.ProcessEnv): ReturnType<typeof inspectState> {
  return inspectState(await withPassword(config, env), { cos: cosOf(config, env) });
}

/** The URL of the state, with the password of its secret if it has one. Only memory holds it. */
async function withPassword(
  config: Config,
  env: NodeJS.ProcessEnv,
  signal = new AbortController().signal,
): Promise<string> {
  const { stateUrl, passwordSecret, endpoint, site } = config;
  if (!passwordSecret) return stateUrl;
  const password = await readSecret(passwordSecret, {
    endpoint: endpoint === undefined ? undefined : new URL(endpoint),
    site,
    credentials: () => findCredentials(searchIn(env)),
    signal,
    now: () => Date.now(),
  });
  const url = new URL(stateUrl);
  // The setter encodes all that is needed but the percent sign.
  url.password = encodeURIComponent(password);
  return url.href;
}
