// The state of CAM: roles, policies, and the temporary credentials of roles.
import type { Account } from "../../settings/accounts.ts";

/** A tag of a role or a policy. */
export interface CamTag {
  readonly Key: string;
  readonly Value: string;
}

/** A role of an account. */
export interface StoredRole {
  readonly id: string;
  readonly name: string;
  /** `uin` of the owner. */
  readonly owner: string;
  /** JSON text: who may take the role. */
  trust: string;
  readonly description: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  updatedAt: number;
  /** 1 if the role may log in to the console. */
  readonly consoleLogin: number;
  /** The longest session in seconds. */
  readonly sessionSeconds: number;
  readonly tags: readonly CamTag[];
  readonly attached: { readonly policyId: number; readonly at: number }[];
}

/** A policy that an account made, or one of the vendor's preset policies. */
export interface StoredPolicy {
  readonly id: number;
  name: string;
  /** `uin` of the owner; empty for a preset policy. */
  readonly owner: string;
  description: string;
  /** JSON text. */
  document: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  updatedAt: number;
  readonly tags: readonly CamTag[];
}

/** Temporary credentials of a role. The token is always set. */
export interface Session extends Account {
  readonly token: string;
  readonly role: { readonly name: string; readonly id: string; readonly sessionName: string };
  /** The end of their validity in milliseconds of `World.now()`. */
  readonly expiresAt: number;
}

/** The roles and policies of all accounts. Preset policies are in `PRESET_POLICIES`. */
export interface Cam {
  readonly roles: StoredRole[];
  readonly policies: StoredPolicy[];
}
