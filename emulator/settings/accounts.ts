// The accounts of the emulator and their made-up key pairs.
import { randomBytes } from "node:crypto";

/**
 * One key pair of one account. Several key pairs may share a `uin`, for example a permanent key and
 * a temporary one with a token. The values are made up and work with the emulator only.
 */
export interface Account {
  /** The account id, as DescribeImageSharePermission and GetCallerIdentity show it. */
  readonly uin: string;
  readonly appId: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** For temporary credentials: the required value of X-TC-Token. */
  readonly token?: string;
  /** For credentials of a role: the role, whose policies decide what they may do. Without one, they may do all. */
  readonly role?: { readonly name: string; readonly id: string; readonly sessionName?: string };
  /**
   * Whether the vendor approved this account for copies between mainland China and other regions.
   */
  readonly crossBorderApproved?: boolean;
}

/** The main account, an account that shares golden images, and two more accounts. */
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

/** The same accounts with keys that nobody can know: for an emulator that executes code. */
export function randomAccounts(): [Account, ...Account[]] {
  const [main, ...others] = DEFAULT_ACCOUNTS.map((account) => ({
    ...account,
    secretId: `AKID${randomBytes(16).toString("hex")}`,
    secretKey: randomBytes(16).toString("hex"),
  }));
  return [main as Account, ...others];
}
