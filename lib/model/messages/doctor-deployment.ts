// What the doctor finds about a deployment: functions, role, rule, topics, timer, and the key that deploys.
import { formatDuration } from "../time.ts";
import { error, info, warn } from "./define.ts";

const DEPLOY = "deploy again (npm run deploy)";
const log = (name: string) => `look at the log of ${name} in the SCF console`;

const functionFindings = {
  "no-functions": info((p: { name: string; region: string }) => ({
    text: `no function ${p.name} in ${p.region}, so that functions, role, rule and timer are not examined`,
    remedy:
      "if there is a deployment, name it with --stage STAGE, and its region with TENCENTCLOUD_REGION; if there is none, nothing has to be done",
  })),
  "function-right": info((p: { runtime: string; memoryMb: number; timeoutS: number; role: string }) => {
    return `Active, ${p.runtime}, ${p.memoryMb} MB, ${p.timeoutS} s`;
  }),
  "function-absent": error((p: { name: string; region: string }) => ({
    text: `there is no function ${p.name} in ${p.region}, although others of the deployment exist`,
    remedy: DEPLOY,
  })),
  "function-changing": warn((p: { status: string }) => ({
    text: `it is ${p.status}: a deployment is under way`,
    remedy: "run the doctor again in a minute",
  })),
  "function-failed": error((p: { status: string; reasons: string }) => ({
    text: `its status is ${p.status || "unknown"}${p.reasons ? `: ${p.reasons}` : ""}`,
    remedy: `${DEPLOY}; if it stays, remove the function first`,
  })),
  "function-unavailable": error((p: { available: string }) => ({
    text: `SCF does not run it: ${p.available}`,
    remedy: "look at the balance of the account and at the SCF console",
  })),
  "function-runtime": error((p: { runtime: string }) => ({
    text: `its runtime is ${p.runtime || "unknown"}, and the program needs Nodejs18.15 or newer`,
    remedy: "remove the function and deploy it with another SCF_RUNTIME, because SCF cannot change a runtime",
  })),
  "function-time": error((p: { timeoutS: number; expected: number }) => ({
    text: `its time limit is ${p.timeoutS} s, and less than ${p.expected} s may be too short for a run`,
    remedy: `set it to ${p.expected} s in the SCF console, or ${DEPLOY}`,
  })),
  "function-memory": error((p: { memoryMb: number; expected: number }) => ({
    text: `it has ${p.memoryMb} MB, and needs ${p.expected} MB`,
    remedy: `set its memory to ${p.expected} MB in the SCF console, or ${DEPLOY}`,
  })),
  "function-without-role": error(() => ({
    text: "it has no role, and so no credentials",
    remedy: `${DEPLOY}, or set its execution role in the SCF console`,
  })),
  "function-without-log": warn(() => ({
    text: "its output is kept nowhere: it has no log topic",
    remedy: `${DEPLOY}, or choose a log topic in the SCF console`,
  })),
  "function-reserved-nothing": error(() => ({
    text: "its reserved concurrency is 0 MB, so that it never runs",
    remedy: "remove the reserved concurrency in the SCF console",
  })),
  "events-unknown": warn(
    () => "how its events are repeated could not be read",
    "allow scf:GetFunctionEventInvokeConfig for this key, then run the doctor again",
  ),
  "function-events": warn(
    (p: { retries: number | null; keptS: number | null; expected: { retries: number; keptS: number } }) => ({
      text:
        `its asynchronous events are repeated ${p.retries ?? "?"} times and kept ${p.keptS ?? "?"} s, ` +
        `where ${p.expected.retries} times and ${p.expected.keptS} s are meant`,
      remedy: `${DEPLOY}, or set it in the SCF console (asynchronous invocation)`,
    }),
  ),
} as const;

const roleFindings = {
  "role-suffices": info(
    (p: { actions: number }) => `trusts SCF, and allows the ${p.actions} actions that the policies need`,
  ),
  "role-absent": error(() => ({ text: "there is no such role in this account", remedy: DEPLOY })),
  "role-trusts-no-scf": error(() => ({
    text: "it does not trust scf.qcloud.com, so that functions get no credentials of it",
    remedy: "set its trust policy to deploy/cam/role-trust.json in the CAM console",
  })),
  "role-limited": info((p: { actions: readonly string[] }) => {
    return `allowed for some resources or under a condition, which only a run can judge: ${p.actions.join(", ")}`;
  }),
} as const;

