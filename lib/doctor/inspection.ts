// The port of the doctor: reads of any service, the caller, the clock of the cloud, and what can be seen of a state.
import type { Text } from "../model/messages/define.ts";
import type { Cloud, State } from "../model/ports.ts";
import type { Millis } from "../model/types.ts";

/** One call that changes nothing: a read, a check, or a dry run. */
export interface Reading {
  readonly service: "as" | "cam" | "cls" | "cvm" | "eb" | "region" | "scf" | "sts" | "tag";
  readonly action: string;
  /** Absent for services without regions. */
  readonly region?: string;
  readonly params?: object;
}

/** Who signs the calls (sts 2018-08-13, GetCallerIdentity). */
export interface Caller {
  readonly account: string;
  /**
   * `account`: the key of the account itself, which may do everything. `role`: temporary keys of a role, with its id.
   * `user`: a user of CAM, or a caller whose kind is not known.
   */
  readonly kind: "account" | "user" | "role";
  readonly roleId?: string;
}

/** What a state shows of itself without a change. */
export interface StateFacts {
  readonly kind: "cos" | "postgres" | "sqlite";
  /** Why it cannot be written; absent if nothing is known that speaks against it. */
  readonly unwritable?: Text;
  /** Whether anyone can read it without a key. Only of a bucket. */
  readonly isPublic?: boolean;
}

/** What the doctor examines, which `open-inspection.ts` puts over the adapters. Nothing here changes anything. */
export interface Inspection {
  /** Reads of images and regions. */
  readonly cloud: Cloud;
  /** Sends one call. Throws `CloudError`; an answer of an unexpected form is one too. */
  readonly read: <T>(reading: Reading, decode: (answer: Readonly<Record<string, unknown>>) => T) => Promise<T>;
  /** Throws `CloudError`. */
  readonly caller: () => Promise<Caller>;
  /**
   * Where the credentials come from, for people, and whether other users of this machine can read them there. Throws
   * `InputError` if there are none.
   */
  readonly credentialSource: () => Promise<{ readonly from: string; readonly isExposed: boolean }>;
  /**
   * How far this machine's clock is ahead of the cloud's, and how far that may be wrong, by the header Date of one
   * unsigned request. Throws an error of the connection, or `CloudError`.
   */
  readonly clockOffset: () => Promise<{ readonly ahead: Millis; readonly precision: Millis }>;
  /** The state, opened to be read. Throws `StateError` or `InputError`. */
  readonly openState: () => Promise<State>;
  /** Throws `StateError` or `InputError`. */
  readonly stateFacts: () => Promise<StateFacts>;
  readonly now: () => Millis;
  /** Rejects after this time, which keeps no process alive. */
  readonly pause: (length: Millis) => Promise<void>;
  /** Ends all calls. */
  readonly close: () => void;
}
