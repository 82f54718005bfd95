// The password of the state's database as a secret of Secrets Manager.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setSecret } from "../../../emulator/control/secrets.ts";
import { type Emulator, startEmulator } from "../../../emulator/server.ts";
import { DEFAULT_ACCOUNTS } from "../../../emulator/settings/accounts.ts";
import type { World } from "../../../emulator/world/types.ts";
import { createWorld } from "../../../emulator/world/world.ts";
import { readSecret } from "../../../lib/adapters/tencent/read-secret.ts";
import { readConfig } from "../../../lib/replicator/config.ts";
import { openStateOf } from "../../../lib/replicator/open-replicator.ts";
import { emptySchema, postgres } from "../state/places.ts";

const [{ secretId, secretKey }] = DEFAULT_ACCOUNTS;
const region = "ap-guangzhou";
let world: World;
let emulator: Emulator;
beforeAll(async () => {
  world = createWorld({ now: Date.now });
  emulator = await startEmulator({ port: 0, world });
});
afterAll(() => emulator.close());

const read = (name: string) =>
  readSecret(
    { name, version: "v1", region },
    {
      ...{ endpoint: new URL(emulator.url), site: "cn", now: Date.now, signal: new AbortController().signal },
      credentials: async () => ({ secretId, secretKey }),
    },
  );

describe("a secret", () => {
  it.each([
    ["plain", "p@ss word", "p@ss word"],
    ["rotated", '{"UserName":"replicator","Password":"from-json"}', "from-json"],
    ["braces", "{not json", "{not json"],
    ["other-json", '{"a":1}', '{"a":1}'],
  ])("%s is read", async (name, text, expected) => {
    setSecret(world, { region, name, version: "v1", text });
    expect(await read(name)).toBe(expected);
  });

  it("that does not exist is an error that names the call", async () => {
    await expect(read("absent")).rejects.toThrow(/^GetSecretValue in ap-guangzhou: ResourceNotFound/);
  });

  it("with an unusable password is an error without its text", async () => {
    setSecret(world, { region, name: "wrong", version: "v1", text: '{"Password":{"planted":"secret"}}' });
    await expect(read("wrong")).rejects.toThrow(/SecretString\.Password/);
    await expect(read("wrong")).rejects.not.toThrow(/planted/);
  });
});

describe.skipIf(!postgres)("a state on a server", () => {
  const env = () => ({
    REPLICATOR_ENDPOINT: emulator.url,
    TENCENTCLOUD_SECRET_ID: secretId,
    TENCENTCLOUD_SECRET_KEY: secretKey,
    TENCENTCLOUD_REGION: region,
    STATE_PASSWORD_SECRET: "db:v1",
  });

  it("opens with the password of its secret, and no message has it", async () => {
    const { url, remove } = await emptySchema();
    const bare = new URL(url);
    setSecret(world, { region, name: "db", version: "v1", text: decodeURIComponent(bare.password) });
    bare.password = "";
    const config = readConfig({ ...env(), STATE_URL: bare.href });
    const state = await openStateOf(config, env());
    await state.close();
    setSecret(world, { region, name: "db", version: "v1", text: "planted%/@wrong" });
    const failed = openStateOf(config, env());
    await expect(failed).rejects.toThrow(/password/i);
    await expect(failed).rejects.not.toThrow(/planted/);
    await remove();
  });
});
