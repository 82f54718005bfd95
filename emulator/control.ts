import { Hono } from "hono";
import type { World } from "./world.ts";
export function controlApi(world: World): Hono {
  const app = new Hono();
  app.get("/health", (c) => c.json({ ok: true, images: world.serial }));
  return app;
}
