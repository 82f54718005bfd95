import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ACTIONS } from "../../emulator/actions/registry.ts";
import { addFault } from "../../emulator/api/faults.ts";
import type { World } from "../../emulator/world/types.ts";

/**
 * The CAM policies of `deploy/cam/` and what they allow. Their statements stand in an order: the first is for all, the
 * second for `copy.shareWith` and rollback, the third for deleting: `prune`, encrypted copies and failed ones.
 */

const FOLDER = join(import.meta.dirname, "../../deploy/cam");

/** A policy as CAM has it, as far as ours go. */
export interface CamPolicy {
  readonly version: string;
  readonly statement: readonly { readonly effect: string; readonly action: string[]; readonly resource?: string[] }[];
}

export function readCam(name: string): CamPolicy {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as CamPolicy;
}

/** The actions that a policy allows, as `service:Action`; or some of its statements, counted from 1. */
export function allowedBy(name: string, ...statements: readonly number[]): string[] {
  return readCam(name)
    .statement.filter((_, index) => statements.length === 0 || statements.includes(index + 1))
    .flatMap(({ action }) => action)
    .sort();
}

/** Refuses every call of an account that is not among the actions, as CAM does. */
export function allowOnly(world: World, account: string, actions: readonly string[]): void {
  for (const { service, name } of ACTIONS) {
    if (actions.includes(`${service}:${name}`)) continue;
    addFault(world, {
      match: { service, action: name, account, times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation", message: "You are not authorized to perform this." },
    });
  }
}

/** The actions that a log of requests shows, as `service:Action`, each once. */
export function calledIn(requests: readonly { service: string; action: string }[]): string[] {
  return [...new Set(requests.map(({ service, action }) => `${service}:${action}`))].sort();
}
