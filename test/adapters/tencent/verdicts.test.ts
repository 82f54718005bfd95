// The verdicts on the error codes: complete, and right about effect, outcome and subject.
import { describe, expect, it } from "vitest";
import { isTransient, VERDICTS, verdictOf } from "../../../lib/adapters/tencent/errors/verdicts.ts";
import { cloudMeaning } from "../../../lib/model/messages/cloud.ts";
import { DOCUMENTED } from "./documented-codes.ts";

describe("the table of verdicts", () => {
  it.each(Object.entries(DOCUMENTED))("has every documented code of %s", (_, codes) => {
    expect(codes.filter((code) => !Object.hasOwn(VERDICTS, code))).toEqual([]);
  });

  it("gives every documented refusal of SyncImages the effect none", () => {
    expect(DOCUMENTED.SyncImages.filter((code) => verdictOf(code).effect !== "none")).toEqual([]);
  });

  it("gives every refusal that may be about one of several accounts the effect unknown", () => {
    const sharing = DOCUMENTED.ModifyImageSharePermission.filter((code) =>
      /Account(Id|Is|Already)|MasterAccount|OverQuota/.test(code),
    );
    expect(sharing).toHaveLength(6);
    expect(sharing.filter((code) => verdictOf(code).effect !== "unknown")).toEqual([]);
  });

  it("gives every refusal to delete or share a certain image the effect none", () => {
    const codes = DOCUMENTED.DeleteImages.filter((code) => code.includes("Image"));
    codes.push(...DOCUMENTED.ModifyImageSharePermission.filter((code) => code.includes("Image")));
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
    const soon = ["RequestLimitExceeded.IPLimitExceeded", "InternalError", "Network", "Timeout", "HttpStatus"];
    const notSoon = ["FailedOperation.InvalidImageState", "ImageQuotaLimitExceeded", "BadAnswer", "Aborted", "NotSent"];
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
