// The routes of the control API that show functions, their events and their invocations.
import { Hono } from "hono";
import { statusOf } from "../world/services/function.ts";
import type { World } from "../world/types.ts";

/** `GET /functions` and `GET /invocations?function=`. Values of variables are not shown: they may be secrets. */
export function functionsApi(world: World): Hono {
  const app = new Hono();
  app.get("/functions", (c) => c.json({ functions: viewFunctions(world) }));
  app.get("/invocations", (c) => {
    const name = c.req.query("function");
    const invocations = world.invocations.filter(({ target }) => (name ?? target.name) === target.name);
    return c.json({
      invocations: invocations.map(({ target, text, error, lines, ...invocation }) => ({
        function: target.name,
        ...target,
        ...invocation,
        result: text,
        error: error ?? null,
        log: lines.map((line) => line.text),
      })),
    });
  });
  return app;
}

function viewFunctions(world: World) {
  const now = world.workNow();
  return [...world.functions.values()].map((stored) => ({
    account: stored.owner,
    region: stored.region,
    namespace: stored.namespace,
    name: stored.name,
    id: stored.id,
    status: statusOf(stored, now),
    codeBytes: stored.latest.code.length,
    settings: { ...stored.latest.settings, environment: stored.latest.settings.environment.map(({ key }) => key) },
    triggers: stored.triggers,
    versions: stored.versions.map(({ version }) => version),
    retryNum: stored.retryNum,
    msgTtlSeconds: stored.msgTtlSeconds,
    reservedMb: stored.reservedMb ?? null,
    waiting: world.asyncEvents
      .filter(({ target }) => target.name === stored.name && target.account === stored.owner)
      .filter(({ target }) => target.region === stored.region)
      .map(({ requestId, dueAt, errors, throttles, isRunning }) => {
        return { requestId, inMs: Math.max(0, dueAt - now), errors, throttles, isRunning };
      }),
  }));
}
