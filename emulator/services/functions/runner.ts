// Runs functions: finds or starts an instance for each call, and ends those that are not needed.
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError } from "../../errors.ts";
import type { Session } from "../../world/services/cam.ts";
import {
  type FunctionRevision,
  type FunctionRunner,
  type InvocationCall,
  type InvocationResult,
  revisionOf,
  type StoredFunction,
  targetOf,
} from "../../world/services/function.ts";
import type { World } from "../../world/types.ts";
import { issueRoleSession } from "../identity/sessions.ts";
import { removeFolder } from "./code/remove-folder.ts";
import { unpack } from "./code/unpack.ts";
import { contextOf, environmentOf, keyVariables } from "./function-environment.ts";
import { refused } from "./invocation-result.ts";
import { BOOTSTRAP } from "./process/bootstrap.ts";
import { type Instance, startInstance } from "./process/instance.ts";
import { type Watch, watchFolder } from "./process/watch-group.ts";
import { recordInvocation } from "./record-invocation.ts";

/** Instances of a function without reserved concurrency: 128,000 MB in the cloud, too much for one machine. */
const MOST_INSTANCES = 20;
/** An instance that was idle for so long by the clock of the emulator ends. SCF's own time is not documented. */
const IDLE_MS = 30 * 60_000;
/** The temporary keys of an instance are replaced when half of this is over. */
const KEYS_LIFETIME_MS = 2 * 3_600_000;

interface Pooled {
  readonly stored: StoredFunction;
  readonly revision: string;
  readonly instance: Instance;
  readonly folder: string;
  readonly watch: Watch;
  session: Session | undefined;
  isBusy: boolean;
  /** Of `World.workNow()`. */
  idleSince: number;
}

/** The runner of an emulator. */
export interface ProcessRunner extends FunctionRunner {
  /** Ends idle instances, and those of code or settings that are not current. */
  endUnneeded(): void;
  /** Kills every instance. Resolves when all processes and folders are gone. */
  close(): Promise<void>;
}

