// The emulator over HTTP: COS at its hosts; at all others the API at /, the control API below /_emulator.
import type { Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { endFaults } from "./api/faults.ts";
import { answerApi } from "./api/http.ts";
import { isLoopback, ownHostsOf, refusalOf } from "./api/request-guard.ts";
import { controlApi } from "./control/control-api.ts";
import { EmulatorInputError } from "./errors.ts";
import { answerCos } from "./services/cos/http.ts";
import { isCosHost } from "./services/cos/request.ts";
import { deliverDue } from "./services/events/deliver.ts";
import { type RunFunctions, startFunctions } from "./services/functions/start-functions.ts";
import type { World } from "./world/types.ts";

type Env = { Bindings: HttpBindings };

/**
 * The whole emulator as a fetch-style application; `app.request("/", …)` needs no socket. `ownHosts`
 * are accepted in Host headers besides loopback and the vendor's hosts.
 */
export function createApp(world: World, ownHosts: readonly string[] = []): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const header = (name: string) => context.req.header(name);
    const host = header("host") ?? new URL(context.req.url).host;
    const refusal = refusalOf({ host, origin: header("origin"), fetchSite: header("sec-fetch-site") }, ownHosts);
    if (refusal !== undefined) return context.text(`Refused: ${refusal}.\n`, 403);
    return isCosHost(host) ? await answerCos(world, context) : await next();
  });
  app.route("/_emulator", controlApi(world));
  app.all("/", async (context) => {
    const answer = await answerApi(world, context);
    // By the clock that judges signatures: a client compares it with its own.
    answer.headers.set("date", new Date(world.now()).toUTCString());
    return answer;
  });
  app.notFound((context) => context.text("Not found. The API is at /, the control API is at /_emulator/.\n", 404));
  return app;
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
  /** Whether other machines may reach it, and with it the control API, which asks for no key. */
  readonly isExposed: boolean;
  /** Stops listening, ends all faults, closes every connection and kills all functions. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP or HTTPS server. Port 0 picks a free port. Rejects with an `EmulatorInputError`,
 * which includes the next step, if the port or the address is not available.
 */
export async function startEmulator(options: {
  port: number;
  host?: string;
  world: World;
  /** PEM texts. If given, the server uses HTTPS, which some clients require. */
  tls?: { cert: string; key: string };
  /**
   * Runs the functions that are deployed to it, with all rights of the user: this executes code that
   * arrives over HTTP. Refused beyond loopback. Anyone who knows a key of `world` may deploy, so a world
   * that web pages or other users could reach needs keys of its own (`randomAccounts`).
   */
  runFunctions?: RunFunctions;
}): Promise<Emulator> {
  const { world, port, host = "127.0.0.1", tls, runFunctions } = options;
  if (runFunctions && !isLoopback(host)) {
    throw new EmulatorInputError(
      `functions run on loopback only, because they run with all your rights, and other machines may reach ${host}; use the host 127.0.0.1, or do not run functions`,
    );
  }
  const secure = tls && { createServer: createSecureServer, serverOptions: tls };
  const server = createAdaptorServer({ fetch: createApp(world, ownHostsOf(host)).fetch, ...secure }) as Server;
  // A client with a connection pool must not send a request on a connection that is just closing.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  // A batch, or an event that a fault delays, is due at a time at which no request may come.
  const deliveries = setInterval(() => deliverDue(world), 200).unref();
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const url = `http${tls ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${bound}`;
  const endFunctions = runFunctions && startFunctions(world, runFunctions, url);
  return {
    url,
    port: bound,
    isExposed: !isLoopback(host),
    close: async () => {
      endFaults(world);
      clearInterval(deliveries);
      await endFunctions?.();
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): EmulatorInputError {
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: "the port is already in use; stop the other process, or choose another port (0 picks a free one)",
    EACCES: "permission denied; choose a port of 1024 or above",
    EADDRNOTAVAIL: "this machine does not have this address; use 127.0.0.1",
    ENOTFOUND: "the host name cannot be resolved; use 127.0.0.1",
  };
  return new EmulatorInputError(`cannot listen on ${host}:${port}: ${why[error.code ?? ""] ?? error.message}`);
}
