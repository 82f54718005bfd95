// The table of copies, the progress, and the escaping of text for terminals.

import { describe, expect, it } from "vitest";
import { showProgress } from "../../cli/ui/apply/progress.ts";
import { UNLIMITED } from "../../cli/ui/room.ts";
import { tableOf } from "../../cli/ui/status/table.ts";
import { clean, cut, widthOf } from "../../cli/ui/text.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy } from "../../lib/model/types.ts";
import { copy, keyOf, NOW } from "../support/builders.ts";
import { recordOf } from "../support/plan-copy.ts";

const NOT_READY = { code: "busy", text: storedText("the source is busy") };
const ready = (name: string, id = "img-root0001", region = "ap-shanghai-fsi") =>
  copy<"ready">(
    region,
    { phase: "ready", imageId: "img-copy0001", name, readyAt: 1, adopted: false },
    { rootName: name, key: keyOf(region, { region: "ap-guangzhou", imageId: id }) },
  );
const waiting = (name: string, id: string) =>
  copy<"waiting">(
    "ap-beijing",
    { phase: "waiting", reason: NOT_READY },
    { rootName: name, key: keyOf("ap-beijing", { region: "ap-guangzhou", imageId: id }) },
  );

/** An encrypted copy that waits, and the plain one from which it is made. */
function chainOf(name: string): Copy[] {
  const plain = waiting(name, "img-root0002");
  return [{ ...plain, key: { ...plain.key, variant: "encrypted:default" } }, plain];
}

describe("text in a terminal", () => {
  it("counts wide characters as two columns, and combining marks as none", () => {
    expect(widthOf("golden-网页")).toBe(11);
    expect(widthOf("e\u0301")).toBe(1);
    expect(cut("网页服务器", 6)).toBe("网页…");
    expect(cut("网页", 4)).toBe("网页");
    expect(cut("ab", 0)).toBe("");
  });

  it("escapes characters that could move the cursor, hide or fake text", () => {
    expect(clean("a\u001b[31m\nb\u202e\u200b\u{e0041}")).toBe("a\\u001b[31m\\u000ab\\u202e\\u200b\\u{e0041}");
    expect(clean("golden-网页-é")).toBe("golden-网页-é");
  });
});

