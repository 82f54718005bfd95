// history: the latest runs, and the whole story of copies, from the state and from CLS.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { type CommandBench, commandBench } from "../support/command-bench.ts";
import { withShortWaits } from "../support/in-process.ts";
import { makeTopic } from "../support/log-topic.ts";

const POLICY = `version: 1
policies: [{ name: web, from: [ap-guangzhou], select: { name: ["golden-web"], newest: 1 }, to: [ap-shanghai, ap-beijing] }]
`;
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

interface Story {
  schema: string;
  copies: {
    source: { imageId: string };
    region: string;
    state: string | null;
    lines: { at: string; event: string; requestId: string | null; trigger: string | null }[];
  }[];
  remarks: { code: string; text: string; remedy?: string }[];
}

let bench: CommandBench;
let topic: Record<string, string>;
let first: string;
let second: string;
const run: CommandBench["run"] = (line, more) => bench.run(line, more);
const storyOf = async (line: string, more?: Record<string, string>) =>
  JSON.parse((await run(`history ${line} --json`, more)).stdout) as Story;
const elsewhere = () => ({ STATE_URL: `sqlite:${join(bench.folder, "other.db")}` });

/** A source with two copies, rebuilt under its name; every line is in CLS as well. */
beforeAll(async () => {
  bench = await commandBench(POLICY);
  const { topicId, region } = makeTopic(bench.world);
  topic = { CLS_TOPIC_ID: topicId, CLS_REGION: region };
  first = bench.bake("golden-web");
  expect((await run("apply --wait", topic)).code).toBe(0);
  await sleep(1_100); // the time of creation has whole seconds
  second = bench.bake("golden-web");
  expect((await run("apply --wait", topic)).code).toBe(0);
}, 60_000);
afterAll(() => bench.close());

