import { progressOf, type StoredImage, tagsOf } from "../../emulator/world/image.ts";
import type { World } from "../../emulator/world/types.ts";
import { quotaOf } from "../../emulator/world/world.ts";
import { IGNORE_TAG } from "../../lib/model/identity.ts";
import type { Policy } from "../../lib/model/policy.ts";
import type { Cloud } from "../../lib/model/ports.ts";
import type { Copy, ImageRef } from "../../lib/model/types.ts";
import { matchesAny } from "../../lib/policy/values/globs.ts";
import { ACCOUNT } from "../support/builders.ts";
import { HONGKONG } from "./arbitraries.ts";

/** What is forbidden, read from the cloud itself and from the design, not from the program's own rules. */

/** A copy that a policy wants, or that is a step to one. */
export interface Wish {
  readonly root: StoredImage;
  readonly region: string;
  /** `plain`, or `encrypted:` and its key. */
  readonly variant: string;
  readonly isStep: boolean;
  readonly policy: Policy;
}

/** What the judge has to know besides. */
export interface Court {
  readonly world: World;
  readonly policies: () => readonly Policy[];
  readonly records: () => Promise<readonly Copy[]>;
  /** Every image that there ever was. */
  readonly ever: Map<string, StoredImage>;
}

const LIVE = (world: World, image: StoredImage) => progressOf(image, world.workNow()).state !== "CREATEFAILED";

/** The copies that the policies want now. */
export function wishes(world: World, policies: readonly Policy[], adopted: ReadonlySet<string>): Wish[] {
  return policies
    .filter(({ enabled }) => enabled)
    .flatMap((policy) =>
      rootsOf(world, policy, adopted).flatMap((root): Wish[] => {
        const isShared = root.owner !== ACCOUNT;
        const regions = policy.to.filter((region) => isShared || region !== root.region);
        const first = { root, region: root.region, variant: "plain", isStep: true, policy };
        return [
          ...(isShared ? [first] : []),
          ...regions.flatMap((region) => {
            const key = policy.copy.regions[region]?.encrypt ?? policy.copy.encrypt;
            const wish = { root, region, isStep: false, policy };
            if (!key) return [{ ...wish, variant: "plain" }];
            return [
              { ...wish, variant: "plain", isStep: true },
              { ...wish, variant: `encrypted:${key.kmsKeyId ?? "default"}` },
            ];
          }),
        ];
      }),
    );
}

function rootsOf(world: World, policy: Policy, adopted: ReadonlySet<string>): StoredImage[] {
  const { newest = Number.POSITIVE_INFINITY } = policy.select;
  const places = new Map<string, number>();
  return policy.from
    .flatMap((region) => [...(world.images.get(region)?.values() ?? [])])
    .filter((image) => !adopted.has(image.imageId) && selects(policy, image, world.now()) && !isRecalled(image))
    .sort((a, b) => seconds(b) - seconds(a) || (a.imageId < b.imageId ? 1 : -1))
    .filter((image) => {
      if (progressOf(image, world.workNow()).state === "CREATEFAILED") return newest === Number.POSITIVE_INFINITY;
      const place = (places.get(image.family) ?? 0) + 1;
      places.set(image.family, place);
      return place <= newest;
    });
}

function isRecalled(image: StoredImage): boolean {
  return image.deprecated || (image.owner === ACCOUNT && tagsOf(image).has(IGNORE_TAG));
}

