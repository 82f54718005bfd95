// Gives a copy its final name and description, and in the same call its family if nothing holds it.
import type { PlanContext, Step } from "../../types.ts";
import type { UnderWay } from "../stages.ts";
import { carryOut, modify } from "./carry-out.ts";
import { dueFamily, hasFamilyTooEarly } from "./publish.ts";

/** Replaces the temporary name, which holds the token, by the name of the settings. */
export function rename(copyCase: UnderWay, ctx: PlanContext): Step | "done" {
  const { record, image, desired } = copyCase;
  const { name, description } = record.claim.settings;
  if (image.name === name) return "done";
  const family = dueFamily(copyCase, ctx);
  const isHeld = desired !== undefined && ctx.publicationHoldOf(desired) !== undefined;
  const emptied = hasFamilyTooEarly(copyCase, ctx) ? { family: "" } : {};
  const familyNow = family !== undefined && !isHeld ? { family } : emptied;
  return carryOut(copyCase, { attribute: "name", call: modify(copyCase, { name, description, ...familyNow }) }, ctx);
}
