// A zip whose bytes depend on names and contents alone, so that the same code gives the same package.
import { zipSync } from "fflate";

/** A regular file that every user may read: on SCF the user who runs it is not the one who unpacks it. */
const ATTRIBUTES = 0o100644 * 0x10000;
const UNIX = 3;
/** The earliest date that a zip can hold. In local time, as the format has no time zone. */
const EARLIEST = new Date(1980, 0, 1);

export interface ZipEntry {
  /** Path inside the zip, ASCII. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** Answers the bytes of a zip with these files, in this order. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const options = { level: 9, mtime: EARLIEST, os: UNIX, attrs: ATTRIBUTES } as const;
  return Buffer.from(zipSync(Object.fromEntries(entries.map(({ name, data }) => [name, data])), options));
}
