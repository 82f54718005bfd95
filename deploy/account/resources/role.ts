// The CAM role of the functions, and its least policies.
import { DeployError, unlessAbsent } from "../call.ts";
import { allPages, baseName, type Deployment, foreign, markOf, sameJson } from "../deployment.ts";

// CAM has no regions; its API wants one.
const CAM_REGION = "ap-guangzhou";
const PAGE = 200;

interface RoleInfo {
  readonly Description: string | null;
  readonly PolicyDocument: string;
}

interface OwnPolicy {
  readonly PolicyId: number;
  readonly PolicyName: string;
  readonly Description: string | null;
}

/** Policies of the role, by the end of their names. The documents are CAM's. */
export type Documents = ReadonlyMap<string, object>;

async function roleOf({ call }: Deployment, name: string): Promise<RoleInfo | undefined> {
  const absent = /^(InvalidParameter\.RoleNotExist|ResourceNotFound(\.RoleNotExist)?)$/;
  const answer = await unlessAbsent(
    call<{ RoleInfo: RoleInfo }>("cam", "GetRole", CAM_REGION, { RoleName: name }),
    absent,
  );
  return answer?.RoleInfo;
}

/** The account's own policies whose names begin as those of this deployment. */
async function policiesOf(deployment: Deployment): Promise<OwnPolicy[]> {
  const prefix = `${baseName(deployment)}-`;
  // Without `Keyword`: how it matches is undocumented, and a policy that it misses could not be made again.
  const all = await allPages(async (_, Page) => {
    type Page = { List: OwnPolicy[]; TotalNum: number };
    const params = { Scope: "Local", Rp: PAGE, Page };
    const { List: items, TotalNum: total } = await deployment.call<Page>("cam", "ListPolicies", CAM_REGION, params);
    return { items, total };
  });
  return all.filter(({ PolicyName }) => PolicyName.startsWith(prefix));
}

/** The mark of the role, which tells besides for which region it was made: names of CAM have none. */
const roleMark = (deployment: Deployment) => `${markOf(deployment)} in ${deployment.region}`;

/** The region that a role of this stage was made for; undefined if the role is not ours. */
function regionOf(deployment: Deployment, { Description }: RoleInfo): string | undefined {
  const mark = markOf(deployment);
  if (Description === mark) return deployment.region; // a console may have cut the rest
  return Description?.startsWith(`${mark} in `) ? Description.slice(`${mark} in `.length) : undefined;
}

/** The region of this stage's deployment, as its role tells; undefined without a role of ours. */
export async function regionOfRole(deployment: Deployment): Promise<string | undefined> {
  const role = await roleOf(deployment, baseName(deployment));
  return role && regionOf(deployment, role);
}

const isOurs = (deployment: Deployment, description: string | null | undefined) => description === markOf(deployment);

/** The policies that this deployment made: another stage's name may begin with ours. */
const ownPolicies = async (deployment: Deployment) =>
  (await policiesOf(deployment)).filter(({ Description }) => isOurs(deployment, Description));

/** What has the name of our role or of one of our policies, and was not made by us. */
export async function foreignRole(deployment: Deployment, endings: readonly string[]): Promise<string[]> {
  const name = baseName(deployment);
  const role = await roleOf(deployment, name);
  const policies = (await policiesOf(deployment)).filter(
    ({ PolicyName, Description }) =>
      endings.some((ending) => PolicyName === `${name}-${ending}`) && !isOurs(deployment, Description),
  );
  return [
    ...(role ? problemsOf(deployment, role) : []),
    ...policies.map(({ PolicyName }) => foreign("the policy", PolicyName, deployment)),
  ];
}

/** The problem of a stage whose deployment is in another region, of which the region is given; none without one. */
export function elsewhere({ region, stage }: Deployment, regionOfAll: string | undefined): string[] {
  if (regionOfAll === undefined || regionOfAll === region) return [];
  return [
    `stage ${stage} is deployed in ${regionOfAll} already, with the one role that it has; set ` +
      `TENCENTCLOUD_REGION=${regionOfAll}, deploy to ${region} with another --stage, or first remove what is there: ` +
      `TENCENTCLOUD_REGION=${regionOfAll} npx serverless remove --stage ${stage}`,
  ];
}

/** Why a deployment may not use a role: it belongs to something else, or is of the same stage in another region. */
function problemsOf(deployment: Deployment, role: RoleInfo): string[] {
  const made = regionOf(deployment, role);
  return made === undefined ? [foreign("the role", baseName(deployment), deployment)] : elsewhere(deployment, made);
}

/**
 * Makes the role, which SCF may take, or sets its trust policy right. Whether it is new: CAM needs a moment until
 * SCF sees a new role.
 */
