/**
 * One key pair of one account. Several may share a `uin`: a permanent key and a temporary one with a token, say.
 * These are made-up values that open nothing but the emulator.
 */
export interface Account {
  /** Id of the main account, as DescribeImageSharePermission and GetCallerIdentity show it. */
  readonly uin: string;
  readonly appId: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** Temporary credentials: the value that X-TC-Token must have. */
  readonly token?: string;
  /** The vendor has allowed this account to copy between mainland China and the rest of the world. */
  readonly crossBorderApproved?: boolean;
}

/** The main account, one that shares golden images, and two more. */
export const DEFAULT_ACCOUNTS: readonly [Account, Account, Account, Account] = [
  {
    uin: "100000000001",
    appId: "1250000001",
    secretId: "AKIDemulator000000000001",
    secretKey: "emulator-secret-1",
  },
  {
    uin: "100000000002",
    appId: "1250000002",
    secretId: "AKIDemulator000000000002",
    secretKey: "emulator-secret-2",
  },
  {
    uin: "100000000003",
    appId: "1250000003",
    secretId: "AKIDemulator000000000003",
    secretKey: "emulator-secret-3",
  },
  {
    uin: "100000000004",
    appId: "1250000004",
    secretId: "AKIDemulator000000000004",
    secretKey: "emulator-secret-4",
  },
];
