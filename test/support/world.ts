// A small cloud with a state and a clock, in which a test runs the whole program.

import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAction } from "../../emulator/api/dispatch.ts";
import { type ImageSpec, makeImages } from "../../emulator/control/console.ts";
import { ApiError, TransportFault } from "../../emulator/errors.ts";
import { type Account, DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import type { World, WorldOptions } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { openState } from "../../lib/adapters/state/open.ts";
import { verdictOf } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { cloudOver } from "../../lib/adapters/tencent/tencent-cloud.ts";
import { AnswerError } from "../../lib/adapters/tencent/transport/answer.ts";
import type { Send } from "../../lib/adapters/tencent/transport/call.ts";
import { cloudError } from "../../lib/adapters/tencent/transport/transport.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Cloud, Replicator, State } from "../../lib/model/ports.ts";
import type { Millis } from "../../lib/model/types.ts";
import { type Report, replicate } from "../../lib/replicator/reconcile.ts";
import type { RunRequest } from "../../lib/replicator/run-requests.ts";
import { LAB, NOW, SETTLE } from "./builders.ts";
import { copiesOf, NO_JOURNAL } from "./records.ts";

const VERSIONS = {
  cvm: "2017-03-12",
  tag: "2018-08-13",
  sts: "2018-08-13",
  as: "2018-04-19",
  region: "2022-06-27",
  cls: "2020-10-16",
  ssm: "2019-09-23",
} as const;

/** A replicator whose parts a test may replace. */
export type Instance = { -readonly [K in keyof Replicator]: Replicator[K] };

/**
 * A small cloud, a state, and a clock that only the test moves. A run of the program takes no real
 * waiting time.
 */
export interface TestWorld {
  readonly world: World;
  readonly state: State;
  /** Moves the clock forward. */
  pass(ms: Millis): void;
  bake(order?: Partial<ImageSpec>): StoredImage[];
  /**
   * One more instance of the program: a new claimant on the same state, except for the parts in
   * `more`.
   */
  instance(policies: readonly Policy[], more?: Partial<Replicator>): Instance;
  /** Sweeps once, then polls every minute until every copy is ready, at most `rounds` times. */
  settle(replicator: Replicator, rounds?: number): Promise<Report>;
  /** All copies in the cloud, as `source id → region: name`. */
  copies(): string[];
  /** The number of SyncImages calls that had an effect. */
  syncs(): number;
  /** Replaces the state by an empty one, and returns it. */
  forget(): Promise<State>;
  close(): Promise<void>;
}

/** Whether an account has copies that are not ready. */
export function isUnfinished({ totals }: Report): boolean {
  return Object.entries(totals).some(([phase, count]) => phase !== "ready" && count > 0);
}

export const sweep: RunRequest = { trigger: "test", scope: { kind: "sweep" } };
export const poll: RunRequest = { trigger: "test", scope: { kind: "poll" } };

/** The engines of the state in tests; PostgreSQL only if a server is available. */
export const ENGINES = process.env["TEST_POSTGRES_URL"] ? (["embedded", "postgres"] as const) : (["embedded"] as const);

/**
 * A new database file, or a new schema of PostgreSQL, which is deleted together with the test
 * server.
 */
function newPlace(engine: "embedded" | "postgres"): { url: string; path?: string } {
  const name = `replicator_${randomUUID().replaceAll("-", "")}`;
  if (engine === "embedded") {
    const path = join(tmpdir(), `${name}.db`);
    return { url: `sqlite:${path}`, path };
  }
  const url = new URL(process.env["TEST_POSTGRES_URL"] ?? "");
  url.searchParams.set("schema", name);
  return { url: url.href };
}

export async function testWorld(
  options: Partial<WorldOptions> = {},
  engine: "embedded" | "postgres" = "embedded",
): Promise<TestWorld> {
  let now = NOW;
  const accounts = DEFAULT_ACCOUNTS.map((account) => ({ ...account, crossBorderApproved: true }));
  const world = createWorld({ now: () => now, accounts, rateLimits: false, imageSizeGiB: 20, ...options });
  const open = async () => {
    const { url, path } = newPlace(engine);
    return { state: await openState(url), path };
  };
  let place = await open();
  const [owner] = accounts as [Account, ...Account[]];
  const copied = () =>
    [...world.images.values()].flatMap((images) => [...images.values()]).filter((image) => image.copiedFrom);

  const self: TestWorld = {
    world,
    get state() {
      return place.state;
    },
    pass(ms) {
      now += ms;
    },
    bake: (order = {}) => makeImages(world, { region: "ap-guangzhou", name: "golden-web", sizeGiB: 20, ...order }),
    instance: (policies, more = {}) => ({
      cloud: cloudIn(world, owner, () => now),
      state: place.state,
      journal: NO_JOURNAL,
      policies,
      me: { id: randomUUID() },
      installation: LAB,
      now: () => now,
      stopAt: () => Number.POSITIVE_INFINITY,
      concurrency: 4,
      pause: () => new Promise(() => {}),
      settle: SETTLE,
      sweepEvery: 0,
      isDead: () => false,
      ...more,
    }),
    async settle(replicator, rounds = 40) {
      let report = await replicate(sweep, replicator);
      for (let round = 0; round < rounds && isUnfinished(report); round += 1) {
        now += 60_000;
        report = await replicate(poll, replicator);
      }
      // A poll answers only the copies that were due.
      return { ...report, copies: await copiesOf(replicator.state, report.account) };
    },
    copies: () =>
      copied()
        .map((image) => `${image.copiedFrom?.imageId} → ${image.region}: ${image.name}`)
        .sort(),
    syncs: () =>
      world.requests.filter(
        ({ action, params, effects }) =>
          action === "SyncImages" && !(params as { DryRun?: boolean }).DryRun && effects.length > 0,
      ).length,
    async forget() {
      const old = place;
      place = await open();
      await old.state.close();
      remove(old.path);
      return place.state;
    },
    async close() {
      await place.state.close();
      remove(place.path);
    },
  };
  return self;
}

function remove(path: string | undefined): void {
  if (path === undefined) return;
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

/** The adapter directly over the emulated world: the product's own code except for HTTP. */
export function cloudIn(world: World, account: Account, now: () => Millis): Cloud {
  return cloudOver(sendIn(world, account, now), { site: "cn", signal: new AbortController().signal });
}

/** What sends the calls of the adapters to the emulated world, without HTTP. */
export function sendIn(world: World, account: Account, now: () => Millis): Send {
  return async (call, read) => {
    await Promise.resolve();
    if (call.notAfter !== undefined && now() > call.notAfter)
      throw cloudError(call, { code: "NotSent", text: "too late" }, "none");
    const { service, action, region, params, body, headers = {} } = call;
    const topic = headers["X-CLS-TopicId"];
    const failed = (code: string, text: string) =>
      cloudError(call, { code, text }, call.changes ? verdictOf(code).effect : "none");
    try {
      const answer = callAction(world, {
        account,
        service,
        action,
        version: VERSIONS[service as keyof typeof VERSIONS],
        region,
        params: JSON.parse(JSON.stringify(topic === undefined ? params : { TopicId: topic })) as Record<
          string,
          unknown
        >,
        ...(body && { body }),
      });
      return read(JSON.parse(JSON.stringify(answer)) as Record<string, unknown>);
    } catch (error) {
      if (error instanceof AnswerError) throw failed(error.code, error.message);
      if (error instanceof ApiError) throw failed(error.code, error.message);
      if (error instanceof TransportFault)
        throw failed(
          error.kind === "http" ? "HttpStatus" : error.kind === "notJson" ? "BadAnswer" : "Network",
          error.kind,
        );
      throw error;
    }
  };
}
