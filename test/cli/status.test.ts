// The command status: from the state alone, narrowed by filters, and without a flood for thousands of copies.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statusText } from "../../cli/ui/status/status-text.ts";
import { widthOf } from "../../cli/ui/text.ts";
import { openState } from "../../lib/adapters/state/open.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy, JournalEntry } from "../../lib/model/types.ts";
import { statusReport } from "../../lib/report/status/status-report.ts";
import { temporaryFolder } from "../e2e/support.ts";
import { ACCOUNT, BORN, image, NOW } from "../support/builders.ts";
import { type Ended, runCommand } from "../support/in-process.ts";
import { copyIn, type RecordFields, type Stage } from "../support/plan-copy.ts";

const OTHER = "200000000001";
const QUOTA = {
  code: "quota",
  text: storedText("ap-chengdu holds 5 of at most 5 custom images"),
  remedy: storedText("delete custom images in that region that are not needed, or ask the vendor for a higher quota"),
};
const of = (n: number, region: string, stage: Stage, record: RecordFields = {}): Copy => {
  const root = image({ imageId: `img-${String(n).padStart(8, "0")}`, name: `golden-web-server-2026-11-${n}` });
  const imageId = `img-c${String(n).padStart(3, "0")}${region.replaceAll("-", "").slice(-4)}`;
  return copyIn(stage, root, region, { image: { imageId }, record }).record as Copy;
};
const COPIES: readonly Copy[] = [
  of(1, "ap-shanghai", "ready"),
  of(1, "ap-chengdu", "blocked", { reason: QUOTA }),
  of(2, "ap-chengdu", "blocked", { reason: QUOTA }),
  of(2, "ap-shanghai", "stuck"),
  of(3, "ap-shanghai", "retired"),
];
const STUCK_KEY = (COPIES[3] as Copy).key;
const ENTRIES: readonly JournalEntry[] = [
  {
    ...{ at: NOW, runId: "r", account: ACCOUNT, level: "warn", event: "share-failed", key: STUCK_KEY },
    ...{ text: storedText("ModifyImageSharePermission: InternalError"), code: "InternalError", requestId: "req-77" },
  },
];
/** No credentials, and nobody at the endpoint: a call to the cloud would fail. */
const OFFLINE = { HOME: "/nonexistent", REPLICATOR_ENDPOINT: "http://127.0.0.1:1" };

const folder = temporaryFolder();
afterAll(() => folder.remove());
const urlOf = (name: string) => `sqlite:${join(folder.path, `${name}.db`)}`;
const run = (args: string[], name = "one"): Promise<Ended> =>
  runCommand(["status", ...args], { ...OFFLINE, STATE_URL: urlOf(name) }, folder.path);
const ERROR = "cvm-replicator/error/1";
const jsonOf = ({ stdout }: Ended) =>
  JSON.parse(stdout) as Record<string, unknown> & { copies: { source: { name: string } }[] };

async function fill(name: string, account: string, copies: readonly Copy[]): Promise<void> {
  const state = await openState(urlOf(name));
  await state.save(account, {
    record: { ...BORN, account, version: 0 },
    copies: copies.map((copy) => ({ copy: { ...copy, key: { ...copy.key, account }, version: 0 } })),
    entries: ENTRIES.map((entry) => ({ ...entry, account, ...(entry.key && { key: { ...entry.key, account } }) })),
  });
  await state.close();
}

beforeAll(async () => {
  await fill("one", ACCOUNT, COPIES);
  await fill("two", ACCOUNT, COPIES);
  await fill("two", OTHER, COPIES.slice(0, 1));
});

describe("status without the cloud", () => {
  it("shows every copy and says that the cloud was not asked", async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    expect(stdout).toMatch(/^account 100000000001: no run is recorded yet; the cloud was not asked\nNAME .*REASON\n/);
    expect(stdout).toContain("4 copies: 2 blocked, 1 stuck, 1 ok\n1 copy retired, not shown: --all\n");
    expect(stdout).not.toContain("golden-web-server-2026-11-3");
  });

  it("prints what needs attention once for each reason, with ids, remedy and RequestId", async () => {
    const { stdout } = await run([]);
    expect(stdout).toContain(
      "\nblocked: quota in ap-chengdu: 2 copies\n" +
        "  golden-web-server-2026-11-1 (img-00000001), golden-web-server-2026-11-2 (img-00000002)\n" +
        `  ${QUOTA.text}\n  → ${QUOTA.remedy}\n  like this for `,
    );
    expect(stdout).toMatch(
      /\nstuck: other in ap-shanghai: 1 copy\n.*\n {2}copies: img-c\w+\n.*\n {2}last call: ModifyImage.*\n.*stands at sharing.*req-77\n/,
    );
  });

  it("takes the account from the user, or reports which ones there are", async () => {
    const unknown = await run([], "two");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(
      /^error: --account: the state holds 2 accounts \(100000000001, 200000000001\), and the cloud did not say .*--account 100000000001\n$/,
    );
    const other = await run(["--account", OTHER, "--json"], "two");
    expect(jsonOf(other)).toMatchObject({ account: OTHER, cloudAsked: false, copies: [{ state: "ready" }] });
    const wrong = await run(["--account", "3"], "two");
    expect(wrong.stderr).toBe(
      "error: --account: nothing is recorded for account 3; recorded: 100000000001, 200000000001\n",
    );
  });

  it("of an empty state shows that nothing is recorded, and why the account is not known", async () => {
    const { code, stdout, stderr } = await run([], "none");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^No copies recorded for this account yet\. Run cvm-replicator apply\. \(the account is not known/,
    );
    expect(jsonOf(await run(["--json"], "none"))).toMatchObject({ account: null, copies: [], lastRun: null });
  });
});

