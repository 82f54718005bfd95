// Random settings, STATE_URLs and durations: each is accepted or refused with a proper error.

import { describe, expect, it } from "vitest";
import { describeStateUrl, parseStateUrl } from "../../lib/adapters/state/url.ts";
import { InputError } from "../../lib/model/errors.ts";
import { formatDuration, parseDuration } from "../../lib/model/time.ts";
import { readConfig } from "../../lib/replicator/config.ts";
import fc from "../support/random.ts";
import { nastyText, runs } from "./arbitraries.ts";

const text = fc.oneof(nastyText, fc.string({ unit: "binary" }), fc.string(), fc.webUrl());
const SECRET = "hunter2secret";

describe("a random configuration", () => {
  const NAMES = [
    ...["REPLICATOR_ENDPOINT", "REPLICATOR_SITE", "REPLICATOR_INSTALLATION"],
    ...["POLICY_FILE", "STATE_URL", "SWEEP_EVERY", "SETTLE"],
  ];
  const MORE = ["LOG_LEVEL", "TENCENTCLOUD_RUNENV", "CLS_TOPIC_ID", "CLS_REGION", "NOTIFY_URL"];
  const sensible = fc.constantFrom(
    "http://127.0.0.1:9900",
    "https://u:p@h/",
    "http://[::1]:80",
    "http://h:99999",
    "intl",
    "SCF",
    "sqlite:x.db",
    "postgres://u:p@h/d",
    "365d",
    "366d",
    "100000000d",
    "99999999999999999999d",
    "00000001s",
    "debug",
    "",
  );
  const env = fc.dictionary(fc.constantFrom(...NAMES, ...MORE, "__proto__"), fc.oneof(text, sensible));

  it("gives durations that a date can hold, or an InputError that names the variables", () => {
    fc.assert(
      fc.property(env, (values) => {
        try {
          const { settle, sweepEvery, endpoint } = readConfig(values);
          for (const duration of [settle, sweepEvery]) {
            expect(duration).toBeGreaterThan(0);
            expect(new Date(Date.now() + duration).toISOString()).toMatch(/^20/);
          }
          if (endpoint !== undefined) expect(new URL(endpoint).origin).toBe(endpoint);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          for (const { where } of error.problems) expect([...NAMES, ...MORE]).toContain(where);
        }
      }),
      runs(2000),
    );
  });

  it("shows no password", () => {
    const around = fc.tuple(text, text);
    fc.assert(
      fc.property(around, fc.constantFrom("REPLICATOR_ENDPOINT", "STATE_URL"), ([a, b], name) => {
        const host = a.replace(/[/?#\\@]/g, "");
        try {
          readConfig({ [name]: `https://${host}:${SECRET}@h/${b}` });
        } catch (error) {
          // Text that is not a URL is shown: no part of it can be recognised as a password.
          if (URL.canParse(`https://${host}:${SECRET}@h/${b}`)) expect((error as Error).message).not.toContain(SECRET);
        }
      }),
      runs(500),
    );
  });
});

describe("a random STATE_URL", () => {
  const url = fc.oneof(
    text,
    fc
      .tuple(
        fc.constantFrom(
          "sqlite:",
          "sqlite://",
          "file:",
          "file:///",
          "postgres://",
          "postgresql:",
          "POSTGRES:/",
          "mysql://",
        ),
        text,
      )
      .map((p) => p.join("")),
    fc.tuple(text, text).map(([a, b]) => `postgres://u:p@h/d?schema=${a}&options=${b}`),
    fc.tuple(text, text).map(([a, b]) => `cos://b-1250000000/${a}?region=${b}`),
  );

  it("gives a place or a InputError, and can be described", () => {
    fc.assert(
      fc.property(url, (value) => {
        expect(typeof describeStateUrl(value)).toBe("string");
        try {
          const place = parseStateUrl(value, "/somewhere");
          if (place.engine === "sqlite") expect(place.path).toMatch(/^\//);
          else if (place.engine === "cos") expect(place.place.bucket).toMatch(/^[a-z0-9-]+-[0-9]+$/);
          else expect(place.schema ?? "none").toMatch(/^[a-z_][a-z0-9_]{0,62}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      runs(2000),
    );
  });

  it("never shows the password of a server, whatever it contains and whatever surrounds it", () => {
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.constantFrom("postgres", "postgresql", "PostgreS"),
        (user, before, after, scheme) => {
          const value = `${scheme}://${user.replace(/[/?#@:\\]/g, "")}:${before}${SECRET}${after}@10.0.0.5:5432/replicator`;
          expect(describeStateUrl(value)).not.toContain(SECRET);
          try {
            parseStateUrl(value);
          } catch (error) {
            expect((error as Error).message).not.toContain(SECRET);
          }
        },
      ),
      runs(2000),
    );
  });
});

describe("a duration", () => {
  it("from any text is undefined or whole milliseconds, in linear time", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.stringMatching(/^\d{1,30}(ms|s|m|h|d)?$/)), (value) => {
        const millis = parseDuration(value);
        if (millis !== undefined) expect(Number.isSafeInteger(millis) && millis >= 0).toBe(true);
      }),
      runs(2000),
    );
    expect(parseDuration(`${"1".repeat(1_000_000)}x`)).toBeUndefined();
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (millis) => {
        expect(parseDuration(formatDuration(millis))).toBe(millis);
      }),
      runs(1000),
    );
  });
});
