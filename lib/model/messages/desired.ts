// Why a desired copy is blocked or waits, as far as its policy and its source say.
import { error, info } from "./define.ts";

export const desiredReasons = {
  "source-failed": error((p: { state: string }) => ({
    text: `the source is ${p.state}`,
    remedy: "create the source image again",
  })),
  "whole-machine": error(() => ({
    text: "the source is a whole-instance image (it has data disks), which the cloud does not copy",
    remedy: "create the image from the system disk alone, and copy the data disks by their snapshots",
  })),
  "source-not-normal": info((p: { state: string }) => `the source is ${p.state}; it can be copied once it is NORMAL`),
} as const;
