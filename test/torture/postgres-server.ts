// A PostgreSQL server that a scenario can stop and start.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { TOP } from "../e2e/support.ts";
import type { Server } from "./concurrent-programs.ts";

const run = promisify(execFile);
const SCRIPT = join(TOP, "test/support/postgres.sh");

/** A separate PostgreSQL server, which a scenario may stop. */
export interface OwnServer extends Server {
  readonly url: string;
  remove(): Promise<void>;
}

export async function ownServer(): Promise<OwnServer> {
  const { stdout } = await run(SCRIPT, ["start"]);
  const exported = (name: string): string => {
    const value = new RegExp(`^export ${name}=(.*)$`, "m").exec(stdout)?.[1];
    if (value === undefined) throw new Error(`${SCRIPT} start printed no ${name}`);
    return value;
  };
  const folder = exported("TEST_POSTGRES_DIR");
  // The command line of the server: `…/bin/postgres "-D" "…/data" "-c" "…"`.
  const started = readFileSync(join(folder, "data/postmaster.opts"), "utf8").trim();
  const [program = "", ...options] = started.split(/ (?=")/).map((part) => part.replace(/^"|"$/g, ""));
  const control = async (...args: string[]) => {
    const command = [join(program, "../pg_ctl"), "-D", join(folder, "data"), "-w", ...args];
    // pg_ctl refuses to run as root, and in a folder that its user cannot read.
    const as = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
    const [first = "", ...rest] = [...as, ...command];
    await run(first, rest, { cwd: "/" });
  };
  return {
    url: exported("TEST_POSTGRES_URL"),
    stop: () => control("-m", "immediate", "stop"),
    start: () => control("-l", join(folder, "log"), "-o", options.slice(2).join(" "), "start"),
    remove: async () => {
      await run(SCRIPT, ["stop"], { env: { ...process.env, TEST_POSTGRES_DIR: folder } });
    },
  };
}
