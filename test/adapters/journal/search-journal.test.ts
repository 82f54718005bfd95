// The search of the journal in CLS: right under either reading of what is not verified about its pages.
import { describe, expect, it } from "vitest";
import { clsSearch } from "../../../lib/adapters/journal/search-journal.ts";
import type { Json } from "../../../lib/adapters/tencent/transport/answer.ts";
import type { Call } from "../../../lib/adapters/tencent/transport/call.ts";
import { CloudError } from "../../../lib/model/errors.ts";
import { storedText } from "../../../lib/model/messages/define.ts";

const NOW = 1_795_000_000_000;
const QUERY = { account: "100000000001", images: ["img-root"], from: 0, to: NOW, limit: 100 };

const log = (n: number, more: object = {}) => ({
  Time: NOW + n,
  LogJson: JSON.stringify({
    ...{
      id: `w-${n}`,
      time: new Date(NOW + n).toISOString(),
      event: "sent",
      level: "info",
      text: `line ${n}`,
      run: "r",
    },
    ...{ account: QUERY.account, source_region: "ap-guangzhou", source_image: "img-root" },
    ...{ destination_region: "ap-shanghai", variant: "plain", request: `req-${n}`, ...more },
  }),
});

/** A search whose pages are these; the calls are collected. */
function searchOver(pages: readonly (Json | Error)[]) {
  const calls: Call[] = [];
  const send = async <T>(call: Call, read: (answer: Json) => T): Promise<T> => {
    calls.push(call);
    const page = pages[calls.length - 1] ?? { Results: [], ListOver: true };
    if (page instanceof Error) throw page;
    return read(page);
  };
  const clock = { now: () => 0, random: () => 0, sleep: async () => {} };
  const access = { send, signal: new AbortController().signal, now: () => NOW, clock };
  const search = clsSearch({ topicId: "t-1", region: "ap-guangzhou" }, access);
  const find: typeof search.find = (query, until) => search.find(query, until);
  const ids = async (query = QUERY) => (await find(query, NOW + 10_000)).lines.map(({ id }) => id);
  return { calls, find, ids };
}

describe("the search in CLS", () => {
  it("follows the context until CLS says that the list is over, and orders and counts lines itself", async () => {
    const { calls, ids } = searchOver([
      { Results: [log(2), log(3)], Context: "c1", ListOver: false },
      { Results: [log(2), log(1)], Context: "c2", ListOver: true },
    ]);
    expect(await ids()).toEqual(["w-3", "w-2", "w-1"]);
    expect(calls.map(({ params }) => (params as { Context?: string }).Context)).toEqual([undefined, "c1"]);
    expect(calls[0]?.params).toMatchObject({
      TopicId: "t-1",
      QueryString: 'source_image:"img-root" OR image:"img-root"',
      QuerySyntax: 1,
      Limit: 1000,
    });
  });

  it.each([
    [
      "an empty page although the list is not over",
      [
        { Results: [log(1)], Context: "c1" },
        { Results: null, Context: "c2" },
      ],
    ],
    ["no context at the end", [{ Results: [log(1)], Context: "", ListOver: false }]],
    [
      "the same context again",
      [
        { Results: [log(1)], Context: "c" },
        { Results: [log(1)], Context: "c" },
      ],
    ],
  ])("ends with %s", async (_, pages) => {
    const { calls, find } = searchOver(pages);
    expect(await find(QUERY, NOW + 10_000)).toMatchObject({ lines: [{ id: "w-1" }] });
    expect(calls.length).toBeLessThanOrEqual(2);
  });

  it("ends although every page names another one, and says that lines may be missing", async () => {
    const { calls, find } = searchOver(
      Array.from({ length: 100 }, (_, n) => ({ Results: [log(1)], Context: `c${n}`, ListOver: false })),
    );
    const { lines, failure } = await find(QUERY, NOW + 10_000);
    expect(lines).toHaveLength(1);
    expect(failure).toMatchObject({ code: "search-incomplete" });
    expect(calls).toHaveLength(20);
  });

  it("leaves out logs of other programs, accounts and images, and those that are no JSON", async () => {
    const { find } = searchOver([
      {
        Results: [
          log(1),
          log(2, { account: "100000000009" }),
          log(3, { source_image: "img-other" }),
          { LogJson: "no" },
          {},
        ],
        ListOver: true,
      },
    ]);
    const { lines } = await find(QUERY, NOW + 10_000);
    expect(lines).toEqual([
      {
        id: "w-1",
        at: NOW + 1,
        entry: {
          ...{ at: NOW + 1, runId: "r", account: QUERY.account, level: "info", event: "sent", text: "line 1" },
          key: {
            ...{ account: QUERY.account, rootRegion: "ap-guangzhou", rootId: "img-root" },
            ...{ region: "ap-shanghai", variant: "plain" },
          },
          requestId: "req-1",
        },
      },
    ]);
  });

  it("repeats a busy search, and answers what it has if a later page fails", async () => {
    const error = (code: string) =>
      new CloudError({ action: "SearchLog", code, text: storedText("x"), outcome: "requeue", effect: "none" });
    const { find, calls } = searchOver([
      error("LimitExceeded.LogSearch"),
      { Results: [log(1)], Context: "c1", ListOver: false },
      error("FailedOperation.QueryError"),
    ]);
    expect(await find(QUERY, NOW + 10_000)).toMatchObject({
      lines: [{ id: "w-1" }],
      failure: { code: "FailedOperation.QueryError" },
    });
    expect(calls).toHaveLength(3);
  });

  it("keeps an id from becoming a part of the condition", async () => {
    const { calls, ids } = searchOver([]);
    await ids({ ...QUERY, images: ['x" OR level:"error'] });
    expect((calls[0]?.params as { QueryString: string }).QueryString).toBe(
      'source_image:"xORlevelerror" OR image:"xORlevelerror"',
    );
  });
});
