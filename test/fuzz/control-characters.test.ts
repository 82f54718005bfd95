// No output lets text from outside steer a terminal or fake lines.

import { describe, expect, it } from "vitest";
import { showProgress } from "../../cli/ui/apply/progress.ts";
import { planText } from "../../cli/ui/plan-text.ts";
import { UNLIMITED } from "../../cli/ui/room.ts";
import { tableOf } from "../../cli/ui/status/table.ts";
import { clean, cut, pad, widthOf } from "../../cli/ui/text.ts";
import { lineJournal } from "../../lib/adapters/journal/json-lines.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { plainJson } from "../../lib/model/printable.ts";
import type { Copy, CopyPhase } from "../../lib/model/types.ts";
import { viewOf } from "../../lib/report/plan/plan-view.ts";
import { claim, copy, image, keyOf, NOW, observation, planOf, policy } from "../support/builders.ts";
import fc from "../support/random.ts";
import { json, nastyText, RAW, runs } from "./arbitraries.ts";

/**
 * The escape codes that the program itself writes: colours, cursor movements by lines, clearing.
 */
const OWN = /\u001b\[(\d*m|\d+A|[KJ])|^\r/g;

function expectPlain(text: string): void {
  expect(text.replace(OWN, "")).not.toMatch(RAW);
}

const PHASES = ["waiting", "copying", "finishing", "ready", "retrying", "blocked", "failed", "retired"] as const;

/** A copy in which every text from outside contains control characters. */
const nastyCopy = fc
  .record({
    phase: fc.constantFrom<CopyPhase>(...PHASES),
    text: fc.tuple(nastyText, nastyText, nastyText, nastyText),
    percent: fc.double(),
  })
  .map(({ phase, text: [name, id, region, why], percent }): Copy => {
    const key = keyOf(`ap-${region}`, { region: `ap-${region}`, imageId: `img-${id}` });
    const reason = { code: why, text: storedText(`because of ${why}`), remedy: storedText(why) };
    const own = {
      phase,
      reason,
      imageId: `img-${id}`,
      name,
      claim: claim(),
      percent,
      progressedAt: NOW,
      readyAt: NOW,
      notBefore: NOW,
    };
    return {
      ...(copy<"waiting">("ap-x", { phase: "waiting", reason }) as object),
      ...own,
      key,
      rootName: name,
      policy: why,
    } as unknown as Copy;
  });
const nastyCopies = fc.array(nastyCopy, { minLength: 1, maxLength: 4 });

describe("text from outside", () => {
  it("is plain after cleaning, and cleaning is idempotent", () => {
    fc.assert(
      fc.property(fc.oneof(nastyText, fc.string({ unit: "binary" })), (text) => {
        const plain = clean(text);
        expectPlain(plain);
        expect(plain).not.toContain("\n");
        expect(clean(plain)).toBe(plain);
      }),
      runs(2000),
    );
    expect(clean("golden-网页 é 👍 v1.2_3")).toBe("golden-网页 é 👍 v1.2_3");
  });

  it("has every invisible character and every control character escaped", () => {
    const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      const plain = clean(character);
      if (hidden.test(character)) expect(plain).toMatch(/^\\u(\{[0-9a-f]{5,6}\}|[0-9a-f]{4})$/);
      else if (plain !== character) expect(plain).toBe(character);
    }
  });

  it("never exceeds its width after cutting, and keeps characters whole", () => {
    fc.assert(
      fc.property(nastyText.map(clean), fc.nat(12), (text, width) => {
        const short = cut(text, width);
        expect(widthOf(short)).toBeLessThanOrEqual(width);
        expect(widthOf(pad(short, width))).toBe(width);
        expectPlain(short);
      }),
      runs(500),
    );
  });
});

