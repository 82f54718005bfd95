// Holds docs/messages.md to the catalogues: it is current and whole, and says what to do where something is to be done.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PARTS } from "../../deploy/docs/message-parts.ts";
import { messagesDocument, messagesWithoutRemedy } from "../../deploy/docs/messages.ts";
import { variantsOf } from "../../deploy/docs/placeholders.ts";
import { VERDICTS } from "../../lib/adapters/tencent/errors/verdicts.ts";

const TOP = join(import.meta.dirname, "../..");
const document = readFileSync(join(TOP, "docs/messages.md"), "utf8");

describe("docs/messages.md", () => {
  it("is current (otherwise run: npm run docs)", () => {
    expect(document).toBe(messagesDocument());
  });

  it("has every code of every catalogue", async () => {
    const shown = new Set(PARTS.flatMap(({ catalogues }) => catalogues.flatMap(({ codes }) => codes)));
    const missing: string[] = [];
    for (const folder of ["lib/model/messages", "cli/messages"])
      for (const file of readdirSync(join(TOP, folder))) {
        const exported = (await import(join(TOP, folder, file))) as Record<string, unknown>;
        for (const [name, value] of Object.entries(exported)) {
          const { codes = [] } = typeof value === "function" ? (value as { codes?: readonly string[] }) : {};
          missing.push(...codes.filter((code) => !shown.has(code)).map((code) => `${file}: ${name}: ${code}`));
        }
      }
    expect(missing).toEqual([]);
  });

  it("has every error code of the cloud that this program knows", () => {
    expect(Object.keys(VERDICTS).filter((code) => !document.includes(`\`${code}\``))).toEqual([]);
  });

  it("says what to do for every error and warning", () => {
    // Write a remedy into the message, or as the second argument of `error` or `warn` if its text implies what to do.
    expect(messagesWithoutRemedy()).toEqual([]);
  });

  it("shows no value that is not a placeholder", () => {
    expect(document.split("\n").filter((line) => /undefined|NaN|\[object |=>/.test(line))).toEqual([]);
  });
});

describe("a message without its parameters", () => {
  const texts = (write: (p: Record<string, unknown>) => unknown) =>
    variantsOf((p) => ({ text: String(write(p as Record<string, unknown>)) })).map(({ text }) => text);

  it("has the names of the parameters in their places, and elements of lists", () => {
    expect(texts((p) => `${p["imageId"] as string} in ${(p["regions"] as string[]).join(", ")}`)).toEqual([
      "<imageId> in <regions>, …",
    ]);
    expect(texts((p) => (p["policies"] as string[]).map((one) => `policy ${one}`).join("; "))).toEqual([
      "policy <policy>",
    ]);
  });

  it("is shown with and without a parameter that is optional", () => {
    expect(texts((p) => `failed${p["cause"] === undefined ? "" : `: ${p["cause"] as string}`}`)).toEqual([
      "failed: <cause>",
      "failed",
    ]);
  });
});
