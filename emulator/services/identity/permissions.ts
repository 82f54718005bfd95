// What a caller may do: the policies of its role, evaluated as CAM does.
import type { Account } from "../../settings/accounts.ts";
import { tagsOf } from "../../world/image.ts";
import type { StoredPolicy } from "../../world/services/cam.ts";
import type { World } from "../../world/types.ts";
import { type Context, matchesStars, meets } from "./conditions.ts";
import { readPolicy, type Statement } from "./policy-document.ts";
import { PRESET_POLICIES } from "./preset-policies.ts";

/**
 * Whether a caller may do an action, such as `cvm:SyncImages`, on a resource: six segments, or `*` for an action that
 * is checked without one. A deny beats every allow. A key without a role may do all.
 */
export function isAllowed(world: World, caller: Account, action: string, resource: string): boolean {
  return refusalOf(world, caller, action, resource) === undefined;
}

/** Why a caller may not do an action on a resource; undefined if it may. */
export function refusalOf(world: World, caller: Account, action: string, resource: string): string | undefined {
  if (caller.role === undefined) return undefined;
  const context = contextOf(world, resource);
  let isGranted = false;
  for (const { name, document } of policiesOf(world, caller)) {
    for (const statement of readPolicy(document)) {
      if (!isAbout(statement, caller, action, resource)) continue;
      const met = meets(statement.condition, context);
      // Nobody can say whether the condition holds, so the call is refused whatever the effect is.
      if (typeof met === "string") return `the emulator does not know ${met} in the policy ${name}`;
      if (met && statement.effect === "deny") return `the policy ${name} denies it`;
      if (met) isGranted = true;
    }
  }
  return isGranted ? undefined : `no policy of the role ${caller.role.name} allows it`;
}

/** The policies of the caller's role. None if the role was deleted. */
function policiesOf(world: World, caller: Account): StoredPolicy[] {
  const role = world.cam.roles.find(({ id, owner }) => id === caller.role?.id && owner === caller.uin);
  const all = [...world.cam.policies, ...PRESET_POLICIES];
  return (role?.attached ?? []).flatMap(({ policyId }) => all.find(({ id }) => id === policyId) ?? []);
}

function isAbout(statement: Statement, caller: Account, action: string, resource: string): boolean {
  return (
    statement.actions.some((pattern) => matchesStars(pattern, action)) &&
    statement.resources.some((pattern) =>
      resource === "*" ? coversAll(pattern, caller, action) : covers(pattern, caller, resource),
    )
  );
}

/** Project, service, region, account, and the rest, which may have colons. */
const SEGMENTS = /^qcs:([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s;

/** Whether the resource of a policy covers all that an action of the caller's account could be about. */
function coversAll(pattern: string, caller: Account, action: string): boolean {
  const [service = ""] = action.split(":");
  const [, , , region = "", , name = ""] = SEGMENTS.exec(pattern) ?? [];
  if (pattern === "*") return true;
  const isEverywhere = (region === "" || region === "*") && name === "*";
  return isEverywhere && covers(pattern, caller, `qcs::${service}::uin/${caller.uin}:all`);
}

/**
 * Whether the resource of a policy covers one. Empty segments stand for all regions and for the caller's own account.
 */
function covers(pattern: string, caller: Account, resource: string): boolean {
  if (pattern === "*") return true;
  const [, , service = "", region = "", owner = "", name = ""] = SEGMENTS.exec(pattern) ?? [];
  const parts = SEGMENTS.exec(resource);
  if (parts === null) return false;
  const [, , itsService = "", itsRegion = "", itsOwner = "", itsName = ""] = parts;
  const own = [`uin/${caller.uin}`, `uid/${caller.appId}`];
  const owners = owner === "" || owner === "uin/" || own.includes(owner) ? own : [owner];
  // A resource has one of the two names of its account, a pattern may have the other.
  const itsOwners = own.includes(itsOwner) ? own : [itsOwner];
  return (
    matchesStars(service, itsService) &&
    (region === "" || matchesStars(region, itsRegion)) &&
    owners.some((one) => itsOwners.some((its) => matchesStars(one, its))) &&
    matchesStars(name, itsName)
  );
}

/** The values that conditions are compared with. Tags are `key&value`. */
function contextOf(world: World, resource: string): Context {
  const [, region = "", imageId = ""] = /^qcs::cvm:([^:]*):[^:]*:image\/(.+)$/.exec(resource) ?? [];
  const image = world.images.get(region)?.get(imageId);
  const tags = image === undefined ? (world.resourceTags.get(resource) ?? []) : tagsOf(image);
  return {
    "qcs:current_time": [new Date(world.now()).toISOString()],
    "qcs:resource_tag": [...tags].map(([key, value]) => `${key}&${value}`),
  };
}