/** Whether a policy takes an image, but for a recall and for `newest`. */
export function selects({ select, from }: Policy, image: StoredImage, now: number): boolean {
  const isShared = image.owner !== ACCOUNT && image.shares.has(ACCOUNT);
  if (!from.includes(image.region) || image.copiedFrom) return false;
  if (select.type === "shared" ? !isShared : image.owner !== ACCOUNT) return false;
  const tags = isShared ? new Map<string, string>() : tagsOf(image);
  const has = (wanted: Readonly<Record<string, readonly string[]>> | undefined, how: "every" | "some") =>
    Object.entries(wanted ?? {})[how](([key, values]) => values.includes(tags.get(key) ?? "\n"));
  const word = (words: readonly string[] | undefined, value: string) =>
    words === undefined || words.some((one) => one.toLowerCase() === value.toLowerCase());
  return (
    (select.name === undefined || matchesAny(select.name, image.name)) &&
    has(select.tags, "every") &&
    word(select.platform, image.platform) &&
    word(select.architecture, image.architecture) &&
    (select.family === undefined || select.family === image.family) &&
    (select.creator === undefined || select.creator.includes(image.creator)) &&
    (select.createdAfter === undefined || seconds(image) >= select.createdAfter) &&
    (select.minAge === undefined || now - seconds(image) >= select.minAge) &&
    !(select.not?.name !== undefined && matchesAny(select.not.name, image.name)) &&
    !has(select.not?.tags, "some")
  );
}

/** The API tells times in seconds. */
function seconds({ createdAt }: StoredImage): number {
  return Math.floor(createdAt / 1000) * 1000;
}

export function familyOf({ root, policy }: Wish): string {
  return policy.copy.family === "inherit" ? root.family : (policy.copy.family ?? "");
}

/** Whether the policy itself lets this copy be made. */
function permits({ root, region, policy }: Wish): boolean {
  const crosses = root.region !== region && (root.region === HONGKONG) !== (region === HONGKONG);
  return (!crosses || policy.crossBorder === "approved") && root.sizeGiB <= (policy.maxSizeGiB ?? 1e9);
}

export function variantOf({ encrypted, kmsKeyId }: StoredImage): string {
  return encrypted ? `encrypted:${kmsKeyId || "default"}` : "plain";
}

/** The image that everything of a chain was made from. */
export function originOf(court: Court, records: readonly Copy[], image: StoredImage): StoredImage | undefined {
  const adoption = records.find((copy) => copy.state === "ready" && copy.adopted && copy.imageId === image.imageId);
  const above = adoption ? adoption.key.rootId : image.copiedFrom?.imageId;
  if (above === undefined) return image;
  const next = court.ever.get(above);
  return next && originOf(court, records, next);
}

/** A cloud that lets nothing pass that is forbidden. */
export function judged(cloud: Cloud, court: Court): Cloud {
  const guard = async (
    what: string,
    at: ImageRef,
    judge: (image: StoredImage, records: readonly Copy[]) => string | undefined,
  ) => {
    for (const images of court.world.images.values())
      for (const one of images.values()) court.ever.set(one.imageId, one);
    const image = court.world.images.get(at.region)?.get(at.imageId);
    const broken = image ? judge(image, await court.records()) : "it is not there";
    if (broken && image)
      throw new Error(`forbidden: ${what} ${at.imageId} ("${image.name}") in ${at.region}: ${broken}`);
  };
  const ours = (image: StoredImage) =>
    image.owner !== ACCOUNT || !image.copiedFrom ? "it is none of our copies" : undefined;
  return {
    ...cloud,
    async syncImage(request) {
      const { source, destinations, encrypt } = request;
      for (const region of destinations)
        await guard(`copy to ${region}`, source, (image, records) => whyNoCopy(court, records, image, region, encrypt));
      return cloud.syncImage(request);
    },
    async tag(at, ...rest) {
      await guard("tag", at, ours);
      return cloud.tag(at, ...rest);
    },
    async modify(at, attributes, ...rest) {
      await guard(
        `modify ${JSON.stringify(attributes)}`,
        at,
        (image, records) => ours(image) ?? whyNotModified(court, records, image, attributes),
      );
      return cloud.modify(at, attributes, ...rest);
    },
    async share(at, accounts, ...rest) {
      await guard(`share with ${accounts.join()}`, at, (image) => ours(image) ?? whyNotShared(court, image, accounts));
      return cloud.share(at, accounts, ...rest);
    },
    async unshare(at, accounts, ...rest) {
      await guard(
        `unshare from ${accounts.join()}`,
        at,
        (image) => ours(image) ?? whyNotShared(court, image, accounts),
      );
      return cloud.unshare(at, accounts, ...rest);
    },
    async deleteImage(at, ...rest) {
      const family = court.world.images.get(at.region)?.get(at.imageId)?.family;
      const pointed = family ? await cloud.familyImage(at.region, family) : undefined;
      await guard("delete", at, (image, records) => {
        if (pointed === image.imageId && LIVE(court.world, image)) return `the family ${family} points to it`;
        return ours(image) ?? whyNotDeleted(court, records, image);
      });
      return cloud.deleteImage(at, ...rest);
    },
  };
}

