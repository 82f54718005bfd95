// What a policy file allows but probably does not mean.
import { catalogue, warn } from "./define.ts";
import { quote } from "./policy-values.ts";

/** Writes a warning about a policy file. */
export const policyWarning = catalogue({
  "account-as-number": warn((p: { account: number }) => ({
    text: `${p.account} is a number, and a number loses leading zeros`,
    remedy: `put account ids in quotes, such as "${p.account}"`,
  })),
  "disabled-policy": warn((p: { policy: string }) => `policy ${p.policy} is disabled and selects no images`),
  "all-old-images": warn((p: { policy: string }) => ({
    text: `policy ${p.policy} has neither select.newest nor select.createdAfter, so it copies every old image that it selects, at once`,
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
