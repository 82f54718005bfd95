// Creates zips whose bytes depend only on names and contents, so that the same code gives the same package.
import { zipSync } from "fflate";

/** A regular file that every user may read: SCF unpacks and runs it as different users. */
const ATTRIBUTES = 0o100644 * 0x10000;
const UNIX = 3;
/** The earliest date in the zip format. It is local time, because the format has no time zone. */
const EARLIEST = new Date(1980, 0, 1);

/** One file of a zip. */
export interface ZipEntry {
  /** Path inside the zip, in ASCII. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** Returns the bytes of a zip with these files in this order. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const options = { level: 9, mtime: EARLIEST, os: UNIX, attrs: ATTRIBUTES } as const;
  return Buffer.from(zipSync(Object.fromEntries(entries.map(({ name, data }) => [name, data])), options));
}
