// The rules of EventBridge that bring the events of images to image-created.
import { DeployError, unlessAbsent } from "../call.ts";
import { allPages, baseName, type Deployment, foreign, functionName, markOf, sameJson } from "../deployment.ts";

/** CloudAudit events reach the default bus of this region only, whatever region they are about (1108/63236). */
export const EVENTS_REGION = "ap-guangzhou";
const PAGE = 20;

/** The patterns of both rules, by the end of their names. docs/deploy.md has them too. */
export const PATTERNS = {
  images: {
    source: ["cvm.cloud.tencent"],
    type: ["cvm:CloudEvent:ApiCall", "cvm:CloudEvent:ConsoleCall", "cvm:CloudEvent:MiniProgramCall"],
    data: {
      eventName: [
        ...["CreateImage", "ImportImage", "SyncImages", "DeleteImages"],
        ...["ModifyImageAttribute", "ModifyImageSharePermission"],
      ],
    },
  },
  tags: {
    type: ["tag:CloudEvent:ApiCall", "tag:CloudEvent:ConsoleCall"],
    data: {
      eventName: ["TagResources", "UnTagResources", "ModifyResourceTags", "AttachResourcesTag", "DetachResourcesTag"],
    },
  },
} as const;

interface Rule {
  readonly RuleId: string;
  readonly RuleName: string;
  readonly Description: string | null;
  readonly Enable: boolean;
}

interface Found extends Rule {
  readonly EventBusId: string;
}

async function defaultBus({ call }: Deployment): Promise<string> {
  const { EventBuses } = await call<{ EventBuses: { EventBusId: string; Type: string }[] | null }>(
    ...(["eb", "ListEventBuses", EVENTS_REGION, { Limit: PAGE }] as const),
  );
  const bus = EventBuses?.find(({ Type }) => Type === "Cloud");
  if (bus) return bus.EventBusId;
  throw new DeployError(
    `EventBridge has no default bus in ${EVENTS_REGION}; open https://console.cloud.tencent.com/eb once to enable ` +
      "EventBridge, and run the same command again",
  );
}

/** The rules on the default bus with one of our names. */
async function rulesOf(deployment: Deployment): Promise<Found[]> {
  const { call } = deployment;
  const EventBusId = await defaultBus(deployment);
  const names = Object.keys(PATTERNS).map((ending) => `${baseName(deployment)}-${ending}`);
  const rules = await allPages(async (Offset) => {
    const params = { EventBusId, Limit: PAGE, Offset };
    type Page = { Rules: Rule[]; TotalCount: number };
    const { Rules: items, TotalCount: total } = await call<Page>("eb", "ListRules", EVENTS_REGION, params);
    return { items, total };
  });
  return rules.filter(({ RuleName }) => names.includes(RuleName)).map((rule) => ({ ...rule, EventBusId }));
}

/** The rules that have one of our names and were not made by us. */
export async function foreignRules(deployment: Deployment): Promise<string[]> {
  return (await rulesOf(deployment))
    .filter(({ Description }) => Description !== markOf(deployment))
    .map(({ RuleName }) => foreign("the EventBridge rule", RuleName, deployment));
}

/** Makes both rules with image-created as their target, or sets them right. The function must exist. */
export async function ensureRules(deployment: Deployment): Promise<void> {
  const { call, report, account } = deployment;
  const existing = await rulesOf(deployment);
  const EventBusId = existing[0]?.EventBusId ?? (await defaultBus(deployment));
  const target = functionName(deployment, "image-created");
  const resource = `qcs::scf:${EVENTS_REGION}:uin/${account.uin}:namespace/default/function/${target}/$LATEST`;
  for (const [ending, pattern] of Object.entries(PATTERNS)) {
    const RuleName = `${baseName(deployment)}-${ending}`;
    const found = existing.find((rule) => rule.RuleName === RuleName);
    if (found && found.Description !== markOf(deployment))
      throw new DeployError(foreign("the EventBridge rule", RuleName, deployment));
    const settings = { EventPattern: JSON.stringify(pattern), Enable: true, Description: markOf(deployment) };
    const RuleId =
      found?.RuleId ??
      (await call<{ RuleId: string }>("eb", "CreateRule", EVENTS_REGION, { EventBusId, RuleName, ...settings })).RuleId;
    const at = { EventBusId, RuleId };
    const isRight = !found || (found.Enable && (await isPattern(deployment, at, pattern)));
    if (!isRight) await call("eb", "UpdateRule", EVENTS_REGION, { ...at, ...settings });
    const isAimed = (await targetsOf(deployment, at)).some((one) => one.resource === resource);
    if (!isAimed) {
      const TargetDescription = { ResourceDescription: resource };
      await call("eb", "CreateTarget", EVENTS_REGION, { ...at, Type: "scf", TargetDescription });
    }
    report(found ? (isRight && isAimed ? "unchanged" : "updated") : "made", `EventBridge rule ${RuleName}`);
  }
}

interface RuleAt {
  readonly EventBusId: string;
  readonly RuleId: string;
}

async function isPattern({ call }: Deployment, { EventBusId, RuleId }: RuleAt, pattern: object): Promise<boolean> {
  const { EventPattern } = await call<{ EventPattern: string }>("eb", "GetRule", EVENTS_REGION, { EventBusId, RuleId });
  try {
    return sameJson(JSON.parse(EventPattern), pattern);
  } catch {
    return false;
  }
}

async function targetsOf({ call }: Deployment, { EventBusId, RuleId }: RuleAt) {
  type Target = { TargetId: string; TargetDescription: { ResourceDescription: string } | null };
  const targets = await allPages(async (Offset) => {
    const params = { EventBusId, RuleId, Limit: PAGE, Offset };
    type Page = { Targets: Target[]; TotalCount: number };
    const { Targets: items, TotalCount: total } = await call<Page>("eb", "ListTargets", EVENTS_REGION, params);
    return { items, total };
  });
  return targets.map(({ TargetId, TargetDescription }) => ({
    TargetId,
    resource: TargetDescription?.ResourceDescription,
  }));
}

/** Removes our rules with their targets. */
export async function removeRules(deployment: Deployment): Promise<void> {
  const { call, report, warn } = deployment;
  for (const rule of await rulesOf(deployment)) {
    const { EventBusId, RuleId, RuleName } = rule;
    if (rule.Description !== markOf(deployment)) {
      warn(foreign("the EventBridge rule", RuleName, deployment));
      continue;
    }
    const at = { EventBusId, RuleId };
    for (const { TargetId } of await targetsOf(deployment, at)) {
      await unlessAbsent(call("eb", "DeleteTarget", EVENTS_REGION, { ...at, TargetId }), /^ResourceNotFound/);
    }
    await unlessAbsent(call("eb", "DeleteRule", EVENTS_REGION, at), /^ResourceNotFound/);
    report("removed", `EventBridge rule ${RuleName}`);
  }
}

/** What a deployment outside of the events' region says about events. */
export function withoutEvents({ region, stage }: Pick<Deployment, "region" | "stage">): string {
  return (
    `no EventBridge rule was made: events of CVM arrive in ${EVENTS_REGION} only, and the functions are in ${region}. ` +
    "New images are found by the sweep of poll-copies (SWEEP_EVERY). To react to events as well, put image-created " +
    `where they arrive: TENCENTCLOUD_REGION=${EVENTS_REGION} npx serverless deploy function --function image-created --stage ${stage}`
  );
}
