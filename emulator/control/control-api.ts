// The routes of the control API.
import { type Context, Hono } from "hono";
import { addFault, endFaults, releaseHolds } from "../api/faults.ts";
import { ApiError, EmulatorInputError } from "../errors.ts";
import { deliverDue } from "../services/events/deliver.ts";
import type { ActiveFault } from "../settings/faults.ts";
import { ALL_SWITCHES, parseSwitches } from "../settings/switches.ts";
import { progressOf, type StoredImage, tagsOf } from "../world/image.ts";
import { makeInstances, makeLaunchConfiguration, makeLaunchTemplate, removeUser } from "../world/image-users.ts";
import { imagesIn, isBusy } from "../world/inventory.ts";
import type { Bucket } from "../world/services/bucket.ts";
import { makeBucket } from "../world/services/make-bucket.ts";
import type { World } from "../world/types.ts";
import { advance, setKmsKeys, setQuota } from "../world/world.ts";
import { changeImage, deleteImage, makeImages, shareImage } from "./console.ts";
import { functionsApi } from "./functions-api.ts";
import {
  bucketBody,
  clockBody,
  faultBody,
  imageBody,
  imageChangeBody,
  instanceBody,
  kmsKeysBody,
  launchConfigurationBody,
  launchTemplateBody,
  parseBody,
  quotaBody,
  secretBody,
  shareBody,
} from "./request-bodies.ts";
import { setSecret } from "./secrets.ts";
import { checkOpenImport, importWorld, openExport } from "./snapshot.ts";

/**
 * The control API below `/_emulator`: unsigned JSON for tests and demos. The README lists its
 * routes.
 */
export function controlApi(world: World): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (error instanceof ApiError) return context.json({ error: `${error.code}: ${error.message}` }, 400);
    if (error instanceof EmulatorInputError) return context.json({ error: error.message }, 400);
    throw error;
  });

  app.get("/health", (c) => c.json({ ok: true, now: world.now(), clockOffset: world.clockOffset }));
  app.get("/world", (c) => c.json(describeWorld(world, c.req.query())));

  app.get("/requests", (c) => {
    const { action, account } = c.req.query();
    const requests = world.requests.filter(
      (request) => (action ?? request.action) === request.action && (account ?? request.account) === request.account,
    );
    return c.json({ requests });
  });
  app.delete("/requests", (c) => c.json({ removed: world.requests.splice(0).length }));

  app.get("/switches", (c) => c.json({ switches: world.switches, all: ALL_SWITCHES }));
  app.put("/switches", async (c) => {
    Object.assign(world.switches, parseSwitches(await readObject(c)));
    return c.json({ switches: world.switches });
  });

  app.get("/faults", (c) => c.json({ faults: world.faults.map(viewFault) }));
  app.post("/faults", async (c) => c.json(viewFault(addFault(world, parseBody(faultBody, await readObject(c))))));
  app.delete("/faults", (c) => c.json({ ended: endFaults(world) }));
  app.delete("/faults/:id", (c) => c.json({ ended: endFaults(world, findFault(world, c.req.param("id")).id) }));
  app.post("/faults/:id/release", (c) => {
    const fault = findFault(world, c.req.param("id"));
    const released = fault.holds.size;
    releaseHolds(fault);
    return c.json({ released });
  });

  app.post("/images", async (c) => {
    const images = makeImages(world, parseBody(imageBody, await readObject(c)));
    return c.json({ images: images.map((image) => viewStoredImage(world, image)) });
  });
  app.patch("/images/:region/:id", async (c) => {
    const change = parseBody(imageChangeBody, await readObject(c));
    const at = { region: c.req.param("region"), imageId: c.req.param("id") };
    return c.json(viewStoredImage(world, changeImage(world, at, change)));
  });
  app.delete("/images/:region/:id", (c) => {
    const at = { region: c.req.param("region"), imageId: c.req.param("id") };
    deleteImage(world, at, c.req.query("silent") === "true");
    return c.json({ removed: at });
  });
  app.post("/share", async (c) => {
    const { region, imageId, accounts, permission, silent } = parseBody(shareBody, await readObject(c));
    shareImage(world, { region, imageId }, accounts, permission, silent);
    return c.json({ ok: true });
  });

  app.post("/instances", async (c) => {
    return c.json({ instances: makeInstances(world, parseBody(instanceBody, await readObject(c))) });
  });
  app.post("/launch-templates", async (c) => {
    return c.json(makeLaunchTemplate(world, parseBody(launchTemplateBody, await readObject(c))));
  });
  app.post("/launch-configurations", async (c) => {
    return c.json(makeLaunchConfiguration(world, parseBody(launchConfigurationBody, await readObject(c))));
  });
  app.delete("/users/:region/:id", (c) => {
    removeUser(world, c.req.param("region"), c.req.param("id"));
    return c.json({ removed: c.req.param("id") });
  });
  app.post("/buckets", async (c) => c.json(viewBucket(makeBucket(world, parseBody(bucketBody, await readObject(c))))));
  app.put("/quota", async (c) => {
    const { region, quota } = parseBody(quotaBody, await readObject(c));
    setQuota(world, region, quota);
    return c.json({ quotas: Object.fromEntries(world.quotas) });
  });
  app.put("/secrets", async (c) => c.json(setSecret(world, parseBody(secretBody, await readObject(c)))));
  app.put("/kms-keys", async (c) => {
    const { region, keys } = parseBody(kmsKeysBody, await readObject(c));
    setKmsKeys(world, region, keys);
    return c.json({ kmsKeys: Object.fromEntries(world.kmsKeys) });
  });

  app.get("/events", (c) => {
    const { after = "0", account } = c.req.query();
    const start = Number(after);
    if (!Number.isSafeInteger(start) || start < 0) throw new EmulatorInputError(`after: ${after} is not a cursor`);
    const events = world.events.slice(start).filter((event) => (account ?? event.account) === event.account);
    return c.json({ events, next: world.events.length });
  });
  app.get("/deliveries", (c) => c.json({ deliveries: world.deliveries, waiting: world.eventQueue.length }));
  app.route("/", functionsApi(world));
  app.get("/export", (c) => c.json(openExport(world)));
  app.put("/import", async (c) => {
    const input = await readObject(c);
    checkOpenImport(world, input);
    importWorld(world, input);
    return c.json({ images: describeWorld(world).images.length });
  });
  app.post("/clock", async (c) => {
    advance(world, parseBody(clockBody, await readObject(c)).advanceMs);
    deliverDue(world);
    return c.json({ clockOffset: world.clockOffset });
  });
  app.all("/*", (c) => c.json({ error: `${c.req.method} ${c.req.path} does not exist` }, 404));
  return app;
}