describe("JSON that is printed", () => {
  it("is plain, on one line, and equal to its input", () => {
    fc.assert(
      fc.property(json, (value) => {
        const line = plainJson(value);
        expectPlain(line);
        expect(line).not.toContain("\n");
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
        const indented = plainJson({ value }, 2);
        expectPlain(indented);
        expect(JSON.parse(indented)).toEqual(JSON.parse(JSON.stringify({ value })));
      }),
      runs(500),
    );
  });

  it("is one line for each journal entry with any content", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nastyText, { minLength: 1, maxLength: 4 }), async (texts) => {
        const lines: string[] = [];
        const entries = texts.map((text) => ({
          at: NOW,
          runId: text,
          account: text,
          level: "info" as const,
          event: text,
          text: storedText(text),
          key: keyOf(text),
          image: { region: text, imageId: text },
          requestId: text,
          code: text,
        }));
        await lineJournal((line) => lines.push(line), "info").append(entries);
        expect(lines).toHaveLength(texts.length);
        for (const [index, line] of lines.entries()) {
          // Readers that accept more line breaks than \n find one line, too.
          expect(line.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toEqual([line.slice(0, -1), ""]);
          expectPlain(line);
          const { time, ...entry } = JSON.parse(line) as Record<string, unknown>;
          expect({ at: Date.parse(String(time)), ...entry }).toEqual(entries[index]);
        }
      }),
      runs(200),
    );
  });
});

describe("the output for copies with control characters in names, ids and reasons", () => {
  const rooms = fc.constantFrom(
    UNLIMITED,
    { width: 79, rows: 20, color: true },
    { width: 30, rows: 3, color: false },
    { width: 200, rows: 2, color: true },
  );

  it("is a plain table within its room, with one line for each row", () => {
    fc.assert(
      fc.property(nastyCopies, rooms, (copies, room) => {
        const lines = tableOf(copies, room);
        expect(lines.length).toBeLessThanOrEqual(Math.max(room.rows, 1));
        for (const line of lines) {
          expectPlain(line);
          expect(line).not.toContain("\n");
          expect(widthOf(line.replace(OWN, ""))).toBeLessThanOrEqual(room.width);
        }
      }),
      runs(500),
    );
  });

  it.each([true, false])("is plain progress, in a terminal: %s", (isTTY) => {
    fc.assert(
      fc.property(nastyCopies, nastyCopies, fc.constantFrom(30, 80), (before, after, columns) => {
        const written: string[] = [];
        const progress = showProgress({ isTTY, columns, rows: 24, write: (text) => written.push(text) });
        progress.begin(before);
        progress.show(after);
        for (const text of written) expectPlain(text);
        // A line wider than the terminal wraps, and the next table would start one line too low.
        const lines = written.flatMap((text) => text.replace(OWN, "").split("\n"));
        if (isTTY) for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
        if (!isTTY) for (const text of written) expect(text).toMatch(/^[^\n]+\n$/);
      }),
      runs(200),
    );
  });

  it("is a plain plan, in which no name starts a line", () => {
    const texts = fc.tuple(nastyText, nastyText, nastyText);
    fc.assert(
      fc.property(texts, nastyCopy, ([name, tag, id], old) => {
        const root = image({
          name: `golden-${name}`,
          description: tag,
          osName: tag,
          tags: { [tag]: name },
          sizeGiB: 60,
        });
        const other = image({ name, imageId: `img-${id}`, state: tag });
        const marked = image({ name: "golden-x", imageId: `img-x${id}`, region: "ap-shanghai" });
        const plan = planOf({
          policies: [policy(), policy({ name: "q", select: { type: "custom", tags: { [tag]: ["x"] } } })],
          observation: observation([root, other, marked]),
          copies: [old],
        });
        const view = viewOf({
          ...plan,
          problems: [...plan.problems, { code: name, text: storedText(name), remedy: storedText(tag) }],
          warnings: [...plan.warnings, { code: name, text: storedText(name), remedy: storedText(tag) }],
        });
        const text = planText(view);
        expectPlain(text);
        for (const line of text.split("\n"))
          expect(line).toMatch(
            /^($|[+~·!=-] | {2}[+~·!=-] | {4}… and | {4}\d+ images? not selected: |Policy |warning: |problem: |Plan: |Nothing to do|Adds at most \d)/,
          );
      }),
      runs(300),
    );
  });
});