describe("the table of copies", () => {
  it.each([50, 60, 64, 79, 120])("never wraps in %i columns, and shows the whole id of each image", (width) => {
    const copies = [
      ready("golden-网页服务器镜像-二〇二六年十一月二十一日-第一版"),
      waiting("golden-web", "img-root0002"),
    ];
    const lines = tableOf(copies, { width, rows: Number.POSITIVE_INFINITY, color: false });
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    const text = lines.join("\n");
    for (const word of ["img-copy0001", "ap-shanghai-fsi", "yes", "ok", "not yet", "waiting"])
      expect(text).toContain(word);
  });

  it("shortens names in the middle, because versions differ at their ends", () => {
    const names = ["golden-web-server-build-2026-11-01-a", "golden-web-server-build-2026-11-01-b"];
    const lines = tableOf(
      names.map((name, at) => ready(name, `img-root000${at}`)),
      { width: 79, rows: 9, color: false },
    );
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["golden-web-…026-11-01-a", "golden-web-…026-11-01-b"]);
  });

  it("shows the percentage of a copy, and none of one whose image is missing", () => {
    expect(tableOf([recordOf("ap-shanghai", "copying", { percent: 45 })], UNLIMITED)[0]).toContain("copying 45%");
    for (const stage of ["ready", "copying", "finishing"] as const) {
      const missing = recordOf("ap-shanghai", stage, { missingSince: NOW, percent: 80 });
      const [line] = tableOf([missing], UNLIMITED);
      expect(line).toContain("missing");
      expect(line).not.toContain("%");
    }
  });

  it("adds columns as they fit: times, the policy, the region of the source", () => {
    const copies = [recordOf("ap-shanghai", "copying", { percent: 50 })];
    const titlesIn = (width: number, wide = false) =>
      tableOf(copies, { width, rows: 9, color: false }, { now: NOW, header: true, wide })[0]?.split(/ +/);
    expect(titlesIn(79)).toEqual(["NAME", "TO", "DESIRED", "HEALTHY", "TIME", "IMAGE"]);
    expect(titlesIn(120)).toEqual(["NAME", "FROM", "TO", "DESIRED", "HEALTHY", "TIME", "AGE", "POLICY", "IMAGE"]);
    expect(titlesIn(50, true)).toEqual(titlesIn(120));
    expect(tableOf(copies, UNLIMITED, { now: NOW })[0]).toMatch(/copying 50% {2}1m {2}1h {2}golden {2}img-\S+$/);
  });

  it("shows retired copies only if they are wanted", () => {
    const retired = recordOf("ap-shanghai", "retired");
    expect(tableOf([retired], UNLIMITED)).toEqual([]);
    expect(tableOf([retired], UNLIMITED, { all: true })[0]).toMatch(
      /no longer {2}ok {2}golden {2}img-\S+ {2}the reason is deselected$/,
    );
  });

  it("aligns columns for names of any width", () => {
    const lines = tableOf([ready("golden-网页"), ready("golden-web-server", "img-root0002")], { ...UNLIMITED });
    const starts = lines.map((line) => widthOf(line.slice(0, line.indexOf("ap-guangzhou"))));
    expect(starts).toEqual([19, 19]);
  });

  it("shows whole names and no colours in a pipe", () => {
    const name = "golden-".padEnd(60, "x");
    expect(tableOf([ready(name)], UNLIMITED)[0]).toContain(`${name}  ap-guangzhou`);
    expect(tableOf([ready(name)], UNLIMITED)[0]).not.toContain("\u001b");
    expect(tableOf([ready(name)], { width: 100, rows: 10, color: true })[0]).toContain("\u001b[32m");
  });

  it("labels the copies of a chain, the plain one first, and no other copies", () => {
    const chain = [...chainOf("golden-web"), ready("golden-api", "img-root0003")];
    const [api, plain, encrypted] = tableOf(chain, UNLIMITED);
    expect(api).toMatch(/→ ap-shanghai-fsi +yes/);
    expect(plain).toMatch(/→ ap-beijing \(to be encrypted\) .*waiting .*the source is busy$/);
    expect(encrypted).toMatch(/→ ap-beijing \(encrypted\) .*waiting/);
    const left = {
      ...chain[1],
      phase: "retired",
      reason: { code: "superseded", text: storedText("not needed") },
    } as Copy;
    expect(tableOf([left, chain[0] as Copy], UNLIMITED, { all: true })[0]).toContain("→ ap-beijing (plain)");
  });

  it("shows in a pipe that a finished copy is being repaired, deprecated by us, or rolled back", () => {
    const fields = { phase: "ready", imageId: "img-copy0001", name: "golden", readyAt: 1, adopted: false } as const;
    const lineOf = (more: object) => tableOf([copy<"ready">("ap-beijing", { ...fields, ...more })], UNLIMITED)[0];
    expect(lineOf({})).toMatch(/img-copy0001$/);
    expect(lineOf({ deprecatedByUs: true })).toMatch(/img-copy0001 {2}deprecated, because its source was recalled$/);
    const aged = { deprecatedByUs: true, deprecatedByAge: true } as const;
    expect(lineOf(aged)).toMatch(/img-copy0001 {2}deprecated, as prune.deprecateAfter says$/);
    expect(lineOf({ rolledBackFrom: "web" })).toMatch(/ {2}rolled back \(removed from family web\)$/);
    expect(lineOf({ rolledBackFrom: "web", deprecatedByUs: true })).toMatch(/\(removed from family web, deprecated\)$/);
    const repair = { differences: ["tags a", "description"], tries: 1, at: 1 };
    expect(lineOf({ repair })).toMatch(/no: tags a; description {2}repairing .* being repaired: tags a; description$/);
    expect(lineOf({ repair: { ...repair, tries: 3 } })).toMatch(/: tags a; description \(tried 3 times\)$/);
  });

  it("joins a reason and its remedy with a semicolon", () => {
    const reason = { code: "x", text: storedText("is taken"), remedy: storedText("change the name (copy.name)") };
    const [line] = tableOf([copy<"blocked">("ap-beijing", { phase: "blocked", reason })], UNLIMITED);
    expect(line).toMatch(/ {2}is taken; change the name \(copy\.name\)$/);
  });

  it("has one line for each image if the copies do not fit, the worst first, and counts the hidden ones", () => {
    const images = Array.from({ length: 12 }, (_, i) => [
      ready(`golden-${i}`, `img-root${i}`),
      i < 10 ? ready(`golden-${i}`, `img-root${i}`, "ap-beijing") : waiting(`golden-${i}`, `img-root${i}`),
    ]).flat();
    const fits = tableOf(images, { width: 79, rows: 12, color: false });
    const namesIn = (lines: readonly string[]) => lines.map((line) => line.split(" ")[0]);
    expect(namesIn(fits)).toEqual([10, 11, ...Array.from({ length: 10 }, (_, i) => i)].map((i) => `golden-${i}`));
    expect(fits[0]).toMatch(/ 1\/2 {2}1 waiting, 1 ok/);
    const cramped = tableOf(images, { width: 79, rows: 5, color: false });
    expect(cramped).toHaveLength(5);
    expect(namesIn(cramped).slice(0, 3)).toEqual(["golden-10", "golden-11", "golden-0"]);
    expect(cramped[4]).toBe("… and 8 more images: 16 ok");
  });
});