const eventFindings = {
  "rule-right": info(
    (p: { rule: string; function: string }) => `${p.rule} matches new images and delivers them to ${p.function}`,
  ),
  "rule-absent": error((p: { function: string; region: string }) => ({
    text: `no rule on the default bus of ${p.region} delivers events to ${p.function}; new images wait for the next sweep`,
    remedy: `${DEPLOY}, or make the rule as docs/deploy.md shows`,
  })),
  "rule-disabled": error((p: { rule: string }) => ({
    text: `the rule ${p.rule} is disabled; new images wait for the next sweep`,
    remedy: "enable it in the EventBridge console",
  })),
  "rule-untargeted": error((p: { rule: string; function: string }) => ({
    text: `the rule ${p.rule} has no target ${p.function}; new images wait for the next sweep`,
    remedy: `${DEPLOY}, or add the target in the EventBridge console`,
  })),
  "rule-elsewhere": error((p: { rule: string; function: string; region: string; target: string }) => ({
    text: `the rule ${p.rule} delivers to another function of the same name: ${p.target} is not in ${p.region}, namespace default`,
    remedy: `${DEPLOY}, or correct the target in the EventBridge console`,
  })),
  "rule-unmatched": error((p: { rule: string; events: readonly string[] }) => ({
    text: `the pattern of the rule ${p.rule} does not match ${p.events.join(", ")}; these wait for the next sweep`,
    remedy: `${DEPLOY}, or set the pattern of docs/deploy.md in the EventBridge console`,
  })),
  "tag-rule-absent": warn(() => ({
    text: "no rule delivers changes of tags, although a policy selects by tag; they wait for the next sweep",
    remedy: `${DEPLOY}, or make the second rule of docs/deploy.md`,
  })),
  "no-default-bus": error((p: { region: string }) => ({
    text: `EventBridge is not enabled: there is no default event bus in ${p.region}`,
    remedy: "open the console of EventBridge in Guangzhou once with the main account, and enable it and CloudAudit",
  })),
  "events-elsewhere": warn((p: { region: string; needed: string }) => ({
    text: `events of CloudAudit reach ${p.needed} only, and the functions are in ${p.region}; new images wait for the next sweep`,
    remedy: `deploy image-created to ${p.needed} if new images have to be found at once`,
  })),
  "audit-seen": info((p: { ago: string }) => `the last event arrived ${p.ago}`),
  "audit-unseen": info(() => ({
    text: "no event has arrived yet, and no call shows whether CloudAudit records",
    remedy: "enable CloudAudit in its console (Guangzhou), create an image, and look whether image-created ran",
  })),
} as const;

const logFindings = {
  "no-topic": info(() => "CLS_TOPIC_ID is not set, so that the journal is in the state and in the output alone"),
  "topic-right": info((p: { topic: string; name: string }) => `topic ${p.name} (${p.topic}), with its index`),
  "index-incomplete": warn((p: { topic: string; name: string; missing: readonly string[] }) => ({
    text: `the index of the topic ${p.name} (${p.topic}) lacks ${p.missing.join(", ")}, so that searches for these find nothing`,
    remedy: `${DEPLOY}, or add these keys to the index in the CLS console`,
  })),
  "lines-sent": info(() => "every line of the journal has arrived in CLS, or has just been written"),
  "lines-wait": warn((p: { since: string; ago: string }) => ({
    text: `lines of the journal wait in the state since ${p.since}, ${p.ago}; nothing is lost, but CLS does not show them`,
    remedy:
      "look for journal-not-sent in the answers of the functions; check that poll-copies has CLS_TOPIC_ID and may write to the topic",
  })),
  "topic-absent": error((p: { topic: string; region: string }) => ({
    text: `there is no topic ${p.topic} in ${p.region}`,
    remedy: `correct CLS_TOPIC_ID and CLS_REGION, or ${DEPLOY}`,
  })),
  "topic-closed": error((p: { topic: string; name: string }) => ({
    text: `the topic ${p.name} (${p.topic}) does not collect logs`,
    remedy: "switch its collection on in the CLS console",
  })),
  "index-absent": error((p: { topic: string; name: string }) => ({
    text: `the topic ${p.name} (${p.topic}) has no index, so that nothing in it can be searched`,
    remedy: `${DEPLOY}, or switch the index on in the CLS console; logs from before stay without one`,
  })),
} as const;