export async function ensureRole(deployment: Deployment, trust: object): Promise<{ readonly isNew: boolean }> {
  const { call, report } = deployment;
  const RoleName = baseName(deployment);
  const PolicyDocument = JSON.stringify(trust);
  const role = await roleOf(deployment, RoleName);
  if (!role) {
    await call("cam", "CreateRole", CAM_REGION, { RoleName, PolicyDocument, Description: roleMark(deployment) });
    report("made", `role ${RoleName}`);
    return { isNew: true };
  }
  const [problem] = problemsOf(deployment, role);
  if (problem !== undefined) throw new DeployError(problem);
  const isRight = sameJson(parsed(role.PolicyDocument), trust);
  if (!isRight) await call("cam", "UpdateAssumeRolePolicy", CAM_REGION, { RoleName, PolicyDocument });
  report(isRight ? "unchanged" : "updated", `role ${RoleName}`);
  return { isNew: false };
}

/** Gives the role exactly these policies of ours. What others attached to it stays. */
export async function ensurePolicies(deployment: Deployment, documents: Documents): Promise<void> {
  const { call, report } = deployment;
  const role = baseName(deployment);
  const own = await ownPolicies(deployment);
  const attached = await attachedTo(deployment, role);
  for (const [ending, document] of documents) {
    const name = `${role}-${ending}`;
    const existing = own.find(({ PolicyName }) => PolicyName === name);
    const id = existing?.PolicyId ?? (await createPolicy(deployment, name, document));
    const isRight = existing === undefined || (await isDocument(deployment, id, document));
    if (!isRight)
      await call("cam", "UpdatePolicy", CAM_REGION, { PolicyId: id, PolicyDocument: JSON.stringify(document) });
    const isAttached = attached.has(id);
    if (!isAttached) await call("cam", "AttachRolePolicy", CAM_REGION, { PolicyId: id, AttachRoleName: role });
    report(existing === undefined ? "made" : isRight && isAttached ? "unchanged" : "updated", `policy ${name}`);
  }
  const isDesired = ({ PolicyName }: OwnPolicy) => documents.has(PolicyName.slice(role.length + 1));
  for (const policy of own.filter((one) => !isDesired(one))) await removePolicy(deployment, policy, role);
}

async function createPolicy(deployment: Deployment, PolicyName: string, document: object): Promise<number> {
  const params = { PolicyName, PolicyDocument: JSON.stringify(document), Description: markOf(deployment) };
  return (await deployment.call<{ PolicyId: number }>("cam", "CreatePolicy", CAM_REGION, params)).PolicyId;
}

async function isDocument({ call }: Deployment, PolicyId: number, document: object): Promise<boolean> {
  const { PolicyDocument } = await call<{ PolicyDocument: string }>("cam", "GetPolicy", CAM_REGION, { PolicyId });
  return sameJson(parsed(PolicyDocument), document);
}

async function attachedTo({ call }: Deployment, RoleName: string): Promise<ReadonlySet<number>> {
  const attached = await allPages(async (_, Page) => {
    type Page = { List: { PolicyId: number }[]; TotalNum: number };
    const params = { RoleName, Page, Rp: PAGE };
    const { List: items, TotalNum: total } = await call<Page>("cam", "ListAttachedRolePolicies", CAM_REGION, params);
    return { items, total };
  });
  return new Set(attached.map(({ PolicyId }) => PolicyId));
}

/** CAM stores a document as text, perhaps percent-encoded, as some of its answers are. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("%") ? decodeURIComponent(text) : text) as unknown;
  } catch {
    return undefined;
  }
}

/** Detaches a policy from our role and deletes it. */
async function removePolicy({ call, report }: Deployment, policy: OwnPolicy, role: string): Promise<void> {
  const { PolicyId, PolicyName } = policy;
  await unlessAbsent(
    call("cam", "DetachRolePolicy", CAM_REGION, { PolicyId, DetachRoleName: role }),
    /RoleNotExist|PolicyIdNotExist/,
  );
  await call("cam", "DeletePolicy", CAM_REGION, { PolicyId: [PolicyId] });
  report("removed", `policy ${PolicyName}`);
}

/** Removes our role and its policies, and what others attached to the role stays as a policy. */
export async function removeRole(deployment: Deployment): Promise<void> {
  const name = baseName(deployment);
  const role = await roleOf(deployment, name);
  if (role && regionOf(deployment, role) === undefined) {
    deployment.warn(foreign("the role", name, deployment));
    return;
  }
  for (const policy of await ownPolicies(deployment)) await removePolicy(deployment, policy, name);
  if (!role) return;
  for (const PolicyId of await attachedTo(deployment, name)) {
    await deployment.call("cam", "DetachRolePolicy", CAM_REGION, { PolicyId, DetachRoleName: name });
  }
  await deployment.call("cam", "DeleteRole", CAM_REGION, { RoleName: name });
  deployment.report("removed", `role ${name}`);
}