function adoptedIn(records: readonly Copy[]): ReadonlySet<string> {
  return new Set(records.flatMap((copy) => (copy.state === "ready" && copy.adopted ? [copy.imageId] : [])));
}

function whyNoCopy(
  court: Court,
  records: readonly Copy[],
  source: StoredImage,
  region: string,
  encrypt: { readonly kmsKeyId?: string } | undefined,
): string | undefined {
  const { world } = court;
  const variant = encrypt ? `encrypted:${encrypt.kmsKeyId ?? "default"}` : "plain";
  const root = originOf(court, records, source);
  if (!root) return "its root is not there";
  const mine = wishes(world, court.policies(), adoptedIn(records)).filter(
    (wish) => wish.root === root && wish.region === region && wish.variant === variant,
  );
  if (mine.length === 0) return "no policy wants it";
  const allowed = mine.filter(permits);
  if (allowed.length === 0) return "every policy that wants it forbids it";
  if (progressOf(source, world.workNow()).state !== "NORMAL") return "it is not NORMAL";
  if (root.snapshots.some(({ usage }) => usage === "DATA_DISK")) return "it has data disks";
  // A version that is just gone may keep the place of an older one among the newest: then that is not wanted yet.
  const isSure = ({ policy }: Wish) =>
    policy.select.newest === undefined ||
    records.every(({ key }) => world.images.get(key.rootRegion)?.has(key.rootId) === true);
  for (const of of [(w: Wish) => w.policy.copy.name, (w: Wish) => familyOf(w) || undefined]) {
    const said = new Set(
      allowed
        .filter((wish) => !wish.isStep && isSure(wish))
        .map(of)
        .filter((value) => value !== undefined),
    );
    // Who contradicts another does not keep a third from making his step.
    if (said.size > 1 && allowed.every(({ isStep }) => !isStep))
      return `the policies contradict each other: ${[...said].join(" and ")}`;
  }
  const isFirst = root.owner !== ACCOUNT && region === root.region && variant === "plain";
  if (region === source.region && !isFirst && !encrypt) return "it is the image's own region";
  if (encrypt && region !== source.region) return "encrypting is done within one region";
  if (root.owner === ACCOUNT && !encrypt && source !== root) return "it is a copy of a copy";
  if (root.owner !== ACCOUNT && !encrypt && !isFirst && source.region !== root.region) return "it is no first step";
  const others = [...(world.images.get(region)?.values() ?? [])].filter(({ owner }) => owner === ACCOUNT);
  if (others.length >= quotaOf(world, region)) return `${region} is full`;
  // What was adopted may have been a source before; what was made of it then is another copy.
  const isOfAnother = ({ imageId }: StoredImage) =>
    records.some((copy) => "imageId" in copy && copy.imageId === imageId && copy.key.rootId !== root.imageId);
  const twin = others.find(
    (other) =>
      other !== root &&
      LIVE(world, other) &&
      originOf(court, records, other) === root &&
      variantOf(other) === variant &&
      !isOfAnother(other),
  );
  return twin && `${twin.imageId} is there`;
}

