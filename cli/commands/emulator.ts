// The command emulator: serves an emulated Tencent Cloud until it is interrupted.

import { once } from "node:events";
import { EmulatorInputError } from "../../emulator/errors.ts";
import { startEmulator } from "../../emulator/server.ts";
import { type Account, DEFAULT_ACCOUNTS, randomAccounts } from "../../emulator/settings/accounts.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { InputError, type Problem, StartError } from "../../lib/model/errors.ts";
import { message } from "../messages/catalogue.ts";
import { print } from "../ui/print.ts";

/** A bucket of the first account, for a state in COS. */
const BUCKET = { name: "state-1250000001", region: "ap-guangzhou" };

/** The options of `emulator`, as the command line has them. */
export interface EmulatorOptions {
  readonly crossBorder: boolean;
  readonly port: string;
  readonly host: string;
  readonly runFunctions?: true;
  readonly timeScale: string;
  readonly seed: string;
}

/** Runs `emulator`. Throws `InputError` for wrong options, `StartError` if it cannot listen. */
export async function emulator(options: EmulatorOptions): Promise<0> {
  const port = Number(options.port);
  const timeScale = Number(options.timeScale);
  const seed = Number(options.seed);
  const problems: Problem[] = [];
  const check = (isValid: boolean, where: string, code: "bad-port" | "bad-time-scale" | "bad-seed", value: string) => {
    if (!isValid) problems.push({ where, text: message(code, { value }).text });
  };
  check(Number.isInteger(port) && port >= 0 && port <= 65535, "--port", "bad-port", options.port);
  check(timeScale > 0 && Number.isFinite(timeScale), "--time-scale", "bad-time-scale", options.timeScale);
  check(Number.isSafeInteger(seed), "--seed", "bad-seed", options.seed);
  if (problems.length > 0) throw new InputError(problems);

  const buckets = [BUCKET];
  const base = options.runFunctions ? randomAccounts() : DEFAULT_ACCOUNTS;
  const world = createWorld({
    now: () => Date.now(),
    ...{ timeScale, seed, buckets, accounts: accounts(options.crossBorder, base) },
  });
  const functionEnv = (url: string) => ({ REPLICATOR_ENDPOINT: url });
  const running = await startEmulator({
    ...{ port, host: options.host, world },
    ...(options.runFunctions && { runFunctions: { functionEnv } }),
  }).catch((error: unknown) => {
    throw error instanceof EmulatorInputError
      ? new StartError(message("emulator-not-started", { cause: error.message }).text)
      : error;
  });
  if (running.isExposed) print(process.stderr, message("emulator-exposed", { host: options.host }).text);
  if (options.runFunctions) print(process.stderr, message("emulator-runs-functions").text);
  const [{ uin, secretId, secretKey }] = base;
  process.stdout.write(
    [
      message("emulator-started", { url: running.url, timeScale }).text,
      "",
      message("emulator-export", { name: "REPLICATOR_ENDPOINT", value: running.url }).text,
      message("emulator-export-id", { value: secretId, account: uin }).text,
      message("emulator-export", { name: "TENCENTCLOUD_SECRET_KEY", value: secretKey }).text,
      message("emulator-bucket", BUCKET).text,
      "",
      message("emulator-world", { url: running.url }).text,
      "",
    ].join("\n"),
  );
  const stop = new AbortController();
  await Promise.race([once(process, "SIGINT", stop), once(process, "SIGTERM", stop)]);
  stop.abort();
  await running.close();
  return 0;
}

/**
 * The emulator's accounts, with or without the vendor's approval of copies across the border of
 * mainland China.
 */
export function accounts(crossBorderApproved: boolean, base: readonly Account[] = DEFAULT_ACCOUNTS): Account[] {
  return base.map((account) => ({ ...account, crossBorderApproved }));
}
