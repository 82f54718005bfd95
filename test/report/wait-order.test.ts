// Which run follows each run of `apply --wait`.
import { expect, it } from "vitest";
import type { Copy } from "../../lib/model/types.ts";
import type { Action } from "../../lib/plan/types.ts";
import { type Ended, waitOrder } from "../../lib/report/wait-order.ts";
import { NOW } from "../support/builders.ts";
import { recordOf } from "../support/plan-copy.ts";

const READY = recordOf("ap-beijing", "ready");
const COPYING = recordOf("ap-beijing", "copying");
const REPAIRED = { ...READY, repair: { differences: ["family"], tries: 1, at: NOW } } as Copy;
const image = { region: "ap-beijing", imageId: "img-00000002" };
const CHANGE = { do: "modify", copy: READY, image, mayUnshareTemporarily: [] } as const;
const RENAME: Action = { ...CHANGE, attributes: { name: "n" } };
const DESCRIBE: Action = { ...CHANGE, attributes: { description: "d" } };

const ended = (copies: readonly Copy[], actions: Record<string, number> = {}, calls: readonly Action[] = []): Ended => {
  return { copies, run: { actions, problems: [] }, plan: { actions: calls } };
};
const order = (...runs: readonly Ended[]) => {
  const follow = waitOrder();
  return runs.map((run) => follow(run));
};

it("a sweep that called nothing is the end", () => {
  expect(order(ended([READY], { record: 2 }))).toEqual(["end"]);
});

it("a sweep follows the calls, once no copy is open", () => {
  const called = ended([COPYING], { record: 1, send: 1 });
  const renamed = ended([READY], { modify: 1 });
  expect(order(called, ended([COPYING]), renamed, ended([READY]))).toEqual(["poll", "poll", "sweep", "end"]);
});

it("a sweep, and no poll, follows while copies are only being repaired", () => {
  expect(order(ended([REPAIRED], { modify: 1 }), ended([READY]))).toEqual(["sweep", "end"]);
  expect(order(ended([REPAIRED, COPYING]))).toEqual(["poll"]);
  expect(order(ended([{ ...REPAIRED, missingSince: NOW } as Copy]))).toEqual(["poll"]);
});

it("sweeps that call the same again are the end, and so are too many", () => {
  const called = (call: Action) => ended([READY], { modify: 1 }, [call]);
  expect(order(called(RENAME), called(DESCRIBE), called(DESCRIBE))).toEqual(["sweep", "sweep", "end"]);
  const alternating = Array.from({ length: 11 }, (_, at) => called(at % 2 === 0 ? RENAME : DESCRIBE));
  expect(order(...alternating)).toEqual([...Array.from({ length: 10 }, () => "sweep"), "end"]);
});
