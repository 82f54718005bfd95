// Holds the catalogues of messages together: one code, one place, and each reason documented.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogue, error, fullText, info } from "../../lib/model/messages/define.ts";
import { reason } from "../../lib/model/messages/reasons.ts";

const TOP = join(import.meta.dirname, "../..");
const FOLDER = join(TOP, "lib/model/messages");

describe("a catalogue", () => {
  const example = catalogue({
    full: error((p: { region: string }) => ({ text: `${p.region} is full`, remedy: "delete images there" })),
    empty: info(() => "nothing to do"),
  });

  it("writes a message from its code and parameters", () => {
    expect(example("full", { region: "ap-tokyo" })).toEqual({
      code: "full",
      text: "ap-tokyo is full",
      remedy: "delete images there",
    });
    expect(example("empty")).toEqual({ code: "empty", text: "nothing to do" });
    expect(fullText(example("full", { region: "x" }))).toBe("x is full; delete images there");
    expect(example.levelOf("full")).toBe("error");
  });
});

describe("the reasons", () => {
  it("have each code in one catalogue only", async () => {
    const places = new Map<string, string[]>();
    for (const file of readdirSync(FOLDER)) {
      const exported = (await import(join(FOLDER, file))) as Record<string, unknown>;
      for (const [name, definitions] of Object.entries(exported)) {
        if (!name.endsWith("Reasons")) continue;
        for (const code of Object.keys(definitions as object)) places.set(code, [...(places.get(code) ?? []), file]);
      }
    }
    expect([...places].filter(([, files]) => files.length > 1)).toEqual([]);
    expect([...places.keys()].sort()).toEqual([...reason.codes].sort());
  });

  it("stand in docs/policy.md, every code", () => {
    const text = readFileSync(join(TOP, "docs/policy.md"), "utf8");
    expect(reason.codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});
