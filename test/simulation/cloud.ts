// The cloud as one simulated process reaches it: gates, faults, and a judge for each request.
import { callAction } from "../../emulator/api/dispatch.ts";
import { ApiError } from "../../emulator/errors.ts";
import type { Account } from "../../emulator/settings/accounts.ts";
import { verdictOf } from "../../lib/adapters/tencent/errors/verdicts.ts";
import { cloudOver } from "../../lib/adapters/tencent/tencent-cloud.ts";
import { AnswerError } from "../../lib/adapters/tencent/transport/answer.ts";
import type { Call, Send } from "../../lib/adapters/tencent/transport/call.ts";
import { cloudError } from "../../lib/adapters/tencent/transport/transport.ts";
import type { CloudError } from "../../lib/model/errors.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import { SIGNATURE_LIFE } from "../../lib/model/time.ts";
import type { Millis } from "../../lib/model/types.ts";
import type { Actor, SimulationContext, Unanswered } from "./context.ts";
import { judgeDeletion } from "./deletions.ts";
import { CALL_FAULTS, type FaultKind } from "./faults.ts";
import { judgeRequest } from "./invariants.ts";
import { NOBODY, OURS, SETTLE } from "./setting.ts";

type Answer = ApiError | Record<string, unknown>;

const VERSIONS = {
  cvm: "2017-03-12",
  tag: "2018-08-13",
  sts: "2018-08-13",
  as: "2018-04-19",
  region: "2022-06-27",
  cls: "2020-10-16",
  ssm: "2019-09-23",
} as const;
/** Faults with an unknown outcome come twice as often as the others. */
const EFFECTIVE = [...CALL_FAULTS, ...CALL_FAULTS.filter(([, , when]) => when !== "never")];
/** Answers of SyncImages that count as faults. */
const REFUSALS: Readonly<Record<string, FaultKind>> = {
  "FailedOperation.InvalidImageState": "source-busy",
  ImageQuotaLimitExceeded: "quota-full",
};

/** The services that a sick region affects. One host serves the others for all regions. */
const REGIONAL: ReadonlySet<string> = new Set(["cvm", "as"]);
/** Calls that the key is not permitted to make for a while. */
const UNANSWERED: Readonly<Record<string, Unanswered>> = {
  DescribeInstances: "unanswered-uses",
  DescribeLaunchTemplates: "unanswered-uses",
  DescribeLaunchTemplateVersions: "unanswered-uses",
  DescribeLaunchConfigurations: "unanswered-uses",
  DescribeImageQuota: "unanswered-quota",
  DescribeImageSharePermission: "unanswered-shares",
  DescribeImageFromFamily: "unanswered-family",
};

/**
 * The adapter of one process over the simulated cloud: a gate before and after each call, and
 * faults between them.
 */
export function simulatedCloud(sim: SimulationContext, process: Actor): Cloud {
  let bound: Account | undefined;
  const send: Send = async (call, read) => {
    const account = sim.callerOf();
    // Like the adapter over HTTP: one `Cloud` works for one account.
    bound ??= account;
    if (account.uin !== OURS) sim.count("other-account");
    if (account !== bound) throw failed(call, "AccountChanged", `${account.uin}, not ${bound.uin}`, "none");
    const isLate = () => call.notAfter !== undefined && sim.scheduler.now + process.skew > call.notAfter;
    const effect = (leftAt = sim.scheduler.now) => perform(sim, process, account, call, leftAt);
    const arrives = () => {
      if (isLate()) return false;
      const leftAt = sim.scheduler.now;
      sim.later(() => effect(leftAt), sim.oneHost ? sim.lateness : SIGNATURE_LIFE + process.skew);
      return true;
    };
    const askedAt = sim.scheduler.now;
    const sick = REGIONAL.has(call.service) ? sim.sick.symptomOf(call.region, askedAt) : undefined;
    if (sick) sim.count(sick.kind);
    const slow = !sick && sim.faultsOn && sim.random.roll(sim.callFaults / 4);
    if (slow) sim.count("latency");
    await sim.scheduler.at(process, `${call.action} ${call.region ?? call.where ?? ""}`, {
      ...(slow && { delay: sim.random.between(1_000, 19_000) }),
      ...(sick && { delay: sick.delay }),
      ...(call.changes && !sick?.code && { arrives }),
    });
    if (sick?.code) throw failed(call, sick.code, sick.kind);
    if (isLate()) {
      sim.count("fenced");
      throw failed(call, "NotSent", "too late", "none");
    }
    // SyncImages fails more often than other calls, because a second effect would be a second copy.
    if (sim.faultsOn && sim.random.roll(call.action === "SyncImages" ? 4 * sim.callFaults : sim.callFaults)) {
      const [kind, code, when] = sim.random.pick(call.action === "SyncImages" ? EFFECTIVE : CALL_FAULTS);
      sim.count(kind);
      if (call.action === "SyncImages") sim.riskyUntil = sim.scheduler.now + 2 * SETTLE;
      if (when === "done") effect();
      const leftAt = sim.scheduler.now;
      if (when === "later") sim.later(() => effect(leftAt), sim.lateness);
      await sim.scheduler.at(process, `${call.action} failed`);
      throw failed(call, code, kind);
    }
    const denied = UNANSWERED[call.action];
    if (denied && sim.scheduler.now < (sim.unanswered.get(denied) ?? 0)) {
      sim.count(denied);
      await sim.scheduler.at(process, `${call.action} failed`);
      throw failed(call, "UnauthorizedOperation", denied);
    }
    const answer = withoutHidden(sim, call, effect(), sim.scheduler.now - askedAt);
    if (sim.faultsOn) await sim.scheduler.at(process, `${call.action} done`);
    if (answer instanceof ApiError) throw failed(call, answer.code, answer.message);
    try {
      return read(answer);
    } catch (error) {
      if (error instanceof AnswerError) throw failed(call, error.code, error.message);
      throw error;
    }
  };
  // Pages of three, so that lists shift while they are read. No retries here, so that no real time
  // passes.
  const page = sim.faultsOn ? 3 : 100;
  return cloudOver(send, { site: "cn", signal: new AbortController().signal, page, repeat: (once) => once() });
}

