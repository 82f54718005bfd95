// Checks of the way of events: CloudAudit, the default bus of Guangzhou, a rule that matches, and its target.
import { finding } from "../../model/messages/doctor.ts";
import { agoText } from "../../report/health/timer-health.ts";
import { type Check, check, notChecked } from "../check.ts";
import { EVENT_REGION, type Facts } from "../facts.ts";
import { failed } from "../failures.ts";
import { type Fields, fieldsAt, listAt, numberAt, textAt } from "../fields.ts";
import { CREATE_EVENTS, TAG_EVENTS } from "../sample-events.ts";

const PAGE = 100;

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly pattern: string;
  /** The resources of its targets. */
  readonly targets: readonly string[];
}

/** The rules of images and tags, and CloudAudit, which no call can check. */
export async function eventChecks(facts: Facts): Promise<Check[]> {
  const { home, stage } = facts;
  if (home !== EVENT_REGION)
    return [check("event rule", finding("events-elsewhere", { region: home, needed: EVENT_REGION }))];
  const [bus, audit] = await Promise.all([facts.attempt(() => readBus(facts)), auditCheck(facts)]);
  if (!bus.ok) return [failed("event rule", bus.error, "eb"), audit];
  if (bus.value === undefined) return [check("event rule", finding("no-default-bus", { region: EVENT_REGION })), audit];
  const rules = bus.value;
  const target = `function/${facts.fullName("image-created")}`;
  const ofOurs = (name: string) => rules.filter((rule) => rule.name === `cvm-image-replicator-${stage}-${name}`);
  const leading = rules.filter(({ targets }) => targets.some((one) => pointsTo(one, target)));
  const images = await judge(facts, {
    rules: unique([...ofOurs("images"), ...leading]),
    target,
    events: CREATE_EVENTS,
  });
  const tags = selectsByTag(facts)
    ? await judge(facts, { rules: unique([...ofOurs("tags"), ...leading]), target, events: TAG_EVENTS })
    : undefined;
  return [ruleCheck("event rule", images, facts), ...(tags ? [tagCheck(tags, facts)] : []), audit];
}

const unique = (rules: readonly Rule[]) => [...new Set(rules)];
const selectsByTag = ({ policies }: Facts) =>
  policies.some(({ enabled, select }) => enabled && (select.tags !== undefined || select.not?.tags !== undefined));

/** `qcs::scf:REGION:uin/UIN:namespace/default/function/NAME/QUALIFIER` (docs of EventBridge on targets of SCF). */
const pointsTo = (resource: string, target: string) => resource.endsWith(target) || resource.includes(`${target}/`);
/** Whether a resource names the region and the namespace of the functions, as far as it names any. */
const isHere = (resource: string, home: string) => {
  const [, region = ""] = /^qcs::scf:([^:]*):/.exec(resource) ?? [];
  const [, namespace = ""] = /:namespace\/([^/]+)\//.exec(resource) ?? [];
  return (region === "" || region === home) && (namespace === "" || namespace === "default");
};

/** The rules of the default bus with their targets; undefined if there is no such bus. */
async function readBus({ inspection: { read } }: Facts): Promise<Rule[] | undefined> {
  const of = (action: string, params: object) => ({ service: "eb", action, region: EVENT_REGION, params }) as const;
  const buses = await read(of("ListEventBuses", { Limit: PAGE }), (answer) => listAt(answer, "EventBuses"));
  const bus = buses.find((one) => textAt(one, "Type") === "Cloud" || textAt(one, "EventBusName") === "default");
  if (!bus) return undefined;
  const EventBusId = textAt(bus, "EventBusId");
  const rules: Fields[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await read(of("ListRules", { EventBusId, Limit: PAGE, Offset: rules.length }), (answer) => ({
      items: listAt(answer, "Rules"),
      total: numberAt(answer, "TotalCount") ?? 0,
    }));
    rules.push(...page.items);
    hasMore = page.items.length > 0 && rules.length < page.total;
  }
  // Rules of others can be many; those without a function as target cannot be ours.
  const own = rules.filter(
    (rule) =>
      textAt(rule, "RuleName").startsWith("cvm-image-replicator-") ||
      listAt(rule, "Targets").some((target) => textAt(target, "Type") === "scf"),
  );
  return await Promise.all(
    own.map(async (rule): Promise<Rule> => {
      const RuleId = textAt(rule, "RuleId");
      const [pattern, targets] = await Promise.all([
        read(of("GetRule", { EventBusId, RuleId }), (answer) => textAt(answer, "EventPattern")),
        read(of("ListTargets", { EventBusId, RuleId, Limit: PAGE }), (answer) => listAt(answer, "Targets")),
      ]);
      return {
        id: RuleId,
        name: textAt(rule, "RuleName"),
        isEnabled: rule["Enable"] === true,
        pattern,
        targets: targets.map((one) => textAt(fieldsAt(one, "TargetDescription"), "ResourceDescription")),
      };
    }),
  );
}

