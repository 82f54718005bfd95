// What is wrong with the outputs that a user asks for, and why an image is not among them.
import { catalogue, error, info } from "./define.ts";

export const outputProblem = catalogue({
  "unknown-family": error((p: { family: string; meant: string | undefined; known: readonly string[] }) => {
    const known = p.known.length > 0 ? `known: ${p.known.join(", ")}` : "no recorded copy is in a family";
    return `"${p.family}" is the family of no copy; ${p.meant === undefined ? "" : `did you mean ${p.meant}? `}${known}`;
  }, "name a family that the text lists"),
  "same-variable": error((p: { variable: string; first: string; second: string }) => ({
    text: `${p.variable} would stand for ${p.first} and for ${p.second}`,
    remedy: "choose one with --family or --only, or use --format json",
  })),
  "unknown-format": error((p: { format: string }) => ({
    text: `"${p.format}" is not allowed`,
    remedy: "use json or dotenv",
  })),
  "json-and-format": error((p: { format: string }) => ({
    text: `cannot be combined with --format ${p.format}`,
    remedy: "leave one of them out",
  })),
  "no-folder": error((p: { folder: string }) => ({
    text: `cannot be written: there is no folder ${p.folder}`,
    remedy: "create it, or name another file",
  })),
  "file-unwritable": error((p: { cause: string }) => ({
    text: `cannot be written: ${p.cause}`,
    remedy: "name a file that you may write",
  })),
  "target-is-a-folder": error(() => ({ text: "is a folder", remedy: "name a file in it" })),
  "bad-object-url": error((p: { part: "form" | "bucket" | "key" | "parameter" | "region" }) => {
    const parts = {
      form: "it must begin with cos:// and name a bucket and a key",
      bucket: "the bucket must be NAME-APPID in lower case",
      key: "the key may have letters, digits and . _ - in parts with single slashes between them",
      parameter: "its only parameter is region, once",
      region: "it names no valid region",
    };
    return {
      text: `does not name an object in COS: ${parts[p.part]}`,
      remedy:
        "write cos://BUCKET-APPID/KEY?region=REGION, for example cos://ci-1250000000/images.json?region=ap-guangzhou",
    };
  }),
  "object-refused": error((p: { status: number; code: string }) => ({
    text: `COS refuses the object (${p.status} ${p.code}); nothing was written`,
    remedy: "check that the bucket exists in this region and that the key may call cos:PutObject for it",
  })),
  "object-unknown": error((p: { cause: string }) => ({
    text: `COS did not confirm the object (${p.cause}); the object is the old one or the new one, never a mixture`,
    remedy: "run it again",
  })),
});

/** Why a region has no image in the outputs. */
export const outputText = catalogue({
  "not-ready": info((p: { state: string; reason: string | null }) => `${p.state}${p.reason ? `: ${p.reason}` : ""}`),
  "no-copies": info(() => "no copy is recorded; run cvm-replicator apply"),
});
