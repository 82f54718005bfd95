import { once } from "node:events";
import { EmulatorInputError } from "../../emulator/errors.ts";
import { startEmulator } from "../../emulator/server.ts";
import { type Account, DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { InputError, type Problem, StartError } from "../../lib/model/errors.ts";

/** `emulator`: runs until it is interrupted. */
export async function emulator(options: {
  crossBorder: boolean;
  port: string;
  host: string;
  timeScale: string;
  seed: string;
}): Promise<0> {
  const port = Number(options.port);
  const timeScale = Number(options.timeScale);
  const seed = Number(options.seed);
  const problems: Problem[] = [];
  const wrong = (where: string, value: string, allowed: string) =>
    problems.push({ where, text: `"${value}" is not ${allowed}` });
  if (!Number.isInteger(port) || port < 0 || port > 65535) wrong("--port", options.port, "a port from 0 to 65535");
  if (!(timeScale > 0) || !Number.isFinite(timeScale))
    wrong("--time-scale", options.timeScale, "a number above 0, such as 60");
  if (!Number.isSafeInteger(seed)) wrong("--seed", options.seed, "a whole number");
  if (problems.length > 0) throw new InputError(problems);

  const world = createWorld({ now: () => Date.now(), timeScale, seed, accounts: accounts(options.crossBorder) });
  const running = await startEmulator({ port, host: options.host, world }).catch((error: unknown) => {
    throw error instanceof EmulatorInputError ? new StartError(error.message) : error;
  });
  const [{ uin, secretId, secretKey }] = DEFAULT_ACCOUNTS;
  process.stdout.write(
    [
      `Tencent Cloud emulator at ${running.url}, ${timeScale} times as fast as the cloud. In another terminal:`,
      "",
      `  export REPLICATOR_ENDPOINT=${running.url}`,
      `  export TENCENTCLOUD_SECRET_ID=${secretId}   # account ${uin}`,
      `  export TENCENTCLOUD_SECRET_KEY=${secretKey}`,
      "",
      `What it holds: ${running.url}/_emulator/world   Press Ctrl-C to stop.`,
      "",
    ].join("\n"),
  );
  const stop = new AbortController();
  await Promise.race([once(process, "SIGINT", stop), once(process, "SIGTERM", stop)]);
  stop.abort();
  await running.close();
  return 0;
}

/** The emulator's accounts, with or without the vendor's leave to copy between mainland China and the rest of the world. */
export function accounts(crossBorderApproved: boolean): Account[] {
  return DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved }));
}
