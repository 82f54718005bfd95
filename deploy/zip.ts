/**
 * A zip whose bytes depend on names and contents alone: fixed dates, and stored, because what a compressor puts out
 * differs from one version of zlib to the next. (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.)
 */

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as zip has it. `zlib.crc32` came with Node 20.15; this program runs on 20.11. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

const VERSION_NEEDED = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION_NEEDED;
/** 1980-01-01, the earliest date there is. */
const DATE = (1 << 5) | 1;
/** A regular file that everybody may read: on SCF another user reads it than the one who unpacks it. */
const MODE = 0o100644;

export interface ZipEntry {
  /** Path inside the zip, ASCII. */
  readonly name: string;
  readonly data: Uint8Array;
}

/** Answers the bytes of a zip with these files, in this order. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const path = Buffer.from(name, "ascii");
    // From "version needed" to "extra length": the same 26 bytes in both headers.
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(VERSION_NEEDED, 0);
    shared.writeUInt16LE(DATE, 8);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(path.length, 22);

    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), shared, path, data]);
    const attributes = Buffer.alloc(14);
    attributes.writeUInt32LE(MODE * 0x10000, 6);
    attributes.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([MADE_BY_UNIX & 0xff, MADE_BY_UNIX >> 8]);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02", "latin1"), madeBy, shared, attributes, path]));
    files.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}
