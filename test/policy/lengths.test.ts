// How long texts may be, in characters and not in UTF-16 units, and which account ids are possible.
import { describe, expect, it } from "vitest";
import { type Fields, file, problems } from "./files.ts";

describe("a text", () => {
  it("may have as many characters as the cloud allows, of which UTF-16 needs two units each", () => {
    const tags = { set: { ["🔥".repeat(127)]: "🔥".repeat(255) } };
    const copy = { name: "🔥".repeat(60), description: "🔥".repeat(256), family: "🔥".repeat(60), tags };
    expect(problems(file({ copy }))).toEqual([]);
  });

  it.each<[string, Fields, string]>([
    ["name", { name: "🔥".repeat(61) }, "produces a name that has 61 characters, at most 60"],
    ["description", { description: "🔥".repeat(257) }, "at most 256 characters"],
    ["family", { family: "🔥".repeat(61) }, "at most 60 characters"],
    ["tag key", { tags: { set: { ["🔥".repeat(128)]: "x" } } }, "has 128 characters; a tag key must have 1 to 127"],
    ["tag value", { tags: { set: { a: "🔥".repeat(256) } } }, "at most 255 characters"],
  ])("is refused as a %s if it has one character more", (_, copy, text) => {
    expect(problems(file({ copy }))).toEqual([expect.stringContaining(text)]);
  });
});

describe("an account id", () => {
  it.each(["12345", "100000000003", "9".repeat(20)])("may be %j", (id) => {
    expect(problems(file({ copy: { shareWith: [id] } }))).toEqual([]);
  });

  it.each(["1234", "9".repeat(21), "10000000000a", " 100000000003", "", 1234, 1.5, -100000000003, true])(
    "is not %j",
    (id) => {
      expect(problems(file({ copy: { shareWith: [id] } }))).toEqual([
        expect.stringContaining('must be an account id: 5 to 20 digits in quotes, such as "100000000002"'),
      ]);
    },
  );
});