async function readObject(context: Context): Promise<Record<string, unknown>> {
  const body: unknown = await context.req.json().catch(() => undefined);
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new EmulatorInputError("body: must be a JSON object");
}

function findFault(world: World, id: string): ActiveFault {
  const fault = world.faults.find((candidate) => candidate.id === id);
  if (fault === undefined) throw new EmulatorInputError(`fault ${id} does not exist`);
  return fault;
}

function viewFault({ id, match, effect, seen, fired, ended, holds }: ActiveFault) {
  return { id, match, effect, seen, fired, ended, held: holds.size };
}

/** The full content of a world without public images, with data that no API call shows. */
export function describeWorld(world: World, filter: { account?: string; region?: string } = {}) {
  const images = world.config.regions
    .filter((region) => (filter.region ?? region.id) === region.id)
    .flatMap((region) => imagesIn(world, region.id))
    .filter((image) => image.owner !== "" && (filter.account ?? image.owner) === image.owner);
  return {
    clockOffset: world.clockOffset,
    accounts: world.config.accounts.map(({ uin, appId, secretId }) => ({ uin, appId, secretId })),
    regions: world.config.regions,
    images: images.map((image) => viewStoredImage(world, image)),
    leftSnapshots: world.leftSnapshots,
    users: world.users.filter(
      (user) => (filter.account ?? user.owner) === user.owner && (filter.region ?? user.region) === user.region,
    ),
    buckets: [...world.buckets.values()]
      .filter(({ owner, region }) => (filter.account ?? owner) === owner && (filter.region ?? region) === region)
      .map(viewBucket),
    quota: world.config.quota,
    quotas: Object.fromEntries(world.quotas),
    kmsKeys: Object.fromEntries(world.kmsKeys),
  };
}

function viewBucket({ name, region, owner, versioning, objects }: Bucket) {
  const keys = [...objects].map(([key, { body }]) => ({ key, bytes: body.length }));
  return { account: owner, name, region, versioning: versioning ?? null, objects: keys };
}

function viewStoredImage(world: World, image: StoredImage) {
  const { state, percent } = progressOf(image, world.workNow());
  const { owner, region, imageId, name, description, sizeGiB, family, deprecated, encrypted, platform, serial } = image;
  return {
    account: owner,
    region,
    imageId,
    serial,
    name,
    description,
    state,
    percent: percent ?? null,
    busy: isBusy(world, owner, image),
    visible: image.visibleFrom <= world.workNow(),
    sizeGiB,
    family,
    deprecated,
    encrypted,
    kmsKeyId: image.kmsKeyId === "" ? null : image.kmsKeyId,
    platform,
    tags: Object.fromEntries(tagsOf(image)),
    sharedWith: [...image.shares.keys()],
    createdAt: image.createdAt,
    copiedFrom: image.copiedFrom ?? null,
  };
}
