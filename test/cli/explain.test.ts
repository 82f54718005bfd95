// explain and retry by name, by instance and by what starts instances; back to the rule that put the image there.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFault } from "../../emulator/api/faults.ts";
import { makeUser } from "../../emulator/world/image-users.ts";
import { type CommandBench, commandBench } from "../support/command-bench.ts";
import { allowedBy, allowOnly, calledIn } from "../support/permissions.ts";

const POLICY = `version: 1
policies:
  - { name: other, from: [ap-guangzhou], select: { name: ["db-*"], newest: 1 }, to: [ap-beijing] }
  - { name: web, from: [ap-guangzhou], select: { name: ["golden-web"], newest: 1 }, to: [ap-shanghai] }
`;

let bench: CommandBench;
let first: string;
let second: string;
const run: CommandBench["run"] = (line, more) => bench.run(line, more);
const inShanghai = (name: string) =>
  [...(bench.world.images.get("ap-shanghai")?.values() ?? [])].find((image) => image.name === name)?.imageId ?? "";
const userOf = (kind: "instance" | "launch-template" | "launch-configuration", ...imageIds: string[]) =>
  makeUser(bench.world, { kind, region: "ap-shanghai", imageIds }).id;

beforeAll(async () => {
  bench = await commandBench(POLICY);
  first = bench.bake("golden-web");
  expect((await run("apply --wait")).code).toBe(0);
  await sleep(1_100); // the time of creation has whole seconds
  second = bench.bake("golden-web");
  expect((await run("apply --wait")).code).toBe(0);
}, 60_000);
afterAll(() => bench.close());

describe("explain", { timeout: 30_000 }, () => {
  it("explains every source of a name, the newest first, and the policy that selects it before others", async () => {
    const { code, stdout } = await run("explain golden-web");
    expect(code).toBe(0);
    const blocks = stdout.split("\n\n").map((block) => block.split("\n"));
    expect(blocks.map(([head]) => head)).toEqual([
      `${second} "golden-web" in ap-guangzhou, custom, NORMAL, 20 GiB`,
      `${first} "golden-web" in ap-guangzhou, custom, NORMAL, 20 GiB`,
    ]);
    expect(blocks[0]?.[1]).toMatch(/^policy web: selects this image \(\S+policy\.yaml:4:5\)$/);
    expect(blocks[1]?.[1]).toMatch(/^policy web: does not select this image: /);
    expect(bench.world.requests.some(({ action }) => /Instances|Launch/.test(action))).toBe(false);
    const wrong = await run("explain golden-wbe");
    expect({ code: wrong.code, stderr: wrong.stderr }).toEqual({
      code: 2,
      stderr: 'error: IMAGE: no image is named "golden-wbe" in the regions of the policies; did you mean golden-web?\n',
    });
  });

  it("leads from an instance back to the source, the rule, the run and its request, with the read-only key", async () => {
    const copy = inShanghai("golden-web");
    const instance = userOf("instance", copy);
    const before = bench.world.requests.length;
    allowOnly(bench.world, "100000000001", allowedBy("plan-only"));
    const { code, stdout } = await run(`explain ${instance}`);
    bench.world.faults.splice(0);
    expect(code).toBe(0);
    const [head, image, source, rule, requested] = stdout.split("\n");
    expect(head).toBe(`${instance} in ap-shanghai runs ${copy}`);
    expect(image).toBe(`${copy} "golden-web" in ap-shanghai, custom, NORMAL, 20 GiB`);
    expect(source).toBe(`copy of ${second} in ap-guangzhou, created by policy web of installation lab`);
    expect(rule).toMatch(/^ {2}rule: policy web, \S+policy\.yaml:4:5$/);
    const sync = bench.world.requests.filter(({ action }) => action === "SyncImages");
    expect(requested).toContain(`(request ${(sync.at(-1) as { requestId?: string } | undefined)?.requestId})`);
    expect(allowedBy("plan-only")).toEqual(
      expect.arrayContaining(calledIn(bench.world.requests.slice(before))) as string[],
    );
    const json = JSON.parse((await run(`explain ${instance} --json`)).stdout) as object;
    expect(json).toMatchObject({
      user: { id: instance, region: "ap-shanghai", imageIds: [copy] },
      images: [{ imageId: copy, origin: { how: "requested", trigger: "apply", policy: "web" } }],
    });
  });

  it("does the same for a launch template and a launch configuration", async () => {
    const copy = inShanghai("golden-web");
    const template = userOf("launch-template", copy, "img-00000000");
    const { stdout } = await run(`explain ${template}`);
    expect(stdout).toMatch(new RegExp(`^${template} in ap-shanghai starts instances from ${copy} and img-00000000\\n`));
    expect(stdout).toContain(
      "img-00000000 in ap-shanghai: not found in the cloud, and no copy is recorded with this id",
    );
    expect((await run(`explain ${userOf("launch-configuration", copy)}`)).stdout).toContain(
      `starts instances from ${copy}\n`,
    );
  });

  it("explains an instance whose image is gone by the records, and reports an unknown instance", async () => {
    const gone = await run(`explain ${userOf("instance", "img-gone0000")}`);
    expect(gone.code).toBe(0);
    expect(gone.stdout).toMatch(/^ins-\w+ in ap-shanghai runs img-gone0000\nimg-gone0000 in ap-shanghai: not found/);
    for (const code of [undefined, "InvalidInstanceId.NotFound"]) {
      if (code)
        addFault(bench.world, { match: { action: "DescribeInstances", times: 0 }, effect: { kind: "error", code } });
      const unknown = await run("explain ins-00000000");
      bench.world.faults.splice(0);
      expect({ code: unknown.code, stderr: unknown.stderr }).toEqual({
        code: 2,
        stderr:
          "error: IMAGE: no instance ins-00000000 in ap-beijing, ap-guangzhou, ap-shanghai; name another region with --region\n",
      });
    }
  });
});

describe("retry", { timeout: 30_000 }, () => {
  it("takes a name and an instance, and names what cannot be retried", async () => {
    const ready = await run("retry golden-web");
    expect({ code: ready.code, stderr: ready.stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^error: IMAGE: "golden-web": no copy that has this id, source or name is failed/,
      ) as string,
    });
    const instance = userOf("instance", inShanghai("golden-web"));
    expect((await run(`retry ${instance}`)).stderr).toMatch(/^error: IMAGE: "img-\w+": no copy that has this id/);
    expect((await run("retry ins-00000000")).stderr).toMatch(
      /^error: IMAGE: no instance ins-00000000 in ap-guangzhou, ap-shanghai;/,
    );
  });
});
