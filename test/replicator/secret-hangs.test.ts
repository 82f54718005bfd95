// A run waits no longer for the password of its state than it has time.
import { expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { startEmulator } from "../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import { openStateOf } from "../../lib/replicator/open/open-state.ts";

const [MAIN] = DEFAULT_ACCOUNTS;

it("ends the wait for Secrets Manager with the run", async () => {
  const world = createWorld({ now: Date.now });
  const emulator = await startEmulator({ port: 0, world });
  try {
    addFault(world, { match: { action: "GetSecretValue", times: 0 }, effect: { kind: "hang" } });
    const env = {
      REPLICATOR_ENDPOINT: emulator.url,
      TENCENTCLOUD_REGION: "ap-guangzhou",
      TENCENTCLOUD_SECRET_ID: MAIN.secretId,
      TENCENTCLOUD_SECRET_KEY: MAIN.secretKey,
      STATE_URL: "postgres://replicator@127.0.0.1:1/state",
      STATE_PASSWORD_SECRET: "db:v1",
    };
    const from = Date.now();
    const opened = openStateOf(readConfig(env), env, { signal: AbortSignal.timeout(300) });
    await expect(opened).rejects.toMatchObject({ code: "Aborted" });
    expect(Date.now() - from).toBeLessThan(3_000);
  } finally {
    await emulator.close();
  }
});
