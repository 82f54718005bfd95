// The command `npm run demo:deployed`: the real deployment on an emulated cloud, from an empty account to copies and back.
import { DESTINATIONS, POLICY, reading } from "./account.ts";
import { MAIN, type RunningCloud, startCloud } from "./cloud.ts";
import { makeProject, type Project, startServerless } from "./project.ts";

const say = (text = "") => process.stdout.write(`${text}\n`);
/** Lines of the framework that say what a deployment does. */
const STEP = /^(made|updated|unchanged|removed|kept) .*$/gm;

class DemoError extends Error {}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new DemoError(what);
  say(`  ✓ ${what}`);
}

async function serverless(project: Project, cloud: RunningCloud, command: string): Promise<string> {
  say(`\n$ npx serverless ${command}`);
  let seen = 0;
  let heard = "";
  const show = (text: string) => {
    heard += text;
    const steps = heard.slice(0, heard.lastIndexOf("\n") + 1).match(STEP) ?? [];
    for (const step of steps.slice(seen)) say(`  ${step}`);
    seen = steps.length;
  };
  const keys = { TENCENTCLOUD_SECRET_ID: MAIN.secretId, TENCENTCLOUD_SECRET_KEY: MAIN.secretKey };
  // The functions see the real time, while that of the cloud passes sixty times as fast.
  const env = { REPLICATOR_ENDPOINT: cloud.url, ...keys, SWEEP_EVERY: "5s", SETTLE: "1s" };
  const { code, output } = await startServerless(project, [command], env, show).result;
  if (code !== 0) throw new DemoError(`serverless ${command} ended with ${code}:\n${output}`);
  return output;
}

/** Shows what the functions answer and how the copies get on, until all are finished. */
async function watch(cloud: RunningCloud, since: number): Promise<void> {
  const shown = new Map<string, string>();
  let invocations = 0;
  const minutes = () => `${String(Math.round((cloud.world.workNow() - since) / 60_000)).padStart(3)} min`;
  const look = () => {
    for (const { target, text, error } of cloud.world.invocations.slice(invocations)) {
      if (error) throw new DemoError(`${target.name}: ${error.message}`);
      const { summary, done = {} } = JSON.parse(text || "{}") as { summary?: string; done?: Record<string, number> };
      const isNew = target.name.endsWith("image-created") || Object.keys(done).length > 0;
      if (summary !== undefined && isNew) say(`${minutes()}  ${target.name.replace(/^.*-dev-/, "")}: ${summary}`);
    }
    invocations = cloud.world.invocations.length;
    for (const image of cloud.copies()) {
      const now = `${cloud.stateOf(image)} "${image.name}"`;
      if (shown.get(image.imageId) !== now) say(`${minutes()}  ${image.imageId} in ${image.region}: ${now}`);
      shown.set(image.imageId, now);
    }
    return reading(cloud).isFinished("golden-web");
  };
  await cloud.pass(60, look);
}

async function demo(cloud: RunningCloud, project: Project): Promise<void> {
  say(`An account without anything in it, on the emulator at ${cloud.url}.`);
  await serverless(project, cloud, "deploy");

  const since = cloud.world.workNow();
  const source = await cloud.createImage("golden-web");
  say(`\nA client of the vendor creates ${source} "golden-web" in ap-guangzhou. Nothing else is called.`);
  await watch(cloud, since);
  const account = reading(cloud);
  check(account.isFinished("golden-web"), `one finished copy in each of ${DESTINATIONS.join(", ")}, with its tags`);
  check(account.invocations("image-created").length > 0, "the event started image-created");
  const { stored, missing } = await account.sentLines();
  check(stored > 0 && missing === 0, `all ${stored} lines of the journal are in CLS`);

  const again = await serverless(project, cloud, "deploy");
  check(!/^made |^updated (?!code)/m.test(again), "a second deployment changes nothing but the code and the timer");
  const copies = cloud.copies().length;
  await serverless(project, cloud, "remove");
  check(cloud.world.functions.size === 0 && account.rules().length === 0, "functions, rules and roles are gone");
  check(account.stateObjects() > 0, `the state is still there: ${account.stateObjects()} objects in its bucket`);
  check((await cloud.linesOf("journal", "*")).length > 0, "so is the journal");
  check(cloud.copies().length === copies, "and every image");
}

const started = Date.now();
const cloud = await startCloud({ unlimited: true });
const project = await makeProject(POLICY);
try {
  await demo(cloud, project);
  say(`\nDone after ${Math.round((Date.now() - started) / 1000)} s.`);
} catch (error) {
  if (!(error instanceof DemoError)) throw error;
  process.stderr.write(`\nfailed: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await cloud.close();
  project.remove();
}
