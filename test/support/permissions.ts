// The actions in the CAM policies of deploy/cam/, and an emulator that refuses all others.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ACTIONS } from "../../emulator/actions/registry.ts";
import { addFault } from "../../emulator/api/faults.ts";
import type { World } from "../../emulator/world/types.ts";

/**
 * The statements of the CAM policies in `deploy/cam/` have a fixed order: the first one is always
 * needed, the second one for `copy.shareWith` and rollback. Deletions (by `prune`, of plain
 * intermediate copies and of failed copies) have a file of their own.
 */

const FOLDER = join(import.meta.dirname, "../../deploy/cam");

/** A CAM policy, with the fields that ours use. */
export interface CamPolicy {
  readonly version: string;
  readonly statement: readonly { readonly effect: string; readonly action: string[]; readonly resource?: string[] }[];
}

export function readCam(name: string): CamPolicy {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as CamPolicy;
}

/**
 * The actions that a policy, or some of its statements (counted from 1), allow, as
 * `service:Action`.
 */
export function allowedBy(name: string, ...statements: readonly number[]): string[] {
  return readCam(name)
    .statement.filter((_, index) => statements.length === 0 || statements.includes(index + 1))
    .flatMap(({ action }) => action)
    .sort();
}

/** The actions that a state in a bucket needs. */
export function allowedForBucket(): string[] {
  return allowedBy("state-in-cos");
}

/** The actions that a policy allows together with the file for deletions. */
export function allowedWithDeletions(name: string): string[] {
  return [...allowedBy(name), ...allowedBy("delete-images")].sort();
}

/**
 * Makes the emulator refuse every call of an account to an action that is not listed, as CAM does.
 */
export function allowOnly(world: World, account: string, actions: readonly string[]): void {
  for (const { service, name } of ACTIONS) {
    if (actions.includes(`${service}:${name}`)) continue;
    addFault(world, {
      match: { service, action: name, account, times: 0 },
      effect: { kind: "error", code: "UnauthorizedOperation", message: "You are not authorized to perform this." },
    });
  }
}

/** The actions of COS whose name in CAM is not that of the operation (vendor's page 436/30580). */
const IN_CAM: Readonly<Record<string, string>> = { ListObjects: "GetBucket", DeleteObjects: "DeleteMultipleObjects" };

/** The actions in a log of requests, as CAM names them, each once. */
export function calledIn(requests: readonly { service: string; action: string }[]): string[] {
  const nameOf = (service: string, action: string) =>
    service === "cos" ? `name/cos:${IN_CAM[action] ?? action}` : `${service}:${action}`;
  return [...new Set(requests.map(({ service, action }) => nameOf(service, action)))].sort();
}
