// The expected behaviour of each value of each switch of COS, for the test of all switches.
import { expect } from "vitest";
import type { COS_SWITCHES } from "../../../emulator/settings/cos-switches.ts";
import type { Switches } from "../../../emulator/settings/switches.ts";
import type { Bench } from "../support.ts";
import { cosBench, type Sent } from "./support.ts";

/** A bench of COS under one switch. */
const under = (switches: Partial<Switches>) => cosBench({ switches });

export const COS_CASES: { [K in keyof typeof COS_SWITCHES]: (value: Switches[K], b: Bench) => void } = {
  cosForbidOverwrite(value) {
    const b = under({ cosForbidOverwrite: value });
    expect(b.create("one", "1").status).toBe(200);
    expect(b.create("one", "2").status).toBe(value === "ignored" ? 200 : 409);
    expect(b.read("one")).toBe(value === "ignored" ? "2" : "1");
    const put: Sent = { method: "PUT", key: "two", headers: { "x-cos-forbid-overwrite": "true" } };
    const together = ["1", "2"].map((body) => b.begin({ ...put, body }));
    const statuses = together.map((pending) => {
      const result = pending.finish();
      return result.kind === "answer" ? result.response.status : 0;
    });
    expect(statuses).toEqual([200, value === "honoured" ? 409 : 200]);
    expect(b.read("two")).toBe(value === "honoured" ? "1" : "2");
  },
  cosListsNewAfterMs(value) {
    const b = under({ cosListsNewAfterMs: value });
    b.put("k", "1");
    expect(b.read("k")).toBe("1");
    expect(b.keys()).toEqual(value === 0 ? ["k"] : []);
    b.tick(value);
    expect(b.keys()).toEqual(["k"]);
    b.put("k", "22");
    const size = () => /<Size>(\d)/.exec(b.send({}).text)?.[1];
    expect(size()).toBe(value === 0 ? "2" : "1");
    b.tick(value);
    expect(size()).toBe("2");
    b.put("brief");
    b.send({ method: "DELETE", key: "brief" });
    b.tick(value);
    expect(b.keys()).toEqual(["k"]);
  },
  cosListsDeletedForMs(value) {
    const b = under({ cosListsDeletedForMs: value });
    b.put("k");
    b.put("l");
    b.send({ method: "DELETE", key: "k" });
    expect(b.read("k")).toBe("NoSuchKey");
    expect(b.keys()).toEqual(value === 0 ? ["l"] : ["k", "l"]);
    b.tick(value);
    expect(b.keys()).toEqual(["l"]);
    b.send({ method: "DELETE", key: "l" });
    b.put("l", "again");
    b.tick(value);
    expect(b.keys()).toEqual(["l"]);
  },
  cosExpiryLeewayMs(value) {
    const b = under({ cosExpiryLeewayMs: value });
    const read = () => b.send({ validFrom: 0, validUntil: 1000 });
    b.tick(1000 + value);
    expect(read().status).toBe(200);
    b.tick(1);
    expect(read().code).toBe("AccessDenied");
  },
  cosClockSkewMs(value) {
    const b = under({ cosClockSkewMs: value });
    const valid = (from: number) => ({ validFrom: value + from, validUntil: value + from + 1000 });
    const read = (from: number) => b.send(valid(from));
    expect(read(0).status).toBe(200);
    expect(Date.parse(read(0).headers["date"] ?? "") - b.world.now()).toBe(value);
    expect(read(-1001).code).toBe("AccessDenied");
    expect(read(1000).code).toBe("RequestTimeTooSkewed");
    b.send({ method: "PUT", key: "k", ...valid(0) });
    const { headers } = b.send({ key: "k", ...valid(0) });
    expect(Date.parse(headers["last-modified"] ?? "") - b.world.now()).toBe(value);
  },
};
