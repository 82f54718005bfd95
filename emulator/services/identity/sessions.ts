// Gives out temporary credentials of roles.
import { randomBytes } from "node:crypto";
import { ApiError } from "../../errors.ts";
import type { Session, StoredRole } from "../../world/services/cam.ts";
import type { World } from "../../world/types.ts";
import { meets } from "./conditions.ts";
import { readTrust, type Statement } from "./policy-document.ts";

/** How long expired credentials are still told from unknown ones. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Gives the role of an account to SCF, as for the run of a function. `lifetimeMs` counts from `World.now()`. Throws
 * `ApiError` ResourceNotFound.RoleNotFound if the role does not exist, and UnauthorizedOperation if it does not trust
 * `scf.qcloud.com`.
 */
export function issueRoleSession(world: World, uin: string, roleName: string, lifetimeMs: number): Session {
  const role = world.cam.roles.find(({ owner, name }) => owner === uin && name === roleName);
  if (role === undefined) {
    throw new ApiError("ResourceNotFound.RoleNotFound", `The role \`${roleName}\` does not exist.`);
  }
  if (!isTrusted(world, role, (statement) => statement.services.includes("scf.qcloud.com"))) {
    throw new ApiError("UnauthorizedOperation", `The role \`${roleName}\` does not trust scf.qcloud.com.`);
  }
  return openSession(world, role, "scf", lifetimeMs);
}

/**
 * Whether the trust policy of a role allows someone to take it. A deny beats every allow, and a condition that the
 * emulator does not know refuses, as in other policies.
 */
export function isTrusted(world: World, role: StoredRole, isAbout: (statement: Statement) => boolean): boolean {
  const context = { "qcs:current_time": [new Date(world.now()).toISOString()] };
  const about = readTrust(role.trust)
    .filter(isAbout)
    .map(({ effect, condition }) => ({ effect, met: meets(condition, context) }));
  if (about.some(({ met }) => typeof met === "string")) return false;
  const effects = about.filter(({ met }) => met).map(({ effect }) => effect);
  return effects.includes("allow") && !effects.includes("deny");
}

/** Makes credentials of a role, and forgets those that expired long ago. */
export function openSession(world: World, role: StoredRole, sessionName: string, lifetimeMs: number): Session {
  const account = world.config.accounts.find(({ uin, token }) => uin === role.owner && token === undefined);
  if (account === undefined) throw new ApiError("InternalError.GetAppIdError", `No account has the uin ${role.owner}.`);
  // Keys that may deploy code that runs must not follow from the seed.
  const isGuarded = world.runner !== undefined;
  const secret = () => (isGuarded ? randomBytes(16).toString("hex") : world.random.uuid().replaceAll("-", ""));
  const session: Session = {
    ...account,
    secretId: `AKID${secret()}`,
    secretKey: secret(),
    token: secret() + secret(),
    role: { name: role.name, id: role.id, sessionName },
    expiresAt: world.now() + lifetimeMs,
  };
  const kept = world.sessions.filter(({ expiresAt }) => expiresAt > world.now() - KEPT_MS);
  world.sessions.splice(0, world.sessions.length, ...kept, session);
  return session;
}