interface Sought {
  /** Those that could be meant. */
  readonly rules: readonly Rule[];
  readonly target: string;
  /** Events that one of them has to match, by what they are. */
  readonly events: Readonly<Record<string, object>>;
}

type Judged =
  | { readonly is: "absent" }
  | { readonly is: "disabled" | "untargeted" | "right"; readonly rule: string }
  | { readonly is: "elsewhere"; readonly rule: string; readonly target: string }
  | { readonly is: "unmatched"; readonly rule: string; readonly events: readonly string[] }
  | { readonly is: "unknown"; readonly error: unknown };

/** Judges the best of the rules: that which would deliver most. */
async function judge(facts: Facts, { rules, target, events }: Sought): Promise<Judged> {
  const judged = await Promise.all(
    rules.map(async (rule): Promise<Judged> => {
      const lost = await unmatched(facts, rule.pattern, events);
      if (!Array.isArray(lost)) return { is: "unknown", error: lost.error };
      if (lost.length > 0) return { is: "unmatched", rule: rule.name, events: lost };
      const pointing = rule.targets.filter((one) => pointsTo(one, target));
      if (pointing.length === 0) return { is: "untargeted", rule: rule.name };
      const [elsewhere = ""] = pointing;
      if (!pointing.some((one) => isHere(one, facts.home)))
        return { is: "elsewhere", rule: rule.name, target: elsewhere };
      return { is: rule.isEnabled ? "right" : "disabled", rule: rule.name };
    }),
  );
  return ORDER.flatMap((is) => judged.filter((one) => one.is === is))[0] ?? { is: "absent" };
}

const ORDER = ["right", "disabled", "elsewhere", "untargeted", "unmatched", "unknown"] as const;

/** The events that a pattern does not match, as CheckRule says (eb 2021-04-16): FailedOperation.ErrorFilter. */
async function unmatched(
  facts: Facts,
  pattern: string,
  events: Sought["events"],
): Promise<string[] | { error: unknown }> {
  const lost: string[] = [];
  for (const [name, event] of Object.entries(events)) {
    const params = { Event: JSON.stringify(event), EventPattern: pattern };
    const checked = await facts.read(
      { service: "eb", action: "CheckRule", region: EVENT_REGION, params },
      () => undefined,
    );
    if (checked.ok) continue;
    if ((checked.error as { code?: string }).code !== "FailedOperation.ErrorFilter") return checked;
    lost.push(name);
  }
  return lost;
}

function ruleCheck(subject: string, judged: Judged, facts: Facts): Check {
  const name = facts.fullName("image-created");
  switch (judged.is) {
    case "absent":
      return check(subject, finding("rule-absent", { function: name, region: EVENT_REGION }));
    case "disabled":
      return check(subject, finding("rule-disabled", { rule: judged.rule }));
    case "untargeted":
      return check(subject, finding("rule-untargeted", { rule: judged.rule, function: name }));
    case "elsewhere": {
      const { rule, target } = judged;
      return check(subject, finding("rule-elsewhere", { rule, function: name, region: facts.home, target }));
    }
    case "unmatched":
      return check(subject, finding("rule-unmatched", { rule: judged.rule, events: judged.events }));
    case "unknown":
      return failed(subject, judged.error, "eb");
    case "right":
      return check(subject, finding("rule-right", { rule: judged.rule, function: name }));
  }
}

/** Without this rule a changed tag waits for the next sweep, which is no fault. */
function tagCheck(judged: Judged, facts: Facts): Check {
  const subject = "tag rule";
  if (judged.is === "absent" || judged.is === "unmatched") return check(subject, finding("tag-rule-absent"));
  return ruleCheck(subject, judged, facts);
}

/** No call shows whether CloudAudit records; an event that arrived does. */
async function auditCheck(facts: Facts): Promise<Check> {
  const recorded = await facts.recorded();
  const last = recorded.ok ? recorded.value.runs.find(({ trigger }) => trigger === "event") : undefined;
  if (!last) return notChecked("CloudAudit", finding("audit-unseen"));
  return check("CloudAudit", finding("audit-seen", { ago: agoText(facts.inspection.now() - last.endedAt) }));
}
