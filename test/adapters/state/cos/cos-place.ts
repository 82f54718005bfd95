// A bucket of the emulator for tests: over HTTP with the real clock, or in this process with a clock of the test.

import { TransportFault } from "../../../../emulator/errors.ts";
import { startEmulator } from "../../../../emulator/server.ts";
import { beginCos, callCos } from "../../../../emulator/services/cos/service.ts";
import { DEFAULT_ACCOUNTS } from "../../../../emulator/settings/accounts.ts";
import type { World, WorldOptions } from "../../../../emulator/world/types.ts";
import { createWorld } from "../../../../emulator/world/world.ts";
import { type CosOptions, openCosState } from "../../../../lib/adapters/state/cos/cos-state.ts";
import type { CosPlace } from "../../../../lib/adapters/state/cos/place.ts";
import { LostAnswer, type RawAnswer, type Transport } from "../../../../lib/adapters/state/cos/requests/client.ts";
import type { SignedRequest } from "../../../../lib/adapters/state/cos/requests/sign.ts";
import type { State } from "../../../../lib/model/ports.ts";
import type { Millis } from "../../../../lib/model/types.ts";

const [{ secretId, secretKey, appId }] = DEFAULT_ACCOUNTS;
export const PLACE: CosPlace = { bucket: `state-${appId}`, prefix: "replicator/lab", region: "ap-guangzhou" };
export const WHERE = `cos://${PLACE.bucket}/${PLACE.prefix}`;
export const CREDENTIALS = { secretId, secretKey };
const BUCKETS = [{ name: PLACE.bucket, region: PLACE.region }];

/** Opens the state of the bucket. */
type Open = (options?: Partial<CosOptions>) => Promise<State>;

/** An emulator with an empty bucket, on a port of this machine. */
export async function bucketOverHttp(): Promise<{
  world: World;
  open: Open;
  url: string;
  remove: () => Promise<void>;
}> {
  const world = createWorld({ now: Date.now, buckets: BUCKETS });
  const emulator = await startEmulator({ port: 0, world });
  const endpoint = new URL(emulator.url);
  const open: Open = (options) =>
    openCosState(PLACE, WHERE, { credentials: async () => CREDENTIALS, endpoint, ...options });
  return { world, open, url: emulator.url, remove: () => emulator.close() };
}

/** A request that arrived and waits for its effect, or is still in the network. */
export type Exchange = Transport["exchange"];

/** An emulator with an empty bucket in this process, and a clock that only the test moves. */
export interface LocalBucket {
  readonly world: World;
  readonly clock: { now: Millis };
  /** Sends a request, at the time of the clock. */
  readonly exchange: Exchange;
  /** Lets a request arrive, which checks its signature; its effect comes with the function it answers. */
  readonly arrive: (request: SignedRequest) => () => RawAnswer;
  /** Opens the state; `through` stands between it and the bucket. */
  readonly open: (options?: Partial<CosOptions> & { through?: (exchange: Exchange) => Exchange }) => Promise<State>;
  /** The operations since the last time this was asked, by name, in order. */
  readonly requests: () => string[];
  /** The keys of all objects, in order, without the prefix. */
  readonly keys: () => string[];
}

/** Makes an empty bucket. */
export function localBucket(options: Partial<WorldOptions> = {}): LocalBucket {
  const clock = { now: Date.parse("2026-12-01T00:00:00Z") };
  const world = createWorld({ now: () => clock.now, buckets: BUCKETS, ...options });
  const arrive = (request: SignedRequest) => {
    const pending = beginCos(world, request);
    return () => {
      const result = pending.finish();
      if (result.kind === "transport") throw lost(result.fault);
      return raw(result.response);
    };
  };
  const exchange: Exchange = async (request) => {
    // Requests of several writers alternate, as they do over a network.
    await new Promise((resolve) => setImmediate(resolve));
    return arrive(request)();
  };
  let seen = 0;
  return {
    world,
    clock,
    arrive,
    exchange,
    open: ({ through = (one: Exchange) => one, ...more } = {}) =>
      openCosState(PLACE, WHERE, {
        credentials: async () => CREDENTIALS,
        transport: { exchange: through(exchange), close: () => {} },
        surroundings: { now: () => clock.now, pause: async (ms) => void (clock.now += ms), random: () => 0.5 },
        ...more,
      }),
    requests: () => {
      const names = world.requests.slice(seen).map(({ action }) => action);
      seen = world.requests.length;
      return names;
    },
    keys: () =>
      [...(world.buckets.get(PLACE.bucket)?.objects.keys() ?? [])]
        .map((key) => key.slice(PLACE.prefix.length + 1))
        .sort(),
  };
}

function raw({ status, headers, body }: ReturnType<typeof callCos>): RawAnswer {
  return { status, date: headers["date"], body: Buffer.from(body) };
}

function lost(fault: TransportFault): LostAnswer {
  return new LostAnswer(`no answer (${fault.kind})`);
}
