// What a policy file allows but probably does not mean.
import { catalogue, warn } from "./define.ts";
import { declareSide, quote } from "./policy-values.ts";

/** Writes a warning about a policy file. */
export const policyWarning = catalogue({
  "account-as-number": warn((p: { account: number }) => ({
    text: `${p.account} is a number, and a number loses leading zeros`,
    remedy: `put account ids in quotes, such as "${p.account}"`,
  })),
  "short-account": warn((p: { account: string; usual: number }) => ({
    text: `"${p.account}" has ${p.account.length} digits, but most account ids have ${p.usual} to 12`,
    remedy: "compare it with the account id in the console",
  })),
  "unknown-region": warn((p: { region: string }) => ({
    text: `this release does not know the region ${p.region}: no built-in group contains it, and copies from and to it count as crossing the border of mainland China`,
    remedy: declareSide(p.region),
  })),
  "disabled-policy": warn(
    (p: { policy: string }) => `policy ${p.policy} is disabled and selects no images`,
    "nothing, if that is intended; else remove enabled: false",
  ),
  "all-old-images": warn((p: { policy: string }) => ({
    text: `policy ${p.policy} has none of select.newest, select.createdAfter and select.maxAge, so it copies every old image that it selects, at once`,
    remedy: "set one of them",
  })),
  "unknown-architecture": warn((p: { architecture: string; known: readonly string[] }) => ({
    text: `${quote(p.architecture)} is not an architecture that Tencent Cloud documents`,
    remedy: `use one of ${p.known.join(", ")}`,
  })),
  /** Without `policy` the settings are in `defaults`, and no policy uses them. */
  "unused-region-settings": warn((p: { region: string; policy?: string | undefined }) => ({
    text: `has settings for ${p.region}, but ${p.policy === undefined ? "no policy makes copies" : `policy ${p.policy} makes no copies`} there`,
    remedy: `add ${p.region} to \`to\`, or remove the settings`,
  })),
  "together-without-family": warn((p: { policy: string }) => ({
    text: `publish: together has no effect in policy ${p.policy}, because copy.family is false`,
    remedy: "set copy.family, or remove publish",
  })),
  "short-prune-age": warn((p: { policy: string; minAge: string }) => ({
    text: `prune.minAge is ${p.minAge} in policy ${p.policy}: if images are deselected by mistake, their copies are deleted after ${p.minAge}`,
    remedy: "use 1h or more (default 7d)",
  })),
  "shared-tags": warn((p: { policy: string; key: string }) => ({
    text: `policy ${p.policy} selects shared images by ${p.key}, but their tags may not be visible: an image that shows no tags is not selected`,
    remedy: "select by name or creator (select.name, select.not.name, select.creator)",
  })),
  /** `shortest`: `SETTLE` and 60 s, below which no copy is deleted. */
  "raised-prune-age": warn((p: { policy: string; minAge: string; shortest: string }) => ({
    text: `prune.minAge is ${p.minAge} in policy ${p.policy}, but ${p.shortest} is the minimum (SETTLE + 60 s): copies are deleted ${p.shortest} after their images were deselected, even by mistake`,
    remedy: "use 1h or more (default 7d)",
  })),
  "no-age-selected": warn((p: { policy: string }) => ({
    text: `policy ${p.policy} selects no image, because select.minAge is longer than select.maxAge`,
    remedy: "raise select.maxAge, or lower select.minAge",
  })),
  "late-deprecation": warn((p: { policy: string; deprecateAfter: string; minAge: string }) => ({
    text: `prune.deprecateAfter is ${p.deprecateAfter} in policy ${p.policy}, so a copy is deleted after ${p.minAge} before it is deprecated`,
    remedy: "set it to less than prune.minAge",
  })),
  "shared-copies-kept": warn((p: { policy: string }) => ({
    text: `policy ${p.policy} deletes orphaned copies, but keeps those that are shared with the accounts of shareWith`,
    remedy:
      "set prune.shared: keep if this is meant; with prune.shared: delete they are deleted, even if those accounts use them",
  })),
  "redundant-policy": warn((p: { policy: string; other: string }) => ({
    text: `policy ${p.policy} adds nothing: policy ${p.other} copies all of its images to all of its regions, with the same settings`,
    remedy: `remove policy ${p.policy}`,
  })),
  "no-other-region": warn((p: { policy: string }) => ({
    text: `policy ${p.policy} names no region except the source's own, so it copies nothing`,
    remedy: "add a region to `to`",
  })),
  "all-cross-border": warn((p: { policy: string }) => ({
    text: `policy ${p.policy} names only regions across the border, but crossBorder is never, so it copies nothing there`,
    remedy: "set crossBorder: approved once Tencent Cloud has approved it for this account",
  })),
});
