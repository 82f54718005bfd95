// Event patterns: what they match, and what is wrong with those that are refused.
import { describe, expect, it } from "vitest";
import { parsePattern } from "../../../emulator/services/events/pattern.ts";
import { PatternError } from "../../../emulator/services/events/pattern-error.ts";
import { caught } from "../support.ts";

const EVENT = {
  source: "cvm.cloud.tencent",
  type: "cvm:CloudEvent:ApiCall",
  subject: "",
  time: 1615430559146,
  resource: ["qcs::cvm:a", "qcs::cvm:b"],
  tags: {},
  nothing: null,
  data: {
    eventName: "CreateImage",
    errorCode: "0",
    apiErrorCode: 0,
    score: 2.5,
    isTest: false,
    address: "10.0.0.123",
    columns: [{ name: "time" }, { name: "id", kind: "int(11)" }],
  },
};

const data = (name: string, ...matchers: unknown[]) => ({ data: { [name]: matchers } });

describe("a pattern", () => {
  it.each([
    ["the documented rule of an image", { source: ["cvm.cloud.tencent"], type: [{ prefix: "cvm:CloudEvent:" }] }],
    ["one of several values", data("eventName", "ImportImage", "CreateImage")],
    ["fields of several levels", { source: ["cvm.cloud.tencent"], data: { eventName: ["CreateImage"] } }],
    ["a value outside of a list", { source: "cvm.cloud.tencent" }],
    ["a number", data("apiErrorCode", 0)],
    ["a boolean", data("isTest", false)],
    ["null", { nothing: [null] }],
    ["an empty text", { subject: [""] }],
    ["one element of a list", { resource: ["qcs::cvm:b"] }],
    ["the prefix of an element of a list", { resource: [{ prefix: "qcs::" }] }],
    ["one of several prefixes", data("eventName", { prefix: ["Import", "Create"] })],
    ["a suffix", data("eventName", { suffix: "Image" })],
    ["all of several contained texts", data("eventName", { contain: ["eat", "Ima"] })],
    ["anything but a value", data("eventName", { "anything-but": "DeleteImages" })],
    ["anything but several values", data("eventName", { "anything-but": ["DeleteImages", "SyncImages"] })],
    ["anything but a prefix", data("eventName", { "anything-but": { prefix: "Delete" } })],
    ["a list with one element that is not excluded", { resource: [{ "anything-but": "qcs::cvm:a" }] }],
    ["a range of numbers", data("score", { numeric: [">", 0, "<=", 5] })],
    ["an exact number", data("score", { numeric: ["=", 2.5] })],
    ["an address", data("address", { cidr: "10.0.0.0/24" })],
    ["every address", data("address", { cidr: "255.0.0.1/0" })],
    ["one operator or another", data("eventName", { prefix: "Import" }, { suffix: "Image" })],
    ["fields of an element of a list", data("columns", { array: '{"name":"id","kind":"int(11)"}' })],
  ])("matches %s", (_, pattern) => {
    expect(parsePattern(JSON.stringify(pattern))(EVENT)).toBe(true);
  });

  it.each([
    ["another case", { source: ["CVM.cloud.tencent"] }],
    ["one key of two", { source: ["cvm.cloud.tencent"], data: { eventName: ["DeleteImages"] } }],
    ["a field that the event lacks", data("absent", { "anything-but": "x" })],
    ["a field on another level", { eventName: ["CreateImage"] }],
    ["a field inside a text", { source: { prefix: ["cvm"] } }],
    ["the text of a number", data("apiErrorCode", "0")],
    ["the number in a text", data("errorCode", 0)],
    ["a range of numbers for a text", data("errorCode", { numeric: [">=", 0] })],
    ["null for an empty text", { subject: [null] }],
    ["an empty text for null", { nothing: [""] }],
    ["a number outside a range", data("score", { numeric: [">", 2.5, "<=", 5] })],
    ["only one of several contained texts", data("eventName", { contain: ["Create", "Delete"] })],
    ["the excluded value", data("eventName", { "anything-but": ["CreateImage", "x"] })],
    ["the excluded prefix", data("eventName", { "anything-but": { prefix: "Create" } })],
    ["a list with excluded elements only", { resource: [{ "anything-but": { prefix: "qcs::" } }] }],
    ["another network", data("address", { cidr: ["10.0.1.0/24", "10.0.0.124/31"] })],
    ["fields of different elements", data("columns", { array: '{"name":"time","kind":"int(11)"}' })],
    ["a member of all objects", { toString: ["x"] }],
  ])("does not match %s", (_, pattern) => {
    expect(parsePattern(JSON.stringify(pattern))(EVENT)).toBe(false);
  });

  it.each([
    ["{", "it is not JSON"],
    ["[]", "it must be a JSON object"],
    ["{}", "it must have a field"],
    ['{"data":{}}', "at `data`: it must have a field"],
    ['{"data":{"a":[]}}', "at `data.a`: the list must have an item"],
    ['{"a":[["b"]]}', "at `a.0`: a list inside a list"],
    ['{"a":["b",{"prefix":1}]}', "at `a.1.prefix`: it must be text"],
    ['{"a":[{"exists":true}]}', "at `a.0.exists`: there is no such operator; allowed: prefix, suffix"],
    ['{"a":[{"constructor":"x"}]}', "at `a.0.constructor`: there is no such operator"],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', "at `a.0`: it must have one operator"],
    ['{"a":[{}]}', "at `a.0`: it must have one operator"],
    ['{"a":[{"prefix":[]}]}', "at `a.0.prefix`: the list must have an item"],
    ['{"a":[{"numeric":[">"]}]}', "at `a.0.numeric`: it must be a list such as"],
    ['{"a":[{"numeric":["~",1]}]}', "at `a.0.numeric.0`: it must be one of =, >, >=, <, <="],
    ['{"a":[{"numeric":[">",0,"<","5"]}]}', "at `a.0.numeric.3`: it must be a number"],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "at `a.0.cidr`: it must be an IPv4 range"],
    ['{"a":[{"cidr":"10.0.0.256/8"}]}', "at `a.0.cidr`"],
    ['{"a":[{"cidr":"10.0.0.0/33"}]}', "at `a.0.cidr`"],
    ['{"a":[{"array":"[]"}]}', "at `a.0.array`: it must be the JSON text of an object"],
    ['{"a":[{"anything-but":[{"anything-but":["x"]}]}]}', "at `a.0.anything-but`: it must not stand inside itself"],
    ['{"a":[{"anything-but":{"near":"x"}}]}', "at `a.0.anything-but.near`: there is no such operator"],
    ['{"a":'.repeat(40) + '["b"]' + "}".repeat(40), "nested more than 32 levels"],
  ])("%.60s is refused with its place", (text, message) => {
    const error = caught(() => parsePattern(text));
    expect(error).toBeInstanceOf(PatternError);
    expect((error as Error).message).toContain(message);
  });
});
