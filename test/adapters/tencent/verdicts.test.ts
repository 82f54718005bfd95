// The verdicts on the error codes: complete, and right about effect, outcome and subject.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isTransient, VERDICTS, verdictOf } from "../../../lib/adapters/tencent/errors/verdicts.ts";
import { cloudMeaning } from "../../../lib/model/messages/cloud.ts";
import { allowedWithDeletions } from "../../support/permissions.ts";

const documented = JSON.parse(readFileSync(join(import.meta.dirname, "documented-codes.json"), "utf8")) as {
  readonly actions: Readonly<Record<string, string[]>>;
  readonly common: string[];
};
const codesOf = (action: string) => documented.actions[action] ?? expect.fail(`${action} is not in the list`);
/** The actions that the program calls: test/security/permissions.test.ts compares them with its calls. */
const CALLED = [...allowedWithDeletions("command"), "cls:SearchLog", "cls:UploadLog"].sort();

/** Codes of the table that the vendor does not document (any more), each with the reason to have it. */
const UNDOCUMENTED = {
  "InvalidParameter.ValueTooLarge": "documented for ModifyImageAttribute in older models",
  "LimitExceeded.Quota": "documented for TagResources in older models",
  "LimitExceeded.ResourceAttachedTags":
    "documented for ModifyResourceTags; TagResources may list it in FailedResources",
  ResourceBusy: "the vendor's plugins for Terraform and Packer retry it",
};
const OF_THE_ADAPTER = [
  "Aborted",
  "AccountChanged",
  "BadAnswer",
  "HttpStatus",
  "Network",
  "NoCredentials",
  "NotSent",
  "Timeout",
  "Unstable",
];

