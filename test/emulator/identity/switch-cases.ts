// The expected behaviour of each value of each switch of identity, for the test of all switches.
import { expect } from "vitest";
import { ApiError } from "../../../emulator/errors.ts";
import { checkToken } from "../../../emulator/services/identity/credentials.ts";
import type { IDENTITY_SWITCHES } from "../../../emulator/settings/identity-switches.ts";
import type { Switches } from "../../../emulator/settings/switches.ts";
import { type Bench, caught } from "../support.ts";
import { HOUR, sessionWith } from "./support.ts";

export const IDENTITY_CASES: { [K in keyof typeof IDENTITY_SWITCHES]: (value: Switches[K], b: Bench) => void } = {
  expiredToken(value, b) {
    const session = sessionWith(b);
    checkToken(b.world, session, session.token);
    b.tick(HOUR);
    const error = caught(() => checkToken(b.world, session, session.token));
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).code).toBe(value);
  },
  permissionCode(value, b) {
    const account = sessionWith(b);
    const codes = [
      b.refusal("DescribeImages", {}, { account }),
      b.refusal("GetResources", {}, { account, service: "tag" }),
    ];
    const byProduct = ["UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"];
    expect(codes).toEqual(value === "by-product" ? byProduct : [value, value]);
  },
};