const timerFindings = {
  "trigger-right": info((p: { trigger: string; cron: string }) => `${p.trigger} is enabled: ${p.cron}`),
  "trigger-never": error((p: { trigger: string; cron: string }) => ({
    text: `the trigger ${p.trigger} (${p.cron}) never fires: no time to come fits it; copies are neither followed nor repaired`,
    remedy: "give it the expression 0 */1 * * * * * (every minute) in the SCF console, or " + DEPLOY,
  })),
  "trigger-seldom": warn((p: { trigger: string; cron: string }) => ({
    text: `the trigger ${p.trigger} (${p.cron}) fires less often than every five minutes: copies are followed, named and published only then`,
    remedy: "give it the expression 0 */1 * * * * * (every minute) in the SCF console, or " + DEPLOY,
  })),
  "trigger-disabled": error((p: { trigger: string; cron: string }) => ({
    text: `the trigger ${p.trigger} (${p.cron}) is disabled: copies are neither followed nor repaired`,
    remedy: "enable the trigger of poll-copies in the SCF console",
  })),
  "trigger-absent": error(() => ({
    text: "poll-copies has no timer: copies are neither followed nor repaired",
    remedy: DEPLOY,
  })),
  "timer-ran": info((p: { ago: string }) => `the timer ran ${p.ago}`),
  "timer-late": error((p: { ago: string }) => ({
    text: `the timer finished its last run ${p.ago}`,
    remedy: `check the trigger of poll-copies, and ${log("poll-copies")}`,
  })),
  "timer-never-ran": warn(() => ({
    text: "no run of the timer is recorded in this state",
    remedy: `wait two minutes after a deployment; if it stays, ${log("poll-copies")}, and compare STATE_URL with that of the function`,
  })),
  "timer-not-used": info(() => "no run of a timer is recorded: only commands have used this state"),
  "runs-unknown": info(() => "the state cannot be read, see above"),
  swept: info(
    (p: { ago: string | null; every: number }) =>
      `${p.ago ?? "never"}, and one is due every ${formatDuration(p.every)}`,
  ),
  "sweep-late": error((p: { ago: string | null; every: number }) => ({
    text: `the last sweep began ${p.ago ?? "never"}, and one is due every ${formatDuration(p.every)} (SWEEP_EVERY)`,
    remedy: `${log("poll-copies")}; SWEEP_EVERY must be that of the functions`,
  })),
  "build-same": info((p: { functions: string; own: string }) => `functions and this command are ${p.functions}`),
  "build-differs": warn((p: { functions: string; own: string | undefined }) => ({
    text: `the functions are ${p.functions}, this command is ${p.own ?? "unknown"}`,
    remedy: `${DEPLOY}, or use the command of that version`,
  })),
  "builds-differ": error((p: { timer: string; trigger: string; other: string }) => ({
    text: `poll-copies is ${p.timer}, but a later run (${p.trigger}) was done by ${p.other}`,
    remedy: `${DEPLOY}: all functions must be of one build`,
  })),
  "build-unknown": info(() => "no run of the timer with a build is recorded"),
  "build-of-sources": info(
    (p: { functions: string }) => `the functions are ${p.functions}; this command runs from its sources`,
  ),
} as const;

const deployFindings = {
  "may-read": info((p: { action: string }) => `permitted to read (${p.action})`),
  "may-probably-read": info((p: { action: string; code: string }) => {
    return `probably permitted to read: ${p.action} was answered with ${p.code}, not with a refusal`;
  }),
  "key-lacks": error((p: { actions: readonly string[] }) => ({
    text: `the deploying key lacks ${p.actions.join(", ")}`,
    remedy:
      "allow it for the user or role of this key in the CAM console (deploy/cam/deploying-key.json has all actions)",
  })),
  "account-may-all": info(
    (p: { account: string }) => `permitted: the key of account ${p.account} itself may do everything`,
  ),
  "writes-granted": info((p: { actions: number }) => `the policies of the role allow all ${p.actions} actions`),
  "writes-unknown": info((p: { actions: readonly string[] }) => ({
    text: `no call shows without making something whether this key may ${p.actions.join(", ")}`,
    remedy:
      "compare the user's policies in the CAM console with deploy/cam/deploying-key.json; a deployment that lacks one says which, and can be repeated",
  })),
  "deploy-settings": info(() => "the settings of a deployment are complete"),
  "deploy-state-file": error(() => ({
    text: "STATE_URL is a file, which the instances of a function do not share",
    remedy: "unset it for a bucket that the deployment makes, or set cos://BUCKET-APPID/PREFIX or postgres://…",
  })),
  "deploy-password": error(() => ({
    text: "STATE_URL holds a password, which the SCF console would show to everybody who may see the functions",
    remedy: "leave it out of STATE_URL, store it as a secret of SSM, and name that in STATE_PASSWORD_SECRET",
  })),
  "deploy-installation": warn(() => ({
    text: "REPLICATOR_INSTALLATION is not set: after a loss of the state, a user has to say which copies are its own",
    remedy: "set it to an id of this deployment, for example prod, and keep it",
  })),
} as const;

export const deploymentFindings = {
  ...functionFindings,
  ...roleFindings,
  ...eventFindings,
  ...logFindings,
  ...timerFindings,
  ...deployFindings,
} as const;
