// Whose records a command shows: found in the state, and asked of the cloud only where that does not tell.
import { describe, expect, it } from "vitest";
import { InputError, StateError } from "../../lib/model/errors.ts";
import { storedText } from "../../lib/model/messages/define.ts";
import { recordedAccount } from "../../lib/replicator/open/recorded-account.ts";

const [A, B] = ["100000000001", "200000000001"];
const holding = (...accounts: string[]) => ({ accounts: async () => accounts });
const unasked = () => Promise.reject(new Error("the cloud was asked"));
const offline = () => Promise.reject(new StateError(storedText("no network")));

describe("the account whose records are shown", () => {
  it("is the only one that is recorded, without a call", async () => {
    expect(await recordedAccount(holding(A), undefined, unasked)).toEqual({ account: A, wasAsked: false });
  });

  it("is the one that the user names, without a call, if it is recorded", async () => {
    expect(await recordedAccount(holding(A, B), B, unasked)).toEqual({ account: B, wasAsked: false });
    await expect(recordedAccount(holding(A), B, unasked)).rejects.toThrow(
      /nothing is recorded for account 200000000001/,
    );
  });

  it("is that of the credentials if several are recorded, or none", async () => {
    for (const state of [holding(A, B), holding()])
      expect(await recordedAccount(state, undefined, async () => B)).toEqual({ account: B, wasAsked: true });
  });

  it("is not known if the cloud does not answer: an error with several, nothing to show with none", async () => {
    await expect(recordedAccount(holding(A, B), undefined, offline)).rejects.toThrow(InputError);
    expect(await recordedAccount(holding(), undefined, offline)).toEqual({
      ...{ account: undefined, wasAsked: true, failure: "no network" },
    });
  });

  it("hides no error of the program itself", async () => {
    await expect(recordedAccount(holding(), undefined, unasked)).rejects.toThrow("the cloud was asked");
  });
});
