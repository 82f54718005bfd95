// A bucket of COS as the state of the simulated processes: a gate before and after each request, and faults.
import { beginCos } from "../../emulator/services/cos/service.ts";
import { DEFAULT_ACCOUNTS } from "../../emulator/settings/accounts.ts";
import type { World } from "../../emulator/world/types.ts";
import { createWorld } from "../../emulator/world/world.ts";
import { openCosState } from "../../lib/adapters/state/cos/cos-state.ts";
import { LostAnswer, type RawAnswer, type Transport } from "../../lib/adapters/state/cos/requests/client.ts";
import type { SignedRequest } from "../../lib/adapters/state/cos/requests/sign.ts";
import type { State } from "../../lib/model/ports.ts";
import type { SimulationContext } from "./context.ts";
import type { Process } from "./scheduler.ts";

const [{ secretId, secretKey, appId }] = DEFAULT_ACCOUNTS;
const PLACE = { bucket: `state-${appId}`, prefix: "sim", region: "ap-guangzhou" };
/** How late a request may arrive whose sender has given up. Its signature ends before. */
const LATEST = 300_000;

/** A bucket without objects: a new one, or one whose objects a person deletes. */
export function emptyBucket(sim: SimulationContext, bucket = new SimulatedBucket(sim)): SimulatedBucket {
  bucket.clear();
  return bucket;
}

/** The bucket of one simulation. Each process opens it by itself, as instances of a function do. */
export class SimulatedBucket {
  readonly #sim: SimulationContext;
  readonly #world: World;

  constructor(sim: SimulationContext) {
    this.#sim = sim;
    this.#world = createWorld({
      now: () => sim.scheduler.now,
      buckets: [{ name: PLACE.bucket, region: PLACE.region }],
      switches: {
        cosListsNewAfterMs: sim.random.pick([0, 0, 30_000, 120_000]),
        cosListsDeletedForMs: sim.random.pick([0, 3_600_000]),
        cosExpiryLeewayMs: sim.random.pick([0, 60_000]),
        cosClockSkewMs: sim.random.pick([0, 60_000, -60_000]),
      },
    });
  }

  /** Deletes all objects, as a person would. */
  clear(): void {
    this.#world.buckets.get(PLACE.bucket)?.objects.clear();
  }

  /** Opens the state for a process; for the judge without one, and then nothing comes between. */
  open(process?: Process): Promise<State> {
    const { scheduler, random } = this.#sim;
    const exchange: Transport["exchange"] = process
      ? (request) => this.#through(process, request)
      : async (request) => this.#arrive(request);
    return openCosState(PLACE, "cos://simulated", {
      credentials: async () => ({ secretId, secretKey }),
      transport: { exchange, close: () => {} },
      surroundings: {
        now: () => scheduler.now + (process?.skew ?? 0),
        pause: (length) =>
          process && this.#sim.faultsOn
            ? scheduler.at(process, "cos pause", { delay: Math.round(length) })
            : Promise.resolve(),
        random: () => random.between(0, 999) / 1000,
      },
    });
  }

  async #through(process: Process, request: SignedRequest): Promise<RawAnswer> {
    const { scheduler, random, stateFaults, faultsOn } = this.#sim;
    // Without faults nothing can happen between two requests, so gates would only cost time.
    if (!faultsOn) return this.#arrive(request);
    const arriveLater = () => {
      scheduler.later(random.between(1_000, LATEST), () => void this.#arrive(request));
      return true;
    };
    const name = `cos ${request.method}`;
    const delay = random.roll(stateFaults) ? random.between(1_000, 30_000) : 0;
    await scheduler.at(process, name, { delay, arrives: arriveLater });
    const fault = random.roll(stateFaults) ? random.pick(["before", "after", "later", "503", "503 after"]) : "none";
    if (fault === "before") throw new LostAnswer("simulated: lost before");
    if (fault === "later") arriveLater();
    if (fault === "later") throw new LostAnswer("simulated: under way");
    const unavailable = { status: 503, date: new Date(this.#now()).toUTCString(), body: Buffer.from("") };
    const answer = fault === "503" ? unavailable : this.#arrive(request);
    await scheduler.at(process, `${name} done`);
    if (fault === "after") throw new LostAnswer("simulated: lost after");
    return fault === "503 after" ? unavailable : answer;
  }

  #now(): number {
    return this.#world.now() + this.#world.switches.cosClockSkewMs;
  }

  #arrive(request: SignedRequest): RawAnswer {
    const result = beginCos(this.#world, request).finish();
    if (result.kind === "transport") throw new LostAnswer(`simulated: ${result.fault.kind}`);
    const { status, headers, body } = result.response;
    return { status, date: headers["date"], body: Buffer.from(body) };
  }
}