describe("the filters of status", () => {
  it.each<[string[], string[]]>([
    [
      ["--policy", "golden", "--region", "ap-chengdu"],
      ["1", "2"],
    ],
    [
      ["--image", "golden-web-server-2026-11-1"],
      ["1", "1"],
    ],
    [
      ["--image", "img-00000002", "--image", "img-00000003"],
      ["2", "2", "3"],
    ],
    [["--state", "stuck"], ["2"]],
    [
      ["--state", "ready", "--state", "retired"],
      ["1", "3"],
    ],
    [["--only", "golden", "--state", "ok", "--region", "ap-chengdu"], []],
  ])("%j", async (args, names) => {
    const { copies } = jsonOf(await run([...args, "--json"]));
    expect(copies.map(({ source }) => source.name.replace(/.*-/, ""))).toEqual(names);
  });

  it("report all unknown values at once", async () => {
    const { code, stdout, stderr } = await run(["--policy", "gold", "--region", "ap-x", "--json"]);
    expect({ code, schema: jsonOf({ code, stdout, stderr })["schema"] }).toEqual({ code: 2, schema: ERROR });
    expect(stderr).toMatch(/--only: "gold" fits no copy; did you mean golden\?.*\n.*--region: "ap-x" fits no copy/);
  });

  it("that leave nothing say so", async () => {
    const { code, stdout } = await run(["--state", "failed"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^No copy matches these filters\.\n/);
  });

  it("show retired copies with --all, or where they are asked for", async () => {
    for (const args of [["--all"], ["--state", "retired"]])
      expect((await run(args)).stdout).toMatch(/golden-web-server-2026-11-3 .*no longer/);
  });
});

describe("status --json", () => {
  it("has both axes, times and the group of attention of each copy", async () => {
    const { attention, copies } = jsonOf(await run(["--json"]));
    expect(copies[0]).toMatchObject({
      ...{ policy: "golden", state: "blocked", source: { name: "golden-web-server-2026-11-1" }, asDesired: "not yet" },
      ...{ reason: { code: "quota", remedy: QUOTA.remedy } },
      ...{ differences: [], healthy: "blocked", percent: null, stage: null, etaMs: null, attention: 0 },
    });
    expect(attention).toMatchObject([
      { urgency: "manual", healthy: "blocked", reason: { code: "quota", remedy: QUOTA.remedy }, copies: 2 },
      { urgency: "manual", healthy: "stuck", copies: 1, sources: ["img-00000002"], reason: { requestId: "req-77" } },
    ]);
    expect(attention).not.toHaveProperty("0.isSame");
  });

  it("is refused with --watch, because it is one document", async () => {
    const ended = await run(["--json", "--watch"]);
    expect({ code: ended.code, ...jsonOf(ended) }).toMatchObject({
      ...{ code: 2, schema: ERROR, error: { exitCode: 2, problems: [{ code: "watch-json" }] } },
    });
  });
});

describe("2,250 copies", () => {
  const regions = Array.from({ length: 25 }, (_, n) => `ap-region${n}`);
  const many = Array.from({ length: 90 }, (_, n) => n).flatMap((n) =>
    regions.map((region, at) => of(n, region, n % 30 === 7 && at === 3 ? "failed" : "ready")),
  );
  const report = statusReport({
    records: { copies: many, record: { ...BORN } },
    ...{ runs: [], entries: [], now: NOW, sweepEvery: 600_000, sendsJournal: false },
  });
  const textIn = (width: number, more: object = {}) =>
    statusText(
      report,
      { account: ACCOUNT, wasAsked: false },
      {
        room: { width, rows: Number.POSITIVE_INFINITY, color: false },
        wide: false,
        all: false,
        isFiltered: false,
        ...more,
      },
    );

  it("are all in a pipe", () => {
    const lines = textIn(Number.POSITIVE_INFINITY);
    expect(lines.filter((line) => line.includes(" → ap-region"))).toHaveLength(2250);
  });

  it.each([60, 80, 120])(
    "are their worst images in a terminal of %i columns, and the failed copies in full",
    (width) => {
      const lines = textIn(width);
      expect(lines.length).toBeLessThan(45);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      const text = lines.join("\n");
      expect(text).toContain("2250 copies: 3 failed, 2247 ok\nby image; each copy: --wide");
      expect(text).toMatch(/… and 72 more images: 1800 ok/);
      expect(text).toContain("failed: other in ap-region3: 3 copies");
      for (const id of ["img-00000007", "img-00000037", "img-00000067"]) expect(text).toContain(id);
    },
  );

  it("are counted by region or policy, and listed if a filter or --wide asks for them", () => {
    const byRegion = textIn(80, { summary: "region" });
    expect(byRegion[2]).toMatch(/^ap-region3 +87\/90 +3 failed, 87 ok/);
    expect(textIn(80, { isFiltered: true }).length).toBeGreaterThan(2250);
    expect(textIn(80, { wide: true }).length).toBeGreaterThan(2250);
  });
});