/** The codes with a suffix that the sources of a folder write out, and those that its errors are made with. */
function codesIn(folder: string): string[] {
  const top = join(import.meta.dirname, "../../../");
  const files = readdirSync(join(top, folder), { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".ts"));
  const texts = files.map((file) => readFileSync(join(top, folder, file), "utf8"));
  const code =
    /ApiError\(\s*"(\w+)"|"((?:AuthFailure|FailedOperation|Invalid|LimitExceeded|Mutex|Request|Resource|Un[as])\w*\.[A-Z]\w+)"/g;
  return texts.flatMap((text) => [...text.matchAll(code)].map(([, thrown, written]) => thrown ?? written ?? ""));
}

/** A table of the verdicts on all documented codes of the actions that are called, for reviewers. */
function verdictTable(): string {
  const codes = [...new Set([...documented.common, ...CALLED.flatMap(codesOf)])].sort();
  const rows = codes.map((code) => {
    const { outcome, effect, about, text } = verdictOf(code);
    const where = documented.common.includes(code) ? ["any action"] : CALLED.filter((a) => codesOf(a).includes(code));
    return `| ${code} | ${outcome} | ${effect} | ${about} | ${text} | ${where.map((a) => a.replace(/^\w+:/, "")).join(", ")} |`;
  });
  const head = [
    "| code | outcome | effect | about | meaning | documented for |",
    "| --- | --- | --- | --- | --- | --- |",
  ];
  return `${[...head, ...rows].join("\n")}\n`;
}

describe("the table of verdicts", () => {
  it.each(["common", ...CALLED])("has every documented code of %s", (action) => {
    const codes = action === "common" ? documented.common : codesOf(action);
    expect(codes.filter((code) => !Object.hasOwn(VERDICTS, code))).toEqual([]);
  });

  it("has no code that the vendor does not document, except for known ones", () => {
    const all = [...documented.common, ...CALLED.flatMap(codesOf)];
    const others = Object.keys(VERDICTS).filter((code) => !all.includes(code));
    expect(others.sort()).toEqual([...OF_THE_ADAPTER, ...Object.keys(UNDOCUMENTED)].sort());
  });

  it.each(["lib", "emulator"])("the sources in %s name only documented codes", (folder) => {
    const all = [...documented.common, ...Object.values(documented.actions).flat(), ...Object.keys(UNDOCUMENTED)];
    const named = codesIn(folder);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((code) => !all.includes(code))).toEqual([]);
  });

  it("judges every documented code as a reviewer has seen it (after a change: vitest -u, and read the table)", async () => {
    await expect(verdictTable()).toMatchFileSnapshot("verdicts.md");
  });

  it("gives every documented refusal of SyncImages the effect none", () => {
    expect(codesOf("cvm:SyncImages").filter((code) => verdictOf(code).effect !== "none")).toEqual([]);
  });

  it("gives every refusal that may be about one of several accounts the effect unknown", () => {
    const sharing = codesOf("cvm:ModifyImageSharePermission").filter((code) =>
      /Account(Id|Is|Already)|MasterAccount|OverQuota/.test(code),
    );
    expect(sharing).toHaveLength(6);
    expect(sharing.filter((code) => verdictOf(code).effect !== "unknown")).toEqual([]);
  });

  it("gives every refusal to delete or share a certain image the effect none", () => {
    const codes = codesOf("cvm:DeleteImages").filter((code) => code.includes("Image"));
    codes.push(...codesOf("cvm:ModifyImageSharePermission").filter((code) => code.includes("Image")));
    expect(codes.filter((code) => verdictOf(code).effect !== "none")).toEqual([]);
  });

  it("gives errors that can come after SyncImages began, and unlisted codes, the effect unknown", () => {
    const codes = ["InternalError", "InternalError.X", "ResourceUnavailable", "ServiceUnavailable", "FailedOperation"];
    codes.push(
      "Network",
      "Timeout",
      "HttpStatus",
      "BadAnswer",
      "Aborted",
      "ResponseSizeLimitExceeded",
      "MutexOperation.X",
    );
    codes.push("InvalidParameterValue.NeverHeardOf", "LimitExceeded.NeverHeardOf", "Never.HeardOf", "", "toString");
    expect(codes.filter((code) => verdictOf(code).effect !== "unknown")).toEqual([]);
  });

  it.each([
    ["AuthFailure.New", "terminal", "none"],
    ["UnauthorizedOperation.New", "terminal", "none"],
    ["RequestLimitExceeded.New", "requeue", "none"],
    ["InvalidParameterValue.New", "terminal", "unknown"],
    ["LimitExceeded.New", "terminal", "unknown"],
    ["New", "retry", "unknown"],
  ])("judges the unlisted code %s by its family", (code, outcome, effect) => {
    expect(verdictOf(code)).toMatchObject({ outcome, effect });
  });

  it.each([
    ["FailedOperation.InvalidImageState", "requeue"],
    ["InvalidParameterValue.InvalidImageState", "requeue"],
    ["InvalidImageId.IncorrectState", "requeue"],
    ["RequestLimitExceeded", "requeue"],
    ["NotSent", "requeue"],
    ["Aborted", "requeue"],
    ["InternalError", "retry"],
    ["ImageQuotaLimitExceeded", "terminal"],
    ["InvalidImageId.TooLarge", "terminal"],
    ["AuthFailure.SignatureFailure", "terminal"],
  ])("gives %s the outcome %s", (code, outcome) => {
    expect(verdictOf(code).outcome).toBe(outcome);
  });

  it.each([
    ["destination", ["ImageQuotaLimitExceeded", "InvalidImageName.Duplicate", "InvalidRegion.Unavailable"]],
    ["destination", ["InvalidRegion.NotFound", "InvalidParameterValue.InvalidRegion", "UnsupportedOperation.Region"]],
    ["source", ["InvalidImageId.NotFound", "InvalidImageId.TooLarge", "FailedOperation.InvalidImageState"]],
    ["source", ["InvalidParameter.InstanceImageNotSupport", "UnsupportedOperation.EncryptedImagesNotSupported"]],
    ["account", ["AuthFailure.TokenFailure", "UnauthorizedOperation.Whatever"]],
    ["call", ["RequestLimitExceeded", "InternalError", "Network", "Whatever"]],
  ])("relates errors to the %s: %j", (about, codes) => {
    expect(codes.map((code) => verdictOf(code).about)).toEqual(codes.map(() => about));
  });

  it("has a remedy for refusals that need manual action", () => {
    const account = Object.entries(VERDICTS).filter(([code]) => code.startsWith("AuthFailure"));
    expect(account.filter(([, { remedy }]) => !remedy)).toEqual([]);
    expect(verdictOf("ImageQuotaLimitExceeded").remedy).toContain("quota");
    for (const code of ["InvalidImageId.InShared", "FailedOperation.RImageShareFailed", "InvalidAccountId.NotFound"]) {
      expect(verdictOf(code).remedy).toContain("copy.shareWith");
    }
    expect(verdictOf("UnsupportedOperation.EncryptedImagesNotSupported").remedy).toContain("copy.encrypt");
    expect(verdictOf("InvalidParameter.InvalidKmsKeyId").remedy).toContain("kmsKeyId");
  });

  it("counts only transient errors as worth a retry within seconds", () => {
    const soon = ["RequestLimitExceeded.IPLimitExceeded", "InternalError", "Network", "HttpStatus"];
    const notSoon = [
      "Timeout",
      "FailedOperation.InvalidImageState",
      "ImageQuotaLimitExceeded",
      "BadAnswer",
      "Aborted",
      "NotSent",
    ];
    expect([...soon, ...notSoon].filter(isTransient)).toEqual(soon);
  });

  it("gives each meaning the level of its outcome", () => {
    const levels = { requeue: "info", retry: "warn", terminal: "error" };
    const wrong = Object.values(VERDICTS).filter(
      ({ meaning, outcome }) => cloudMeaning.levelOf(meaning) !== levels[outcome],
    );
    expect(wrong).toEqual([]);
  });

  it("uses every meaning of the catalogue", () => {
    const codes = ["AuthFailure.New", "InvalidParameter.New", "New"];
    const used = new Set([...Object.values(VERDICTS), ...codes.map(verdictOf)].map(({ meaning }) => meaning));
    expect(cloudMeaning.codes.filter((code) => !used.has(code))).toEqual([]);
  });
});
