// Checks of the functions: they exist, are active, and have the settings that a run needs.
import { finding } from "../../model/messages/doctor.ts";
import { type Check, check, notChecked } from "../check.ts";
import { type DeployedFunction, type Facts, FUNCTIONS, type FunctionName } from "../facts.ts";
import { failed, isRefusal } from "../failures.ts";
import { fieldsAt, listAt, numberAt } from "../fields.ts";

interface Expected {
  readonly timeoutS: number;
  readonly memoryMb: number;
  /** What UpdateFunctionEventInvokeConfig sets; absent for a function that is only called by hand. */
  readonly events?: { readonly retries: number; readonly keptS: number };
}

/**
 * The settings of serverless.yml. Less time than `timeoutS` is too little for a run: a SyncImages may take 30 s and is
 * not sent if less is left. An event of the timer is worth nothing when the next one is due.
 */
const EXPECTED: Readonly<Record<FunctionName, Expected>> = {
  "image-created": { timeoutS: 120, memoryMb: 128, events: { retries: 2, keptS: 21_600 } },
  "evaluate-policy": { timeoutS: 300, memoryMb: 128 },
  "poll-copies": { timeoutS: 120, memoryMb: 128, events: { retries: 0, keptS: 60 } },
};
/** The bundles are built for Node 18. */
const OLDEST_NODE = 18;

/** One line for each function that is as it should be, else one for each difference. */
export async function functionChecks(facts: Facts, functions: readonly DeployedFunction[]): Promise<Check[]> {
  const checks = FUNCTIONS.map(async (name): Promise<Check[]> => {
    const subject = `function ${name}`;
    const deployed = functions.find((one) => one.name === name);
    if (!deployed) {
      return [check(subject, finding("function-absent", { name: facts.fullName(name), region: facts.home }))];
    }
    const differences = settingsOf(subject, deployed);
    const events = await eventChecks(facts, name);
    const all = [...differences, ...events];
    if (all.some(({ status }) => status !== "not-checked")) return all;
    const { runtime, memoryMb, timeoutS, role } = deployed;
    return [check(subject, finding("function-right", { runtime, memoryMb, timeoutS, role })), ...all];
  });
  return (await Promise.all(checks)).flat();
}

function settingsOf(subject: string, deployed: DeployedFunction): Check[] {
  const { status, reasons, available, runtime, memoryMb, timeoutS, role, topicId, name } = deployed;
  const expected = EXPECTED[name];
  const checks: Check[] = [];
  const add = (message: Parameters<typeof check>[1]) => checks.push(check(subject, message));
  if (/ing$/.test(status)) add(finding("function-changing", { status }));
  else if (status !== "Active") add(finding("function-failed", { status, reasons }));
  if (!/^(available)?$/i.test(available)) add(finding("function-unavailable", { available }));
  const node = Number(/^Nodejs(\d+)/.exec(runtime)?.[1] ?? 0);
  if (node < OLDEST_NODE) add(finding("function-runtime", { runtime }));
  if (timeoutS < expected.timeoutS) add(finding("function-time", { timeoutS, expected: expected.timeoutS }));
  if (memoryMb < expected.memoryMb) add(finding("function-memory", { memoryMb, expected: expected.memoryMb }));
  if (role === "") add(finding("function-without-role"));
  if (topicId === "") add(finding("function-without-log"));
  return checks;
}

/** How events are repeated and kept (scf 2018-04-16, GetFunctionEventInvokeConfig), and whether instances are reserved away. */
async function eventChecks(facts: Facts, name: FunctionName): Promise<Check[]> {
  const subject = `function ${name}`;
  const expected = EXPECTED[name].events;
  const params = { FunctionName: facts.fullName(name), Namespace: "default" };
  const of = (action: string) => ({ service: "scf", action, region: facts.home, params }) as const;
  const [config, reserved] = await Promise.all([
    facts.read(of("GetFunctionEventInvokeConfig"), (answer) => {
      const events = fieldsAt(answer, "AsyncTriggerConfig");
      return {
        retries: numberAt(listAt(events, "RetryConfig")[0] ?? {}, "RetryNum"),
        keptS: numberAt(events, "MsgTTL"),
      };
    }),
    facts.read(of("GetReservedConcurrencyConfig"), (answer) => numberAt(answer, "ReservedMem")),
  ]);
  const checks: Check[] = [];
  // No instance may run then; a refusal to read it is told once, with the events.
  if (reserved.ok && reserved.value === 0) checks.push(check(subject, finding("function-reserved-nothing")));
  if (!expected) return checks;
  if (!config.ok) {
    if (isRefusal(config.error)) return [...checks, failed(subject, config.error, "scf")];
    return [...checks, notChecked(subject, finding("events-unknown"))];
  }
  const { retries, keptS } = config.value;
  if (retries !== expected.retries || keptS !== expected.keptS) {
    const shown = { retries: retries ?? null, keptS: keptS ?? null };
    checks.push(check(subject, finding("function-events", { ...shown, expected })));
  }
  return checks;
}
