// The emulator over HTTP: COS at its hosts; at all others the API at /, the control API below /_emulator.
import type { Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { endFaults } from "./api/faults.ts";
import { answerApi } from "./api/http.ts";
import { isLoopback, ownHostsOf, refusalOf } from "./api/request-guard.ts";
import { controlApi } from "./control/control-api.ts";
import { answerCos } from "./cos/http.ts";
import { isCosHost } from "./cos/request.ts";
import { EmulatorInputError } from "./errors.ts";
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
  app.all("/", (context) => answerApi(world, context));
  app.notFound((context) => context.text("Not found. The API is at /, the control API is at /_emulator/.\n", 404));
  return app;
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
  /** Whether other machines may reach it, and with it the control API, which asks for no key. */
  readonly isExposed: boolean;
  /** Stops listening, ends all faults and closes every connection. */
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
}): Promise<Emulator> {
  const { world, port, host = "127.0.0.1", tls } = options;
  const secure = tls && { createServer: createSecureServer, serverOptions: tls };
  const server = createAdaptorServer({ fetch: createApp(world, ownHostsOf(host)).fetch, ...secure }) as Server;
  // A client with a connection pool must not send a request on a connection that is just closing.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http${tls ? "s" : ""}://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    port: bound,
    isExposed: !isLoopback(host),
    close: async () => {
      endFaults(world);
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
