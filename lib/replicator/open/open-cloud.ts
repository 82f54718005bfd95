// Opens the cloud with the credentials of the environment.
import { homedir } from "node:os";
import { type TencentConnection, tencentConnection } from "../../adapters/tencent/tencent-cloud.ts";
import { findCredentials } from "../../adapters/tencent/transport/find-credentials.ts";
import type { Problem } from "../../model/errors.ts";
import type { Cloud } from "../../model/ports.ts";
import type { Config } from "../config.ts";

/**
 * Opens the cloud with the credentials of the environment. `warn` hears, once, if other users can
 * read them. Throws `InputError` if there are none.
 */
export async function openCloud(
  config: Config,
  env: NodeJS.ProcessEnv,
  warn: (problem: Problem) => void,
): Promise<Cloud> {
  return (await connect(config, env, warn)).cloud;
}

/** The same, with what other calls to the account need. `signal` ends those in progress. */
export async function connect(
  config: Config,
  env: NodeJS.ProcessEnv,
  warn: (problem: Problem) => void,
  signal?: AbortSignal,
): Promise<TencentConnection> {
  const now = () => Date.now();
  await findCredentials({ ...searchIn(env), warn });
  const credentials = () => findCredentials(searchIn(env));
  const endpoint = config.endpoint !== undefined && { endpoint: config.endpoint };
  return tencentConnection({ site: config.site, credentials, now, ...endpoint, ...(signal && { signal }) });
}

/** Where credentials are searched: in the environment, and in files of the user. */
export const searchIn = (env: NodeJS.ProcessEnv) => ({ env, home: homedir(), now: () => Date.now() });
