// What a switch is: its values, its default and what it decides.
export interface SwitchSpec {
  readonly values: readonly (string | number)[];
  /** If set, any number of milliseconds is allowed and `values` are examples. */
  readonly milliseconds?: true;
  /** Whether the milliseconds may be negative. */
  readonly signed?: true;
  readonly default: string | number;
  readonly about: string;
}
