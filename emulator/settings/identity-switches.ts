// The switches for what is unverified about credentials and permissions.
import type { SwitchSpec } from "./switch-spec.ts";

/** See `ALL_SWITCHES`. */
export const IDENTITY_SWITCHES = {
  expiredToken: {
    values: ["AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureExpire"],
    default: "AuthFailure.TokenFailure",
    about: "The code with which the API refuses temporary credentials that have expired.",
  },
  permissionCode: {
    values: ["by-product", "UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"],
    default: "by-product",
    about:
      "The code of a call that the role does not allow: UnauthorizedOperation of cvm, as and sts and AuthFailure.UnauthorizedOperation of all others; or one code for all.",
  },
} as const satisfies Record<string, SwitchSpec>;
