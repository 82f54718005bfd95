// Checks names and descriptions of images.
import { errors } from "../../errors.ts";
import type { StoredImage } from "../../world/image.ts";
import { nameTaken } from "../../world/inventory.ts";
import type { World } from "../../world/types.ts";

/**
 * Names have 1 to 60 characters. Throws InvalidParameterValue or InvalidParameterValue.TooLarge.
 */
export function checkName(name: string): void {
  if (name === "") throw errors.invalidValue("ImageName", "it is empty");
  if ([...name].length > 60) throw errors.tooLong("ImageName", 60);
}

/** Descriptions have at most 256 characters. Throws InvalidParameterValue.TooLarge. */
export function checkDescription(description = ""): void {
  if ([...description].length > 256) throw errors.tooLong("ImageDescription", 256);
}

/** Throws InvalidImageName.Duplicate if the name exists and the switch `uniqueNames` is not off. */
export function checkUnique(world: World, account: string, region: string, name: string, except?: StoredImage): void {
  if (world.switches.uniqueNames !== "off" && nameTaken(world, account, region, name, except)) {
    throw errors.nameDuplicate(name, region);
  }
}