function failed(call: Call, code: string, text: string, effect = verdictOf(code).effect): CloudError {
  return cloudError(call, { code, text }, call.changes ? effect : "none");
}

/**
 * Leaves out images that are hidden: an image is gone only when it is missing twice, `SETTLE`
 * apart.
 */
function withoutHidden(sim: SimulationContext, call: Call, answer: Answer, durationMs: Millis): Answer {
  if (answer instanceof ApiError || call.action !== "DescribeImages") return answer;
  const images = answer["ImageSet"] as { ImageId: string }[];
  // Most often in a reading that began long ago.
  if (sim.faultsOn && sim.random.roll(durationMs > SETTLE ? 0.8 : 0.03))
    sim.hideForAWhile(images.map(({ ImageId }) => ImageId));
  const shown = images.filter(({ ImageId }) => !sim.isHidden(ImageId));
  const missing = images.length - shown.length;
  if (missing === 0) return answer;
  return { ...answer, ImageSet: shown, TotalCount: (answer["TotalCount"] as number) - missing };
}

/** A request arrives at the cloud. */
function perform(sim: SimulationContext, process: Actor, account: Account, call: Call, leftAt: Millis): Answer {
  const { service, action, region, params } = call;
  if (action === "DeleteImages") judgeDeletion(sim, process, region ?? "", params, leftAt);
  const answer = answerOf(sim, account, call);
  if (call.changes) {
    sim.touched();
    // The origin of a copy must be recorded before an image between it and the root is deleted.
    sim.images();
    const result = answer instanceof ApiError ? answer.code : answer;
    sim.log(`${process.name} ${action} ${JSON.stringify(params)} → ${JSON.stringify(result)}`);
    if (answer instanceof ApiError && service === "cvm" && REFUSALS[answer.code] && action === "SyncImages")
      sim.count(REFUSALS[answer.code] as FaultKind);
    if (answer instanceof ApiError && answer.code === "UnsupportedOperation.SharedImageModifyUnsupported") {
      sim.count("shared-refused");
      process.refusedAsShared.add((params as { ImageId: string }).ImageId);
      sim.refusedAsShared.add((params as { ImageId: string }).ImageId);
    }
    if (
      answer instanceof ApiError &&
      action === "ModifyImageSharePermission" &&
      JSON.stringify(params).includes(NOBODY)
    )
      sim.count("account-refused");
    if (!(answer instanceof ApiError)) countLateness(sim, action);
    else if (action === "DeleteImages" && answer.code === "InvalidImageId.IncorrectState")
      sim.count("leftover-refused");
    const request = sim.world.requests.at(-1);
    if (request?.action === "SyncImages")
      for (const { imageId } of request.effects) sim.installations.noteMade(imageId, process.member, sim.scheduler.now);
    if (request) judgeRequest(sim, process, request, leftAt);
  }
  if (action === "DescribeImageFromFamily" && !(answer instanceof ApiError)) {
    const { ImageId: imageId } = (answer["Image"] ?? {}) as { ImageId?: string };
    const { ImageFamily } = params as { ImageFamily: string };
    process.familyAnswers.set(`${region}/${ImageFamily}`, { at: sim.scheduler.now, imageId });
  }
  if (action === "DescribeImages" && account.uin === OURS) sim.notePage(process.name, region ?? "", params);
  return answer;
}

/** Counts effects of this call that become visible late. */
function countLateness(sim: SimulationContext, action: string): void {
  const { copyVisibleAfterMs, tagsVisibleAfterMs } = sim.world.switches;
  if (action === "SyncImages" && copyVisibleAfterMs > 0) sim.count("late-visibility");
  if (action === "TagResources" && tagsVisibleAfterMs > 0) sim.count("late-tags");
}

function answerOf(sim: SimulationContext, account: Account, { service, action, region, params }: Call): Answer {
  try {
    const version = VERSIONS[service as keyof typeof VERSIONS];
    // A copy of the parameters, because the world keeps them; the answer is new and nobody keeps it.
    return callAction(sim.world, { account, service, action, version, region, params: plain(params) });
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