describe("history", { timeout: 30_000 }, () => {
  it("lists the latest runs: when, why, how long, what changed, and where", async () => {
    const { code, stdout } = await run("history");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^${TIME} {2}apply, \\d+s: 1 request for copies, \\d record changes, tagged 2, modified 2  \\(on \\S+, pid \\d+\\)$`,
        "m",
      ),
    );
    expect(stdout).toContain("Of the runs that changed nothing, only the latest of each kind is recorded.\n");
    const { schema, runs } = JSON.parse((await run("history --json --limit 1")).stdout) as {
      schema: string;
      runs: { trigger: string; durationMs: number; process: string }[];
    };
    expect(schema).toBe("cvm-replicator/history/1");
    expect(runs).toMatchObject([{ trigger: "apply", skipped: null, problems: [], program: null }]);
    expect((await run("history --since 2099-01-01")).stdout).toBe("No runs recorded for this account yet.\n");
    const wrong = await run("history --since soon");
    expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({
      code: 2,
      stderr:
        'error: --since: "soon" is neither a duration nor a date; use for example 2h, 7d, 2026-11-27 or 2026-11-27T08:00:00Z (UTC)\n',
    });
    expect((await run("history --limit 0")).stderr).toContain('--limit: "0" is not allowed; use a whole number from 1');
  });

  it("tells the story of all copies of a name, the oldest source first, with the request id of every call", async () => {
    const story = await storyOf("golden-web");
    expect(story.copies.map(({ source, region }) => [source.imageId, region])).toEqual([
      [first, "ap-beijing"],
      [first, "ap-shanghai"],
      [second, "ap-beijing"],
      [second, "ap-shanghai"],
    ]);
    const changing = ["sent", "tagged", "modified"];
    for (const { lines } of story.copies) {
      expect(lines[0]).toMatchObject({ event: "claimed", requestId: null, trigger: "apply" });
      expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).sort());
      const calls = lines.filter(({ event }) => changing.includes(event));
      expect(calls.length).toBeGreaterThanOrEqual(3);
      for (const { requestId } of calls) expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(story.remarks).toEqual([]);
  });

  it("tells the story of one copy by its id, in plain lines", async () => {
    const { copies } = await storyOf("golden-web --region ap-shanghai");
    expect(copies.map(({ source }) => source.imageId)).toEqual([first, second]);
    const copy = [...(bench.world.images.get("ap-shanghai")?.values() ?? [])].find(({ name }) => name === "golden-web");
    const { stdout } = await run(`history ${copy?.imageId}`);
    const [head, claimed, ...rest] = stdout.trimEnd().split("\n");
    expect(head).toBe(`${second} in ap-guangzhou "golden-web" → ap-shanghai, policy web: ready, ${copy?.imageId}`);
    expect(claimed).toMatch(
      new RegExp(`^ {2}${TIME} {10}claimed: request a copy named .* {2}\\[apply on \\S+, pid \\d+\\]$`),
    );
    expect(rest.join("\n")).toMatch(/ready: img-\w+ is ready as "golden-web"/);
    expect(rest.join("\n")).toMatch(/sent: .*\[request [0-9a-f-]{36}\]/);
  });

  it("keeps the newest lines, and says that there are older ones", async () => {
    const { copies, remarks } = await storyOf("golden-web --limit 3");
    expect(copies.flatMap(({ lines }) => lines)).toHaveLength(3);
    expect(remarks).toMatchObject([
      { code: "older", text: expect.stringMatching(/^\d+ older lines are not shown$/) as string },
    ]);
  });

  it("reports an image that nothing is known of, and other filters that fit nothing", async () => {
    const { code, stdout, stderr } = await run("history golden-wbe");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: IMAGE: "golden-wbe" fits no copy; did you mean golden-web\?/);
    expect((await run("history golden-web --only wbe")).stderr).toMatch(/^error: --only: "wbe"/);
    expect((await run("history img-00000000", elsewhere())).code).toBe(2);
  });
});

describe("history with a topic of CLS", { timeout: 30_000 }, () => {
  it("shows each line once that both the state and CLS have", async () => {
    expect(await storyOf("golden-web", topic)).toEqual(await storyOf("golden-web"));
  });

  it("shows what CLS has after the state was lost", async () => {
    const whole = await storyOf(first);
    const { copies, remarks } = await storyOf(first, { ...topic, ...elsewhere() });
    expect(remarks).toEqual([]);
    expect(copies.map(({ state }) => state)).toEqual([null, null]);
    expect(copies.map(({ lines }) => lines.map(({ event, requestId }) => [event, requestId]))).toEqual(
      whole.copies.map(({ lines }) => lines.map(({ event, requestId }) => [event, requestId])),
    );
    const { stdout } = await run(`history ${first}`, { ...topic, ...elsewhere() });
    expect(stdout).toMatch(new RegExp(`^${first} in ap-guangzhou → ap-beijing: not recorded any more$`, "m"));
  });

  it("does not ask CLS for a time that the state has whole", async () => {
    const searches = () => bench.world.requests.filter(({ action }) => action === "SearchLog").length;
    const before = searches();
    expect((await storyOf("golden-web --since 1s", topic)).copies).toHaveLength(4);
    expect(searches()).toBe(before);
  });

  it.each([
    [
      "refuses the key",
      { kind: "error", code: "UnauthorizedOperation" },
      /SearchLog in ap-guangzhou: UnauthorizedOperation/,
    ],
    ["is away", { kind: "http", status: 503 }, /SearchLog in ap-guangzhou: /],
    ["has no such topic", { kind: "error", code: "ResourceNotFound.TopicNotExist" }, /the log topic does not exist/],
  ] as const)("shows what the state has, and says what is missing, if CLS %s", async (_, effect, cause) => {
    const fault = addFault(bench.world, { match: { action: "SearchLog", times: 0 }, effect });
    const { code, stdout } = await withShortWaits(() => run("history golden-web", topic));
    bench.world.faults.splice(0);
    expect(fault).toBeDefined();
    expect(code).toBe(0);
    expect(stdout).toContain("claimed: ");
    expect(stdout).toMatch(/^note: lines that only CLS still has are missing: /m);
    expect(stdout.slice(stdout.indexOf("note:"))).toMatch(cause);
  });
});