function whyNotModified(
  court: Court,
  records: readonly Copy[],
  image: StoredImage,
  { family, deprecated }: Parameters<Cloud["modify"]>[1],
): string | undefined {
  const root = originOf(court, records, image);
  const { world } = court;
  if (deprecated !== undefined && root?.deprecated !== deprecated) return "its source is not so";
  if (family === undefined) return undefined;
  const born = (one: StoredImage) => originOf(court, records, one)?.createdAt ?? 0;
  const others = [...(world.images.get(image.region)?.values() ?? [])].filter(
    (other) => other !== image && other.copiedFrom && other.owner === ACCOUNT && !other.deprecated,
  );
  const mine = wishes(world, court.policies(), adoptedIn(records)).filter(
    (wish) => !wish.isStep && wish.region === image.region && wish.variant === variantOf(image),
  );
  const isToHave = (name: string) => mine.some((wish) => wish.root === root && familyOf(wish) === name);
  if (family === "") {
    const stays = others.some((other) => other.family === image.family && born(other) >= born(image));
    // Where families are carried over, a copy that is not due has one too early.
    const isNew = image.name.includes("--copying-");
    return isToHave(image.family) && !stays && !isNew ? "nothing newer is in its family" : undefined;
  }
  if (!isToHave(family)) return "no policy gives it that family";
  const newer = others.find(
    (other) =>
      other.family === family &&
      born(other) > born(image) &&
      // Where families are carried over it may have had it before anybody saw it.
      !other.name.includes("--copying-") &&
      variantOf(other) === variantOf(image) &&
      mine.some((wish) => wish.root === originOf(court, records, other) && familyOf(wish) === family),
  );
  return newer && `${newer.imageId} is newer and in that family`;
}

function whyNotShared(court: Court, image: StoredImage, accounts: readonly string[]): string | undefined {
  if (image.name.includes("--plain-")) return "it is only a step";
  const said = new Set(court.policies().flatMap(({ copy }) => copy.shareWith));
  return accounts.every((account) => said.has(account)) ? undefined : "no policy says so";
}

function whyNotDeleted(court: Court, records: readonly Copy[], image: StoredImage): string | undefined {
  const { world } = court;
  const { region, imageId } = image;
  if (!LIVE(world, image)) return undefined;
  const user = world.users.find((one) => one.region === region && one.imageIds.includes(imageId));
  if (user) return `${user.id} uses it`;
  if (image.shares.size > 0) return `it is shared with ${[...image.shares.keys()].join()}`;
  if (world.copies.get(`${region}/${imageId}`)?.some((copy) => progressOf(copy, world.workNow()).state === "SYNCING"))
    return "a copy is being made from it";
  const root = originOf(court, records, image);
  const variant = variantOf(image);
  const siblings = [...(world.images.get(region)?.values() ?? [])].filter(
    (other) => other !== image && other.copiedFrom && originOf(court, records, other) === root,
  );
  const encrypted = siblings.find((other) => other.encrypted && progressOf(other, world.workNow()).state === "NORMAL");
  const isStep = image.name.includes("--plain-");
  const mine = wishes(world, court.policies(), adoptedIn(records)).filter(
    (wish) => wish.root === root && wish.region === region && wish.variant === variant,
  );
  if (mine.some((wish) => !wish.isStep)) return `policy ${mine[0]?.policy.name} wants it`;
  if (isStep && encrypted) return undefined;
  if (mine.length > 0 && !encrypted) return `policy ${mine[0]?.policy.name} needs it as a step`;
  const policy = court.policies().find(({ name }) => name === tagsOf(image).get("cvm-replicator:policy"));
  if (!policy?.enabled) return "its policy is gone or disabled";
  const against = court
    .policies()
    .find(
      (other) =>
        other.enabled &&
        !other.prune.delete &&
        (other === policy ||
          (root && world.images.get(root.region)?.has(root.imageId) && selects(other, root, world.now()))),
    );
  return against && `policy ${against.name} does not permit it`;
}
