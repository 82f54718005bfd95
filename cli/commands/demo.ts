// The command demo: everything on this machine, from a new image to its copies.

import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "tencentcloud-sdk-nodejs-cvm/tencentcloud/services/cvm/v20170312/cvm_client.js";
import { startEmulator } from "../../emulator/server.ts";
import { type Account, DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { StartError } from "../../lib/model/errors.ts";
import { stateOf } from "../../lib/model/identity.ts";
import type { Copy } from "../../lib/model/types.ts";
import { compilePolicies } from "../../lib/policy/compiled.ts";
import { readConfig, settleIn } from "../../lib/replicator/config.ts";
import type { Answer } from "../../lib/replicator/invoke-function.ts";
import { openStateOf } from "../../lib/replicator/open/open-state.ts";
import { copyLabels, placeText } from "../../lib/report/copies/copy-label.ts";
import { isSettled, summarise } from "../../lib/report/summary.ts";
import { message } from "../messages/catalogue.ts";
import { packageFolder, packageVersion } from "../package.ts";
import { readPolicies } from "../runs/read-policies.ts";
import { showProgress } from "../ui/apply/progress.ts";
import { totalsOf } from "../ui/status/table.ts";
import { clean } from "../ui/text.ts";
import { accounts } from "./emulator.ts";

type Handler = (event: unknown, context: object) => Promise<Partial<Answer>>;

const REGION = "ap-guangzhou";
/** At this speed a copy that takes 10 to 30 minutes in the cloud takes 4 to 12 seconds. */
const TIME_SCALE = 150;
/** Milliseconds between two runs of the timer. */
const TICK = 500;
/** Milliseconds after which the demo ends in any case. */
const LONGEST = 55_000;

/**
 * Runs `demo`. Answers the exit code: 1 if a copy is not ready in the end. Throws `StartError` if
 * the functions are not built.
 */
export async function demo(): Promise<0 | 1 | 130> {
  const stopped = watchForStop();
  const top = packageFolder();
  const handler = functionsIn(join(top, "dist/functions"));
  const folder = await mkdtemp(join(tmpdir(), "cvm-replicator-demo-"));
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const [owner, partner] = DEFAULT_ACCOUNTS;
  const world = createWorld({
    now: () => Date.now(),
    timeScale: TIME_SCALE,
    imageSizeGiB: 20,
    accounts: accounts(true),
  });
  const cloud = await startEmulator({ port: 0, world });
  const policyFile = join(folder, "policy.json");
  const policies = await readPolicies(join(top, "policy.example.yaml"), settleIn(process.env));
  await writeFile(policyFile, compilePolicies(policies, packageVersion()));
  const stateUrl = `sqlite:${join(folder, "state.db")}`;
  Object.assign(process.env, {
    REPLICATOR_ENDPOINT: cloud.url,
    TENCENTCLOUD_SECRET_ID: owner.secretId,
    TENCENTCLOUD_SECRET_KEY: owner.secretKey,
    POLICY_FILE: policyFile,
    STATE_URL: stateUrl,
    SWEEP_EVERY: "5s",
    SETTLE: "2s",
    LOG_LEVEL: "error",
  });
  const state = await openStateOf(readConfig(process.env), process.env);
  try {
    say(message("demo-cloud", { url: cloud.url, timeScale: TIME_SCALE }).text);
    const names = ["golden-web-2026.11", "base-tencentos-4"] as const;
    const created = await createImage(cloud.url, owner, names[0]);
    say(message("demo-source", { account: owner.uin, imageId: created, name: names[0], region: REGION }).text);
    const shared = await createImage(cloud.url, partner, names[1]);
    say(message("demo-shared", { account: partner.uin, imageId: shared, name: names[1] }).text);
    say(`${message("demo-functions").text}\n`);

    const started = Date.now();
    const progress = showProgress(process.stdout, { every: true });
    const all = async () => (await state.read(owner.uin, { all: true })).copies;
    let copies = await all();
    progress.begin(copies);
    let delivered = 0;
    let sharedAt: number | undefined;
    while (Date.now() - started < LONGEST && !stopped()) {
      delivered = await deliverEvents(world, owner, delivered, handler["image-created"]);
      await handler["poll-copies"](
        { Type: "Timer", TriggerName: "demo", Time: new Date().toISOString(), Message: "" },
        {},
      );
      sharedAt ??= await shareWhenNormal(cloud.url, partner, shared, owner);
      copies = await all();
      progress.show(copies);
      const roots = new Set(copies.map((copy) => copy.key.rootId));
      if (roots.has(created) && roots.has(shared) && copies.every(isSettled)) break;
      await sleep(TICK);
    }
    return stopped() ? 130 : printResult(say, copies, world, Date.now() - started);
  } finally {
    await state.close();
    await cloud.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first Ctrl-C lets the demo clean up. A second one ends it at once. */
function watchForStop(): () => boolean {
  let stopped = false;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      stopped = true;
    });
  }
  return () => stopped;
}

