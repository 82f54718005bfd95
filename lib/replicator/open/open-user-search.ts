// Opens the search for what starts instances, for a command that has no replicator open.
import type { Problem } from "../../model/errors.ts";
import { findImageUser } from "../../observe/find-user.ts";
import type { Config } from "../config.ts";
import { connect } from "./open-cloud.ts";

const CONCURRENCY = 8;

/** The search; `close` ends its calls. Throws `InputError` if there are no credentials. */
export async function openUserSearch(config: Config, env: NodeJS.ProcessEnv, warn: (problem: Problem) => void) {
  const end = new AbortController();
  const { findUser } = await connect(config, env, warn, end.signal);
  return {
    find: (id: string, regions: readonly string[]) =>
      findImageUser(id, regions, { findUser, concurrency: CONCURRENCY }),
    close: () => end.abort(),
  };
}
