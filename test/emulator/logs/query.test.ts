// Search conditions: what they find, and what is wrong with those that are refused.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matcherOf, NoIndexError } from "../../../emulator/services/logs/query/match-query.ts";
import { parseQuery } from "../../../emulator/services/logs/query/parser.ts";
import { SearchTimeError, searchTime } from "../../../emulator/services/logs/query/search-time.ts";
import { QueryError } from "../../../emulator/services/logs/query/tokens.ts";
import { caught } from "../support.ts";
import { type Fields, RULE } from "./support.ts";

const LOGS: readonly Fields[] = [
  { id: "a", level: "error", status: "500", seconds: "0.25", text: "Copy of img-0123 failed: quota exceeded" },
  { id: "b", level: "warning disk", status: "404", seconds: "1.5", text: "copy of img-0456 is slow" },
  { id: "c", level: "info", status: "200", seconds: "-1", text: '{"event":"copied","image":"img-0123"}' },
  { id: "d", level: "", status: "", text: "镜像 🚀 done" },
];

const found = (query: string, rule = RULE) => {
  const matches = matcherOf(parseQuery(query), rule);
  return LOGS.filter((fields) => matches(fields))
    .map(({ id }) => id)
    .join("");
};

describe("a search condition", () => {
  it.each([
    ["", "abcd"],
    ["*", "abcd"],
    ["copy", "ab"],
    ["COPY", "ab"],
    ["cop", ""],
    ["cop*", "abc"],
    ["img-0?23", "ac"],
    ["img-*23", "ac"],
    ["🚀", "d"],
    ["镜?", "d"],
    ["copy failed", "a"],
    ["copy AND failed", "a"],
    ["failed OR slow", "ab"],
    ["failed or slow and disk", "ab"],
    ["(failed or slow) and disk", "b"],
    ["copy NOT failed", "b"],
    ["not copy", "cd"],
    ["not not copy", "ab"],
    ["NOT (copy OR done)", "c"],
    ['"quota exceeded"', "a"],
    ['"exceeded quota"', ""],
    ['"copy of img*"', "ab"],
    ["'copy'", "ab"],
    ["img-0123\\ failed", "a"],
    ["failed\\ img-0123", ""],
    ["level:error", "a"],
    ["level:ERROR", "a"],
    ["level:disk", "b"],
    ["level:err*", "a"],
    ['level:"warning disk"', "b"],
    ["level:(error OR info)", "ac"],
    ["level:(error OR info) AND NOT status:200", "a"],
    ["NOT level:error", "bcd"],
    ["level:*", "abcd"],
    ["seconds:*", "abc"],
    ['level:""', "d"],
    ["id:a", "a"],
    ["status:404", "b"],
    ["status:>=404", "ab"],
    ["status:> 404", "a"],
    ["status:<404", "c"],
    ["status:=200", "c"],
    ["seconds:<=0.25", "ac"],
    ["seconds:>-1.5", "abc"],
    ["status:[200 TO 404]", "bc"],
    ["status:{200 TO 404]", "b"],
    ["status:[200 to 404}", "c"],
    ["status:[404 TO *]", "ab"],
    ["status:>200 status:<500", "b"],
    ['"id":a', "a"],
  ])("%s", (query, ids) => {
    expect(found(query)).toBe(ids);
  });

  it("minds the case if the index does", () => {
    const rule = {
      FullText: { ...RULE.FullText, CaseSensitive: true },
      KeyValue: { ...RULE.KeyValue, CaseSensitive: true },
    };
    expect([found("copy", rule), found("Copy", rule), found("level:Error", rule)]).toEqual(["b", "a", ""]);
  });

  it("finds a key of the tags by its own index", () => {
    const rule = { ...RULE, Tag: { CaseSensitive: false, KeyValues: [{ Key: "region", Value: { Type: "text" } }] } };
    const matches = matcherOf(parseQuery("__TAG__.region:ap-tokyo"), rule);
    expect([matches({ "__TAG__.region": "ap-tokyo" }), matches({ region: "ap-tokyo" })]).toEqual([true, false]);
  });

  it.each([
    ["(copy", "at character 6: a closing parenthesis is missing"],
    ["copy)", "at character 5: `)` stands where the condition should end"],
    ["copy AND", "at character 9: the condition ends where a word is expected"],
    ["OR copy", "at character 1: `OR` stands where a word is expected"],
    ["level:", "at character 7: the condition ends"],
    [":error", "at character 1: `:` stands where a word"],
    ['"copy', 'at character 1: the quotation mark " is not closed'],
    ["*copy", "at character 1: a word must not start with a wildcard"],
    ["level:?rror", "at character 7: a word must not start with a wildcard"],
    ["status:>", "at character 8: `>` compares with no number"],
    ["status:>4x", "at character 8: `>4x` compares with no number"],
    ["level:(a:b)", "at character 9: a key stands inside the values of another key"],
    ["level:a:b", "at character 8: a key stands"],
    ["()", "at character 2: `)` stands where a word is expected"],
    ["* | select count(*) as n", "at character 3: the emulator runs no analysis"],
    ["(".repeat(60), "at character 50: it is nested more than 50 levels deep"],
  ])("%s is refused with its place", (query, message) => {
    const error = caught(() => parseQuery(query));
    expect(error).toBeInstanceOf(QueryError);
    expect((error as Error).message).toContain(message);
  });

  it.each([
    ["colour:red", {}, "the key `colour` has no index"],
    ["copy", { FullText: undefined }, "no index of the full text"],
    ["level:>5", {}, "the index of `level` is text"],
    ["toString:x", {}, "the key `toString` has no index"],
  ])("%s needs an index", (query, change, message) => {
    const error = caught(() => matcherOf(parseQuery(query), { ...RULE, ...change } as typeof RULE));
    expect(error).toBeInstanceOf(NoIndexError);
    expect((error as Error).message).toContain(message);
  });

  it("of any characters is refused or searched for, and never a crash or without end", () => {
    const words = fc.constantFrom(
      "a",
      "level",
      ":",
      "(",
      ")",
      "*",
      "?",
      '"',
      "\\",
      " ",
      "AND",
      "not",
      "[1 TO 2]",
      ">",
      "|",
    );
    const query = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(query, (text) => {
        try {
          found(text);
        } catch (error) {
          expect(error instanceof QueryError || error instanceof NoIndexError).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
    const matches = matcherOf(parseQuery(`a${"*a".repeat(1000)}b`), RULE);
    expect(matches({ text: "a".repeat(10_000) })).toBe(false);
  });

  it.each([
    ["a wildcard", `a*${"a".repeat(6000)}b`, "a".repeat(200_000)],
    ["a phrase", `"${"a ".repeat(3000)}b"`, "a ".repeat(100_000)],
    ["many words", Array.from({ length: 1500 }, (_, i) => `b${i}`).join(" OR "), "a ".repeat(50_000)],
  ])("ends after its time: %s", (_, query, text) => {
    const matches = matcherOf(
      parseQuery(query),
      RULE,
      searchTime(() => performance.now(), 100),
    );
    const start = performance.now();
    expect(caught(() => matches({ text }))).toBeInstanceOf(SearchTimeError);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
