// status --watch: a screen in a terminal, a line for each change in a pipe, and an end by Ctrl-C.
import { describe, expect, it } from "vitest";
import { watch } from "../../cli/ui/status/watch.ts";
import { StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import type { Copy } from "../../lib/model/types.ts";
import { statusReport } from "../../lib/report/status/status-report.ts";
import { BORN, NOW } from "../support/builders.ts";
import { recordOf } from "../support/plan-copy.ts";

type Reading = readonly Copy[] | StateError;

/** Watches these readings, one every `every` ms, and interrupts the watch after the last one. */
async function watched(readings: readonly Reading[], stream: { isTTY: boolean; rows?: number }, every = 2_000) {
  let now = NOW;
  let at = 0;
  let stop = () => {};
  const written: string[] = [];
  const code = await watch(
    {
      read: async () => {
        const reading = readings[at++] as Reading;
        if (reading instanceof StateError) throw reading;
        const records = { copies: reading, record: BORN };
        return statusReport({ records, runs: [], entries: [], now, sweepEvery: 1, sendsJournal: false });
      },
      show: ({ copies }) => copies.map(({ key, phase }) => `${key.region} ${phase}`),
      stream: { ...stream, write: (text) => written.push(text) },
      now: () => now,
      pause: async () => {
        now += every;
        if (at >= readings.length) stop();
      },
    },
    (end) => {
      stop = end;
      return () => written.push("stopped listening");
    },
  );
  expect(written.pop()).toBe("stopped listening");
  return { code, written };
}

const copying = recordOf("ap-shanghai", "copying");
const ready = recordOf("ap-shanghai", "ready");
const failed = recordOf("ap-beijing", "failed");

describe("status --watch in a pipe", () => {
  it("prints the counts, then a line for each change, and ends with 130", async () => {
    const { code, written } = await watched([[copying], [copying], [ready], [ready, failed]], { isTTY: false });
    expect(code).toBe(130);
    expect(written).toEqual([
      "12:00:00 UTC  1 copy: 1 progressing\n",
      "12:00:04 UTC  golden-web (img-root0001) → ap-shanghai: not yet as desired, copying → as desired, ok\n",
      "12:00:06 UTC  golden-web (img-root0001) → ap-beijing: new → not yet as desired, failed\n",
    ]);
  });

  it("prints a line a minute while nothing changes", async () => {
    const { written } = await watched(Array<Reading>(8).fill([ready]), { isTTY: false }, 20_000);
    expect(written).toEqual(["12:00:00", "12:01:00", "12:02:00"].map((time) => `${time} UTC  1 copy: 1 ok\n`));
  });

  it("says that the state cannot be read, and goes on; the first failure ends it", async () => {
    const broken = new StateError(storedText("the server is away"));
    const { written } = await watched([[copying], broken, [ready]], { isTTY: false });
    expect(written[1]).toBe("12:00:02 UTC  cannot read the state: the server is away\n");
    expect(written[2]).toContain("as desired, ok");
    await expect(watched([broken], { isTTY: false })).rejects.toThrow("the server is away");
  });
});

describe("status --watch in a terminal", () => {
  it("draws the screen over the one before, and cuts what does not fit", async () => {
    const { written } = await watched([[copying], Array<Copy>(9).fill(ready)], { isTTY: true, rows: 7 });
    expect(written[0]).toBe("\u001b[2J\u001b[Hap-shanghai copying\u001b[K\n\u001b[J");
    expect(written[1]).toMatch(/^\u001b\[H(ap-shanghai ready\u001b\[K\n){5}… 4 more lines: .*\u001b\[K\n\u001b\[J$/);
  });
});
