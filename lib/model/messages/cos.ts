// Why the state in COS cannot be opened, reached or written, and what to do next.
import { catalogue, error } from "./define.ts";

const WRONG_PART = {
  form: "it must begin with cos:// and end with the prefix or with ?region=…",
  bucket: "the bucket must be NAME-APPID in lower case, without a host name, a user or a password",
  prefix:
    "the prefix may have letters, digits and . _ - in parts with single slashes between them, and no part . or ..",
  parameter: "its only parameter is region, once",
};

const urlMessages = {
  "state-url-cos-invalid": error((p: { url: string; part: keyof typeof WRONG_PART }) => ({
    text: `${p.url} does not name a state in COS: ${WRONG_PART[p.part]}`,
    remedy:
      "write cos://BUCKET-APPID/PREFIX?region=REGION, for example cos://images-1250000000/state?region=ap-guangzhou",
  })),
  "state-url-cos-region": error((p: { url: string }) => ({
    text: `${p.url} names no valid region`,
    remedy: "add ?region=REGION with the region of the bucket, or set TENCENTCLOUD_REGION",
  })),
  "state-url-cos-no-access": error((p: { url: string }) => ({
    text: `${p.url} is a state in COS, which this command does not open`,
    remedy: "report this as an error of the program",
  })),
};

/** A complete message about a URL of a state in COS. */
export const cosUrlMessage = catalogue(urlMessages);

const ANOTHER_BUCKET =
  "create another bucket, never turn versioning on for it, and name it in STATE_URL; the records are recovered from the cloud";

const ALL_OBJECTS = "delete all objects of the account below the prefix: the records are recovered from the cloud";

const AFTER_DAMAGE = {
  head: "run `cvm-replicator rebuild`, which deletes the records of this account and recovers them from the cloud",
  history: "delete the object: it is history, and nothing depends on it",
  name: ALL_OBJECTS,
};

const faults = {
  "cos-unreachable": error((p: { cause: string }) => ({
    text: `cannot be reached (${p.cause})`,
    remedy: "check the bucket and the region in STATE_URL and the network, then run again",
  })),
  "cos-write-unknown": error(() => ({
    text: "did not answer a write, so that it is unknown whether the last change was stored",
    remedy: "run again: the program reads the stored records first",
  })),
  "cos-contended": error((p: { rounds: number }) => ({
    text: `was changed by other processes ${p.rounds} times in a row, and nothing was saved`,
    remedy: "run again; if this happens often, run fewer functions at a time",
  })),
  "cos-no-bucket": error((p: { bucket: string; region: string }) => ({
    text: `cannot be found: there is no bucket ${p.bucket} in ${p.region}`,
    remedy: "correct the bucket and the region in STATE_URL, or create the bucket",
  })),
  "cos-refused": error((p: { code: string }) => ({
    text: `refuses the access (${p.code})`,
    remedy:
      "allow this user or role to read, put, list and delete objects below the prefix, and to read the versioning of the bucket (deploy/cam/state-in-cos.json); check the bucket and the region in STATE_URL, too",
  })),
  "cos-failed": error((p: { status: number; code: string }) => ({
    text: `failed (HTTP ${p.status}, ${p.code})`,
    remedy: "run again; if it stays, look up the code in the documents of COS",
  })),
  "cos-versioned": error((p: { status: string }) => ({
    text: `is in a bucket with versioning (${p.status}), where COS does not keep an object from being overwritten`,
    remedy: ANOTHER_BUCKET,
  })),
  "cos-overwrites": error(() => ({
    text: "lets an existing object be overwritten although x-cos-forbid-overwrite forbids it",
    remedy: ANOTHER_BUCKET,
  })),
  "cos-late-list": error(() => ({
    text: "shows a list of objects that is many minutes old, so that the newest records cannot be told",
    remedy: `run again in some minutes; if it stays, some objects were deleted by hand: ${ALL_OBJECTS}`,
  })),
  "cos-too-large": error((p: { megabytes: number; most: number }) => ({
    text: `would have ${p.megabytes} MB of records in one object, and ${p.most} MB is the limit`,
    remedy: "use a server: set STATE_URL=postgres://USER:PASSWORD@HOST:5432/DATABASE",
  })),
  "cos-damaged": error(
    (p: { object: string; kind: keyof typeof AFTER_DAMAGE }) => ({
      text: `holds an object that this program cannot have written as it is, ${p.object}`,
      remedy: AFTER_DAMAGE[p.kind],
    }),
    "restore an older version of the object if the bucket keeps versions, or delete the prefix and run cvm-replicator apply: the copies are found again in the cloud",
  ),
};

/** What is wrong with the state in COS: the `problem` of `state-unusable`, without its subject. */
export const cosFault = catalogue(faults);
