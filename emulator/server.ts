// The emulator over HTTP: the API at /, the control API below /_emulator.
import type { Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { beginCall, type CallRequest } from "./api/dispatch.ts";
import { MAX_BODY_BYTES, openEnvelope } from "./api/envelope.ts";
import { endFaults } from "./api/faults.ts";
import { logRequest } from "./api/request-log.ts";
import { controlApi } from "./control/control-api.ts";
import { ApiError, EmulatorInputError, type TransportFault } from "./errors.ts";
import type { ActiveFault, World } from "./world/types.ts";

type Env = { Bindings: HttpBindings };

/** The whole emulator as a fetch-style application; `app.request("/", …)` needs no socket. */
export function createApp(world: World): Hono<Env> {
  const app = new Hono<Env>();
  app.route("/_emulator", controlApi(world));
  app.all("/", (context) => answer(world, context));
  app.notFound((context) => context.text("Not found. The API is at /, the control API is at /_emulator/.\n", 404));
  return app;
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
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
  const server = createAdaptorServer({ fetch: createApp(world).fetch, ...secure }) as Server;
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

async function answer(world: World, context: Context<Env>): Promise<Response> {
  const headers = Object.fromEntries(context.req.raw.headers);
  const tooLong = Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES;
  const url = new URL(context.req.url);
  let call: CallRequest;
  try {
    call = openEnvelope(world, {
      method: context.req.method,
      path: url.pathname,
      query: rawQuery(context),
      // A body over the limit is not read: its length is enough to reject it.
      body: tooLong ? new Uint8Array(MAX_BODY_BYTES + 1) : new Uint8Array(await context.req.arrayBuffer()),
      headers: { ...headers, host: headers["host"] ?? url.host },
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return rejectRequest(world, headers, error);
  }
  const pending = beginCall(world, call);
  if (pending.delayMs > 0) await sleep(pending.delayMs);
  const result = pending.finish();
  if (result.kind === "transport") return answerTransportFault(context, result.fault);
  for (const fault of result.holds) await hold(fault);
  if (result.kind === "answer") return Response.json({ Response: result.response });
  return errorAnswer(result.error, result.requestId);
}

/** The query as the client sent it. Parsing and rebuilding it could change the signed text. */
function rawQuery(context: Context<Env>): string {
  const url = (context.env as Partial<HttpBindings> | undefined)?.incoming?.url ?? context.req.url;
  return url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
}

function errorAnswer(error: ApiError, requestId: string): Response {
  return Response.json({ Response: { Error: { Code: error.code, Message: error.message }, RequestId: requestId } });
}

/**
 * Logs and answers a request that failed before it was parsed. The log has only the header values.
 */
function rejectRequest(world: World, headers: Readonly<Record<string, string>>, error: ApiError): Response {
  const requestId = world.random.uuid();
  logRequest(world, {
    at: world.now(),
    requestId,
    account: "",
    service: "",
    action: headers["x-tc-action"] ?? "",
    region: headers["x-tc-region"] ?? "",
    params: {},
    result: error.code,
    effects: [],
    faults: [],
  });
  return errorAnswer(error, requestId);
}

function answerTransportFault(context: Context<Env>, fault: TransportFault): Response {
  switch (fault.kind) {
    case "http":
      return context.html(`<html><body><h1>${fault.status ?? 500}</h1></body></html>`, (fault.status ?? 500) as 500);
    case "notJson":
      return context.text("upstream connect error or disconnect/reset before headers", 200);
    case "dropped": {
      const { outgoing } = (context.env ?? {}) as Partial<HttpBindings>;
      outgoing?.destroy();
      // `app.request()` has no socket to close, so this status represents the closed connection.
      return context.text("connection dropped\n", 502);
    }
  }
}

/** Holds a response for the time of a hold-after fault, or until the fault is released or ended. */
async function hold(fault: ActiveFault): Promise<void> {
  if (fault.effect.kind !== "hold-after" || fault.ended) return;
  const { ms } = fault.effect;
  const timer = new AbortController();
  let releaseHold = () => {};
  await new Promise<void>((release) => {
    releaseHold = release;
    fault.holds.add(release);
    if (ms !== undefined) sleep(ms, undefined, { signal: timer.signal }).then(release, () => undefined);
  });
  fault.holds.delete(releaseHold);
  timer.abort();
}
