// Answers over HTTP that a fault holds or replaces, for the API and for COS.
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { TransportFault } from "../errors.ts";
import type { ActiveFault } from "../settings/faults.ts";

/** A context of a real server, or of `app.request()`, which has no bindings. */
export type HttpContext = Context<{ Bindings: HttpBindings }>;

/** The path and the query as the client sent them. Parsing and rebuilding them could change the signed text. */
export function rawTarget(context: HttpContext): string {
  const url = (context.env as Partial<HttpBindings> | undefined)?.incoming?.url ?? context.req.url;
  // A client that takes the emulator for its proxy sends the whole address.
  return url.replace(/^https?:\/\/[^/?]*/i, "");
}

/** Answers a call whose answer of the API is lost. */
export function answerTransportFault(context: HttpContext, fault: TransportFault): Response {
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
export async function hold(fault: ActiveFault): Promise<void> {
  if (fault.ended) return;
  const ms = fault.effect.kind === "hold-after" ? fault.effect.ms : undefined;
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