/** Makes the runner of a world. `extra` are variables for every function. */
export function createRunner(
  world: World,
  nodes: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, string>>,
): ProcessRunner {
  const pool = new Set<Pooled>();
  /** Calls that are under way, by function id: an instance that is being started counts, too. */
  const running = new Map<string, number>();
  /** Calls that are under way, and instances that are ending. */
  const pending = new Set<Promise<unknown>>();
  let isClosed = false;

  const track = (work: Promise<unknown>) => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  const hasRoom = (stored: StoredFunction) => (running.get(stored.id) ?? 0) < instancesOf(stored);
  const end = (pooled: Pooled) => {
    pool.delete(pooled);
    const done = pooled.instance.end().then(async () => discard(pooled));
    track(done);
  };
  const isCurrent = ({ stored, revision }: Pooled) => {
    const known = world.functions.get(`${stored.owner}/${stored.region}/${stored.namespace}/${stored.name}`);
    if (known?.id !== stored.id) return false;
    return known.latest.revision === revision || known.versions.some((version) => version.revision === revision);
  };
  const start = async (stored: StoredFunction, code: FunctionRevision, source: string): Promise<Pooled> => {
    const session = sessionOf(world, stored, code);
    const folder = join(tmpdir(), `emulator-function-${randomUUID()}`);
    // Before there is a folder, so that none is left whenever the emulator dies.
    const watch = watchFolder(folder);
    const files = { bootstrap: join(folder, "bootstrap.cjs"), code: join(folder, "code") };
    const { settings, revision } = code;
    let instance: Instance;
    try {
      await mkdir(folder, { mode: 0o700 });
      await writeFile(files.bootstrap, BOOTSTRAP);
      // Else a package.json above the folder for temporary files could decide what the code is.
      await writeFile(join(folder, "package.json"), "{}");
      await unpack(code.code, files.code);
      instance = startInstance({
        node: nodes[settings.runtime] ?? process.execPath,
        ...{ files, watch },
        handler: settings.handler,
        environment: environmentOf(stored, code, { codeRoot: `${files.code}/`, source, session, extra }),
        memoryMb: settings.memoryMb,
        initTimeoutMs: settings.initTimeoutSeconds * 1000,
        now: () => world.now(),
      });
    } catch (error) {
      await discard({ folder, watch });
      throw error;
    }
    const pooled = { stored, revision, instance, folder, watch, session, isBusy: true, idleSince: 0 };
    pool.add(pooled);
    return pooled;
  };
  const take = async (stored: StoredFunction, code: FunctionRevision, source: string): Promise<Pooled> => {
    for (const pooled of pool) {
      if (pooled.isBusy || pooled.revision !== code.revision || !pooled.instance.isAlive()) continue;
      const { session } = pooled;
      const isOld = session !== undefined && session.expiresAt - world.now() < KEYS_LIFETIME_MS / 2;
      // Throws if the role is gone; the instance must not count as busy then.
      if (isOld) pooled.session = sessionOf(world, stored, code);
      pooled.isBusy = true;
      return pooled;
    }
    return start(stored, code, source);
  };
  const invoke = async (stored: StoredFunction, code: FunctionRevision, call: InvocationCall) => {
    let pooled: Pooled;
    try {
      pooled = await take(stored, code, call.source);
    } catch (error) {
      // A role that cannot be assumed, a damaged zip, a full disk.
      return refused(call.requestId, error instanceof ApiError ? 500 : 437, (error as Error).message);
    }
    if (isClosed) end(pooled);
    const result = await pooled.instance.run({
      id: call.requestId,
      event: call.event,
      context: contextOf(stored, code, call),
      environment: { ...keyVariables(pooled.session), TRIGGER_SRC: call.source },
    });
    pooled.isBusy = false;
    pooled.idleSince = world.workNow();
    if (!pooled.instance.isAlive() || !isCurrent(pooled) || isClosed) end(pooled);
    return result;
  };

  return {
    hasRoom,
    run: async (stored, call): Promise<InvocationResult> => {
      const code = revisionOf(stored, call.qualifier);
      if (code === undefined || isClosed) return refused(call.requestId, 435, "The function version does not exist");
      if (!hasRoom(stored)) return refused(call.requestId, 432, "ResourceLimitReached: no instance is free");
      running.set(stored.id, (running.get(stored.id) ?? 0) + 1);
      const startedAt = world.now();
      const invocation = invoke(stored, code, call);
      track(invocation);
      const result = await invocation;
      const left = (running.get(stored.id) ?? 1) - 1;
      if (left > 0) running.set(stored.id, left);
      else running.delete(stored.id);
      const { requestId, isAsync, retry } = call;
      const target = targetOf(stored, call.qualifier);
      recordInvocation(world, { ...result, requestId, target, isAsync, retry, startedAt }, code);
      return result;
    },
    endUnneeded: () => {
      const now = world.workNow();
      for (const pooled of pool) {
        if (pooled.isBusy) continue;
        if (now - pooled.idleSince >= IDLE_MS || !isCurrent(pooled) || !pooled.instance.isAlive()) end(pooled);
      }
    },
    close: async () => {
      isClosed = true;
      // A call that is just starting an instance ends it by itself.
      for (const pooled of pool) end(pooled);
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

async function discard({ folder, watch }: Pick<Pooled, "folder" | "watch">): Promise<void> {
  await removeFolder(folder);
  watch.release();
}

/** How many instances of a function may run side by side (scf 2018-04-16, PutReservedConcurrencyConfig). */
function instancesOf({ reservedMb, latest }: StoredFunction): number {
  if (reservedMb === undefined) return MOST_INSTANCES;
  return Math.floor(reservedMb / latest.settings.memoryMb);
}

function sessionOf(world: World, { owner }: StoredFunction, { settings }: FunctionRevision): Session | undefined {
  return settings.role === "" ? undefined : issueRoleSession(world, owner, settings.role, KEYS_LIFETIME_MS);
}
