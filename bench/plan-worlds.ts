// Benchmark: plans one world of a given kind and size, and prints what that takes. `plan.ts` starts it.
import { copySettings, image, observation, planOf, policy } from "../test/support/builders.ts";
import { answered, made } from "../test/support/known-copies.ts";

const [kind, imageCount, regionCount, policyCount] = [process.argv[2] ?? "", ...process.argv.slice(3).map(Number)] as [
  string,
  number,
  number,
  number,
];

const DESTINATIONS = [
  ...["ap-shanghai", "ap-beijing", "ap-chengdu", "ap-chongqing", "ap-nanjing", "ap-hongkong", "ap-singapore"],
  ...["ap-tokyo", "ap-seoul", "ap-bangkok", "ap-jakarta", "ap-mumbai", "eu-frankfurt", "na-siliconvalley"],
  ...["na-ashburn", "sa-saopaulo", "na-toronto", "ap-hangzhou-ec", "ap-taipei", "eu-moscow"],
].slice(0, regionCount);

/** The part of the images that have finished copies. */
const FINISHED: Readonly<Record<string, number>> = { fresh: 0, steady: 1, wave: 0.9 };
const finishedPart = FINISHED[kind];
if (finishedPart === undefined) throw new Error(`the kind of world is one of ${Object.keys(FINISHED).join(", ")}`);

const roots = Array.from({ length: imageCount }, (_, at) => {
  const family = `family-${at % policyCount}`;
  return image({ imageId: `img-${at}`, name: `${family}-${at}`, family, createdAt: image().createdAt + at });
});
const finished = roots.slice(0, Math.floor(imageCount * finishedPart)).flatMap((root, at) =>
  DESTINATIONS.map((region) => {
    const name = `policy-${at % policyCount}`;
    const family = root.family ?? "";
    const given = { [name]: { accounts: [], tags: {}, families: [family] } };
    const { createdAt: rootCreatedAt } = root;
    return made(root, region, {
      image: { family, tags: { "cvm-replicator:policy": name } },
      copy: { policy: name, family, rootFamily: family, rootCreatedAt, given },
    });
  }),
);
const policies = Array.from({ length: policyCount }, (_, at) =>
  policy({
    name: `policy-${at}`,
    select: { type: "custom", name: [`family-${at}-*`] },
    to: DESTINATIONS,
    crossBorder: "approved",
    copy: copySettings({ family: "inherit" }),
  }),
);
const input = {
  policies,
  observation: observation([...roots, ...finished.map((one) => one.image)], ["ap-guangzhou", ...DESTINATIONS]),
  copies: finished.map((one) => one.copy),
  sweep: true,
};
// The second plan of a sweep, with the answers about families.
const newest = new Map(finished.map((one) => [`${one.key.region}/${one.image.family}`, one.image.imageId]));
const answers = answered(
  ...planOf(input).questions.map((question) => {
    const value = question.ask === "family" ? newest.get(`${question.region}/${question.family}`) : 100_000;
    return [question, value] as const;
  }),
);
const memory = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const inputMB = memory();
const times: number[] = [];
for (let run = 0; run < 3; run += 1) {
  const started = process.cpuUsage();
  planOf({ ...input, answers });
  const { user, system } = process.cpuUsage(started);
  times.push((user + system) / 1000);
}
const plan = planOf({ ...input, answers });
const planMB = memory() - inputMB;
const [firstMs = Number.NaN] = times;
const { actions, questions } = plan;
const asked = questions.length;
const result = { copies: finished.length, actions: actions.length, asked, firstMs, ms: Math.min(...times) };
process.stdout.write(`${JSON.stringify({ ...result, inputMB, planMB })}\n`);