describe("progress", () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    return { isTTY, columns: 80, rows: 24, written, write: (text: string) => written.push(text) };
  };

  it("is one line in a pipe for each copy that becomes ready, failed or blocked", () => {
    const stream = screen(false);
    const progress = showProgress(stream);
    progress.begin([ready("old")]);
    const made = ready("new", "img-root0002", "ap-beijing");
    progress.show([ready("old"), waiting("new", "img-root0002")]);
    progress.show([ready("old"), made]);
    progress.show([ready("old"), made]);
    expect(stream.written).toEqual(["new (img-root0002) ap-guangzhou → ap-beijing: ready\n"]);
  });

  it("counts in a pipe once a minute how many copies are done, of those that it follows", () => {
    let now = Date.UTC(2026, 10, 21, 12);
    const stream = screen(false);
    const progress = showProgress(stream, { now: () => now });
    progress.begin([ready("old"), waiting("new", "img-root0002"), waiting("other", "img-root0003")]);
    now += 61_000;
    progress.alive([ready("old"), waiting("new", "img-root0002"), waiting("other", "img-root0003")]);
    expect(stream.written).toEqual(["0 of 2 ready after 1m; 3 copies: 2 waiting, 1 ready; checked at 12:01:01 UTC\n"]);
  });

  it("is one line for each change where that is wanted", () => {
    const stream = screen(false);
    const progress = showProgress(stream, { every: true });
    progress.begin([ready("old")]);
    progress.show([ready("old"), waiting("new", "img-root0002")]);
    progress.show([ready("old"), waiting("new", "img-root0002")]);
    expect(stream.written).toEqual(["new (img-root0002) ap-guangzhou → ap-beijing: waiting: the source is busy\n"]);
  });

  it("keeps the copies of a chain apart", () => {
    const stream = screen(false);
    const progress = showProgress(stream, { every: true });
    const [encrypted, plain] = chainOf("new") as [Copy, Copy];
    const chained = { ...encrypted, reason: { code: "parent", text: storedText("waits for the plain one") } } as Copy;
    progress.begin([]);
    for (let i = 0; i < 3; i++) progress.show([chained, plain]);
    expect(stream.written).toEqual([
      "new (img-root0002) ap-guangzhou → ap-beijing (encrypted): waiting: waits for the plain one\n",
      "new (img-root0002) ap-guangzhou → ap-beijing (to be encrypted): waiting: the source is busy\n",
    ]);
  });

  it("redraws the table in place in a terminal, and prints notices above it", () => {
    const stream = screen(true);
    const progress = showProgress(stream);
    progress.begin([]);
    progress.show([ready("old"), waiting("new", "img-root0002")]);
    progress.say("stopping");
    progress.show([ready("old")]);
    expect(stream.written[0]).toBe("\rreading the cloud …\u001b[K\n\u001b[J");
    expect(stream.written[1]).toMatch(/^\r\u001b\[1ANAME .*\nnew .*\nold .*\n0 of 1 ready after 0s; 2 copies: /);
    expect(stream.written[2]).toMatch(
      /^\r\u001b\[4Astopping\u001b\[K\nNAME .*\nnew .*\nold .*\n0 of 1 ready after 0s; 2 copies: /,
    );
    expect(stream.written[3]).toMatch(
      /^\r\u001b\[4ANAME .*\nold .*\n0 of 1 ready after 0s; 1 copy: 1 ready\u001b\[K\n\u001b\[J$/,
    );
  });

  it("says above the table why copies fail, each reason once", () => {
    const stream = screen(true);
    const progress = showProgress(stream);
    const refused = (id: string): Copy => ({
      ...(waiting(id, id) as Copy & { phase: "waiting" }),
      phase: "blocked",
      reason: { code: "quota", text: storedText("ap-beijing holds 9 of at most 9 custom images") },
    });
    progress.begin([]);
    progress.show([refused("img-root0001"), refused("img-root0002")]);
    progress.show([refused("img-root0001"), refused("img-root0002")]);

    expect(stream.written.join("").match(/holds 9 of at most 9/g)).toHaveLength(1);
  });

  it("prints a line while nothing changes: each minute in a pipe, after each poll in a terminal", () => {
    let now = Date.UTC(2026, 10, 21, 12);
    const pipe = screen(false);
    const lines = showProgress(pipe, { now: () => now });
    lines.begin([ready("old")]);
    for (let i = 0; i < 9; i++) {
      now += 15_000;
      lines.alive([ready("old")]);
    }
    expect(pipe.written).toEqual([
      "1 copy: 1 ready; checked at 12:01:00 UTC\n",
      "1 copy: 1 ready; checked at 12:02:00 UTC\n",
    ]);
    const terminal = screen(true);
    showProgress(terminal, { now: () => now }).alive([ready("old")]);
    expect(terminal.written[0]).toMatch(/1 copy: 1 ready; checked at 12:02:15 UTC\u001b\[K\n/);
  });
});
