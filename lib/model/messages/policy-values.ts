// The values that each field of a policy file may have, as phrases after "must be".

/** A text as a message shows it: in quotes, and shortened where it is long. */
export function quote(text: string): string {
  const characters = Array.from(text);
  return JSON.stringify(characters.length > 60 ? `${characters.slice(0, 57).join("")}…` : text);
}

/**
 * The end of a message about a misspelt word: the nearest allowed word, or else the allowed ones.
 */
export function didYouMeanOr(near: string | undefined, otherwise: string): string {
  return near === undefined ? otherwise : `did you mean ${JSON.stringify(near)}?`;
}

/** How to state the side of a region that this release does not know. */
export function declareSide(region: string): string {
  return `say on which side of the border it is: regions: { outside: ["+${region}"] } or { mainland: ["+${region}"] }`;
}

const duration = "a duration such as 90s, 10m, 2h or 7d";

/** What is allowed, by kind of value. */
export const allowed = {
  map: "a map",
  text: "text",
  boolean: "true or false",
  oneOf: (values: readonly string[]) => values.join(" or "),
  wholeFrom1: "a whole number, at least 1",
  attempts: "a whole number from 1 to 20",
  sizeGiB: "a number of GiB",
  price: "a price: a number, at least 0",
  currency: "a currency, such as CNY",
  prices: "a map of region ids to prices, with an optional `default`",

  duration,
  positiveDuration: `${duration}, greater than 0`,
  date: "a date such as 2026-01-01 or a time such as 2026-01-01T08:00:00Z",

  account: 'an account id: 5 to 20 digits in quotes, such as "100000000002"',
  accounts: 'a list of account ids, such as ["100000000002"]',
  accountsAtMost: (most: number) => `a list of at most ${most} account ids, such as ["100000000003"]`,

  version: "1",
  policies: "a list of at least one policy",
  policyName: "letters, digits, dots, hyphens and underscores, at most 60 characters, such as golden-linux",
  policyOfExample: "the name of a policy",
  examples: "a list of at least one example",

  region: "the id of a region",
  regionOrGroup: "a region or a group",
  regions: "a list of regions and groups, such as [ap-tokyo, mainland]",
  regionsOfExample: "a list of regions and groups, or [] for none",
  settingsOfRegion: "a map of the settings that differ in this region: encrypt, tags",

  imageName: "the name of the image",
  glob: 'a glob such as "golden-*"',
  globs: 'a list of globs, such as ["golden-*"]',
  texts: (example: string) => `a list of texts, such as ${example}`,
  tagFilter: "text or a list of texts",
  tagValue: "text of at most 255 characters",

  description: "inherit, or text of at most 256 characters in one line",
  family: "inherit, false or the name of a family (at most 60 characters)",
  kmsKeyId: "the id of a key, such as 01234567-89ab-cdef-0123-456789abcdef",
  encrypt: "true, false or { kmsKeyId: … }",
  prune: "a map such as { delete: true, minAge: 7d }",
} as const;

/** How to correct a value whose kind is wrong. */
export const corrections = {
  unquote: "write it without quotes",
  quote: "put it in quotes",
  quoteAccount: "put it in quotes, because a number loses leading zeros and the last digits of long ids",
  addUnit: "add a unit",
  writeTrue: "write true",
  writeFalse: "write false",
  writeList: (entry: string) => `write [${entry}]`,
  didYouMean: (near: string) => `did you mean ${JSON.stringify(near)}?`,
} as const;

/** How a copy is encrypted, as a message about two policies shows it. */
export const encryptPhrases = {
  off: "not encrypted",
  defaultKey: "encrypted with the account's default key",
  key: (kmsKeyId: string) => `encrypted with ${kmsKeyId}`,
} as const;
