import type { Account } from "../../emulator/accounts.ts";
import { callAction } from "../../emulator/call.ts";
import { ApiError } from "../../emulator/errors.ts";
import type { World } from "../../emulator/world.ts";
import { AnswerError } from "../../lib/cloud/answers.ts";
import { cloudOver } from "../../lib/cloud/tencent.ts";
import { type Call, cloudError, type Send } from "../../lib/cloud/transport.ts";
import { verdictOf } from "../../lib/cloud/verdicts.ts";
import type { Cloud } from "../../lib/ports/cloud.ts";
import type { Process } from "./scheduler.ts";
import type { Simulation } from "./simulation.ts";

const VERSIONS = { cvm: "2017-03-12", tag: "2018-08-13", sts: "2018-08-13" } as const;

/** What may go wrong with a call, and whether its effect comes at once, later or never. */
const CALL_FAULTS = [
  ["throttled", "RequestLimitExceeded", "never"],
  ["http-5xx-before", "HttpStatus", "never"],
  ["http-5xx-after", "HttpStatus", "done"],
  ["reset-before", "Network", "never"],
  ["answer-lost", "Network", "done"],
  ["timeout-late-effect", "Timeout", "later"],
  ["no-json", "BadAnswer", "done"],
  ["internal-error-before", "InternalError", "never"],
  ["internal-error-after", "InternalError", "done"],
  ["credentials-expired", "AuthFailure.TokenFailure", "never"],
] as const;

/** The adapter of one process over the simulated cloud: a gate before and after each call, and faults between them. */
export function simulatedCloud(sim: Simulation, process: Process): Cloud {
  let bound: Account | undefined;
  const send: Send = async (call, read) => {
    const account = sim.callerOf();
    // As the adapter does it over HTTP: one `Cloud` speaks for one account.
    bound ??= account;
    if (account !== bound)
      throw cloudError(call, { code: "AccountChanged", text: `${account.uin}, not ${bound.uin}` }, "none");
    const effect = () => {
      const answer = perform(sim.world, account, call);
      if (call.changes)
        sim.tell(
          `${process.name} ${call.action} ${JSON.stringify(call.params)} → ${JSON.stringify(answer instanceof ApiError ? answer.code : answer)}`,
        );
      return answer;
    };
    const fail = (code: string, text: string) =>
      cloudError(call, { code, text }, call.changes ? verdictOf(code).effect : "none");
    // A request that has left its process arrives even if that dies; one of SyncImages not later than its claim allows for.
    const late = call.action === "SyncImages" ? () => sim.later(effect) : undefined;
    await sim.scheduler.at(process, `${call.action} ${call.region ?? call.where ?? ""}`, late);
    const clock = sim.scheduler.now + process.skew;
    if (call.notAfter !== undefined && clock > call.notAfter) {
      sim.count("fenced");
      throw cloudError(call, { code: "NotSent", text: "too late" }, "none");
    }
    if (sim.chaos && sim.dice.roll(sim.callFaults)) {
      const [kind, code, when] = sim.dice.pick(CALL_FAULTS);
      sim.count(kind);
      if (when === "done") effect();
      if (when === "later") sim.later(effect);
      await sim.scheduler.at(process, `${call.action} failed`);
      throw fail(code, kind);
    }
    const answer = hideOne(sim, call, effect());
    await sim.scheduler.at(process, `${call.action} done`);
    if (answer instanceof ApiError) throw fail(answer.code, answer.message);
    try {
      return read(answer);
    } catch (error) {
      if (error instanceof AnswerError) throw fail(error.code, error.message);
      throw error;
    }
  };
  // Pages of three, so that lists shift while they are read; and nothing is repeated here, so that no real time passes.
  return cloudOver(send, { site: "cn", signal: new AbortController().signal, page: 3, repeat: (once) => once() });
}

/** A reading by id leaves out an image that is there: a replica that lags. Not twice in a row for one image. */
function hideOne(sim: Simulation, call: Call, answer: ApiError | Record<string, unknown>): typeof answer {
  const { ImageIds } = call.params as { ImageIds?: string[] };
  if (answer instanceof ApiError || call.action !== "DescribeImages" || !ImageIds || !sim.chaos || !sim.dice.roll(0.02))
    return answer;
  const images = answer["ImageSet"] as { ImageId: string }[];
  const hidden = images.find(({ ImageId }) => sim.mayHide(ImageId));
  if (!hidden) return answer;
  sim.count("lagging-replica");
  return { ...answer, ImageSet: images.filter((image) => image !== hidden), TotalCount: images.length - 1 };
}

function perform(world: World, account: Account, call: Call): ApiError | Record<string, unknown> {
  const { service, action, region, params } = call;
  try {
    const version = VERSIONS[service];
    return plain(callAction(world, { account, service, action, version, region, params: plain(params) }));
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}
