// The policies, images and expectations that the tests of replicate() share.

import { makeImages, shareImage } from "../../emulator/control/console.ts";
import type { StoredImage } from "../../emulator/world/image.ts";
import { stateOf } from "../../lib/model/identity.ts";
import type { Copy } from "../../lib/model/types.ts";
import { policy } from "../support/builders.ts";
import type { TestWorld } from "../support/world.ts";

export const MINUTE = 60_000;
/** Copies golden images from ap-guangzhou to three regions. */
export const golden = policy({ to: ["ap-shanghai", "ap-beijing", "ap-singapore"], crossBorder: "approved" });
/** Copies the shared image to ap-guangzhou, and from there to ap-shanghai. */
export const base = policy({
  name: "base",
  select: { type: "shared", creator: ["100000000002"] },
  to: ["ap-shanghai"],
});
/** The states of the copies of one image when the policy `golden` is done. */
export const READY = ["ap-beijing ready", "ap-shanghai ready", "ap-singapore ready"];

/** The state of each copy as `region state`. */
export const states = (copies: readonly Copy[]): string[] =>
  copies.map((copy) => `${copy.key.region} ${stateOf(copy)}`).sort();

/** Makes an image of another account and shares it with the account of the program. */
export function makeSharedImage({ world }: TestWorld): StoredImage | undefined {
  const [image] = makeImages(world, {
    region: "ap-guangzhou",
    name: "base-os",
    account: "100000000002",
    sizeGiB: 20,
  });
  if (image) shareImage(world, image, ["100000000001"]);
  return image;
}