/** The handlers of the built functions, as they are deployed. */
function functionsIn(folder: string): Record<"image-created" | "poll-copies", Handler> {
  const load = (name: string): Handler => {
    const file = join(folder, name, "index.js");
    if (!existsSync(file)) throw new StartError(message("not-built", { file }).text);
    return (createRequire(import.meta.url)(file) as { main_handler: Handler }).main_handler;
  };
  return { "image-created": load("image-created"), "poll-copies": load("poll-copies") };
}

function clientOf(url: string, { secretId, secretKey }: Account): InstanceType<typeof Client> {
  const { host } = new URL(url);
  const profile = { httpProfile: { endpoint: host, protocol: "http://" } } as const;
  return new Client({ credential: { secretId, secretKey }, region: REGION, profile });
}

async function createImage(url: string, account: Account, name: string): Promise<string> {
  const { ImageId } = await clientOf(url, account).CreateImage({ ImageName: name, InstanceId: "ins-demo0001" });
  return ImageId ?? "";
}

/** Shares an image once it is NORMAL. Answers the time at which it was shared. */
async function shareWhenNormal(url: string, from: Account, imageId: string, to: Account): Promise<number | undefined> {
  const client = clientOf(url, from);
  const { ImageSet } = await client.DescribeImages({ ImageIds: [imageId] });
  if (ImageSet?.[0]?.ImageState !== "NORMAL") return undefined;
  await client.ModifyImageSharePermission({ ImageId: imageId, AccountIds: [to.uin], Permission: "SHARE" });
  return Date.now();
}

/**
 * Delivers the new events of the account, as EventBridge does. Answers the number of all events so
 * far.
 */
async function deliverEvents(world: World, account: Account, after: number, handler: Handler): Promise<number> {
  for (const { account: uin, event } of world.events.slice(after)) if (uin === account.uin) await handler(event, {});
  return world.events.length;
}

function printResult(say: (text: string) => void, copies: readonly Copy[], world: World, ms: number): 0 | 1 {
  const { summary } = summarise(copies, []);
  const syncs = world.requests.filter(
    ({ action, params, result }) =>
      action === "SyncImages" && !(params as { DryRun?: boolean }).DryRun && result === "ok",
  );
  const result = { totals: totalsOf(copies), seconds: Math.round(ms / 1000), calls: syncs.length };
  say(`\n${message("demo-total", result).text}`);
  const copyLabel = copyLabels(copies);
  for (const copy of copies) {
    const image = "imageId" in copy ? world.images.get(copy.key.region)?.get(copy.imageId) : undefined;
    say(
      `  ${copy.key.rootId} → ${placeText(copy.key.region, copyLabel(copy)).padEnd(13)} ${stateOf(copy)}  ${image ? `${image.imageId} "${clean(image.name)}"` : ""}`,
    );
  }
  const isReady = summary.total > 0 && summary.ready === summary.total;
  say(`\n${message(isReady ? "demo-succeeded" : "demo-failed").text}`);
  return isReady ? 0 : 1;
}
