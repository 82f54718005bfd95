// Checks of the state: it can be read and perhaps written, it is that of the functions, and whose copies there are.
import { UNKNOWN_INSTALLATION } from "../../model/identity.ts";
import { finding } from "../../model/messages/doctor.ts";
import type { RegionView } from "../../model/observation.ts";
import type { AccountRecord } from "../../model/types.ts";
import { regionsOfPolicies } from "../../observe/read-set.ts";
import { makersIn } from "../../record/installation.ts";
import { type Check, check, notChecked } from "../check.ts";
import { type DeployedFunction, type Facts, variableOf } from "../facts.ts";
import { failed, textOf } from "../failures.ts";
import { Overdue } from "../outcome.ts";

/** The state, and the installation that it belongs to. */
export async function stateChecks(facts: Facts): Promise<Check[]> {
  const { config, inspection, describeStateUrl } = facts;
  const state = describeStateUrl(config.stateUrl);
  const [shown, recorded] = await Promise.all([facts.attempt(inspection.stateFacts), facts.recorded()]);
  const failure = [shown, recorded].find((outcome) => !outcome.ok);
  if (failure && !failure.ok) {
    const { error } = failure;
    const line =
      error instanceof Overdue
        ? failed("state", error, "state")
        : check("state", finding("state-unusable", textOf(error)));
    return [line, notChecked("installation", finding("installation-unknown"))];
  }
  if (!shown.ok || !recorded.ok) return [];
  const { record, totals } = recorded.value.records;
  const copies = Object.values(totals).reduce((sum, count) => sum + count, 0);
  const { kind, unwritable, isPublic } = shown.value;
  const line = unwritable
    ? check("state", finding("state-unwritable", { state, cause: unwritable }))
    : check("state", finding("state-readable", { state, kind, copies, isNew: record === undefined }));
  const open = isPublic ? [check("state", finding("state-public", { state }))] : [];
  return [line, ...open, ...(await installationChecks(facts, record))];
}

/** Whether the functions keep their records where this command looks, and mark copies with the same id. */
export function sharedStateChecks(
  { config, describeStateUrl }: Facts,
  functions: readonly DeployedFunction[],
): Check[] {
  const theirs = variableOf(functions, "STATE_URL");
  const installation = variableOf(functions, "REPLICATOR_INSTALLATION");
  const checks: Check[] = [];
  if (
    theirs !== undefined &&
    withoutQuery(describeStateUrl(theirs)) !== withoutQuery(describeStateUrl(config.stateUrl))
  ) {
    const params = { theirs: describeStateUrl(theirs), ours: describeStateUrl(config.stateUrl) };
    checks.push(check("shared state", finding("state-differs", params)));
  } else if (installation !== config.installation && installation !== undefined && config.installation !== undefined) {
    checks.push(
      check("shared state", finding("installation-differs", { theirs: installation, ours: config.installation })),
    );
  } else if (theirs !== undefined) checks.push(check("shared state", finding("state-shared")));
  return checks;
}

/** The region of a bucket may be given or not, and names the same bucket. */
const withoutQuery = (url: string) => (url.startsWith("cos:") ? url.replace(/\?.*$/, "") : url);

/** The marks on the copies in the regions of the policies, against the ids of this installation. */
async function installationChecks(facts: Facts, record: AccountRecord | undefined): Promise<Check[]> {
  const { config, account } = facts;
  const regions = new Map<string, RegionView>();
  const unread: string[] = [];
  for (const region of regionsOfPolicies(facts.policies)) {
    const read = await facts.images(region, "custom");
    if (!read.ok) unread.push(region);
    else {
      const images = new Map(read.value.map((image) => [image.imageId, image]));
      regions.set(region, { readAt: facts.inspection.now(), complete: new Set(["custom"]), asked: new Set(), images });
    }
  }
  const makers = makersIn({ account, regions });
  const subject = "installation";
  const ids: readonly string[] = [
    ...(config.installation === undefined ? [] : [config.installation]),
    ...(record?.installations ?? []),
  ];
  const others = makers.filter((id) => !ids.includes(id));
  const named = others.filter((id) => id !== UNKNOWN_INSTALLATION);
  const [own] = ids;
  const left = unread.length > 0 ? [notChecked(subject, finding("regions-unread", { regions: unread.sort() }))] : [];
  // Without an id of its own, a state that meets copies for the first time does nothing about them.
  const met = record === undefined ? others : (record.metInstallations ?? []);
  if (config.installation === undefined && met.length > 0) {
    return [
      check(subject, finding("installation-undecided", { ids: met.filter((id) => id !== UNKNOWN_INSTALLATION) })),
      ...left,
    ];
  }
  if (record && config.installation !== undefined && !record.installations.includes(config.installation)) {
    const params = { given: config.installation, recorded: record.installations[0] };
    return [check(subject, finding("installation-changes", params)), ...left];
  }
  return [check(subject, finding("installation-known", { own: own ?? null, others: named })), ...left];
}
