// Reads a zip of code and refuses every zip that could leave its folder or fill the memory.
import { crc32, inflateRawSync } from "node:zlib";

/** Limits of code: 500 MB (product documentation 583/11637); the number of entries is the emulator's. */
export interface ZipLimits {
  readonly bytes: number;
  readonly entries: number;
}

export const ZIP_LIMITS: ZipLimits = { bytes: 500 * 1024 * 1024, entries: 10_000 };

/** A file or a folder of a zip. */
export interface ZipEntry {
  /** Relative, with slashes, without `.` and `..`. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly isExecutable: boolean;
  /** Inflates the file. Throws `ZipError` if it is not as long as the zip says. */
  read(): Uint8Array;
}

/** A zip that is damaged or refused. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
/** Disks have no longer paths: 1024 bytes on macOS. */
const MOST_PATH = 1000;
/** File types in the upper half of the external attributes, if they were written on Unix. */
const TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;

/**
 * The entries of a zip. Throws `ZipError` if it is damaged or encrypted, or if it has a path that
 * is absolute, has a backslash, `.` or `..`, stands in it twice or below a file, is too long, is a
 * link or a device, or if it is larger than the limits allow.
 */
export function readZip(zip: Uint8Array, limits: ZipLimits = ZIP_LIMITS): ZipEntry[] {
  const view = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = endOf(view);
  const count = view.readUInt16LE(end + 10);
  // Larger numbers stand in the form Zip64 only, which this marks.
  if (count === 0xffff) throw new ZipError("the zip has the form Zip64");
  if (count > limits.entries) throw new ZipError(`the zip has ${count} entries; at most ${limits.entries} are allowed`);
  const tree = newTree(2 * limits.entries);
  let at = view.readUInt32LE(end + 16);
  let total = 0;
  return Array.from({ length: count }, () => {
    if (at + CENTRAL_BYTES > end || view.readUInt32LE(at) !== CENTRAL) throw new ZipError("the zip is damaged");
    const size = view.readUInt32LE(at + 24);
    const nameEnd = at + CENTRAL_BYTES + view.readUInt16LE(at + 28);
    const name = view.toString("utf8", at + CENTRAL_BYTES, nameEnd);
    if ((view.readUInt16LE(at + 8) & ENCRYPTED) !== 0) throw new ZipError(`${name} is encrypted`);
    const mode = view.readUInt8(at + 5) === 3 ? view.readUInt32LE(at + 38) >>> 16 : 0;
    const isFolder = name.endsWith("/");
    checkType(name, mode & TYPE, isFolder);
    const path = checkPath(name);
    tree.claim(path, isFolder);
    total += size;
    if (total > limits.bytes) throw new ZipError(`the zip has more than ${limits.bytes} bytes unpacked`);
    const packed = { method: view.readUInt16LE(at + 10), crc: view.readUInt32LE(at + 16), size };
    const [from, length] = [view.readUInt32LE(at + 42), view.readUInt32LE(at + 20)];
    at = nameEnd + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
    return {
      path,
      isFolder,
      isExecutable: (mode & 0o111) !== 0,
      read: () => unpack(view, { ...packed, path, from, length }),
    };
  });
}

/** Where the end record begins; only a comment may follow it. */
function endOf(view: Buffer): number {
  const first = Math.max(0, view.length - END_BYTES - 0xffff);
  for (let at = view.length - END_BYTES; at >= first; at -= 1) {
    if (view.readUInt32LE(at) === END && at + END_BYTES + view.readUInt16LE(at + 20) === view.length) return at;
  }
  throw new ZipError("it is not a zip");
}

function checkType(name: string, type: number, isFolder: boolean): void {
  if (type === 0 || type === (isFolder ? FOLDER : REGULAR)) return;
  throw new ZipError(`${name} is a link or a device`);
}

/** The path without its last slash. */
function checkPath(name: string): string {
  const path = name.replace(/\/$/, "");
  const isWrong =
    path.length > MOST_PATH ||
    /[\\\0\uFFFD]/.test(path) ||
    /^[A-Za-z]:/.test(path) ||
    path.split("/").some((part) => part === "" || part === "." || part === "..");
  if (isWrong) throw new ZipError(`the path ${JSON.stringify(name.slice(0, MOST_PATH))} is not allowed`);
  return path;
}

interface Node {
  readonly isFolder: boolean;
  /** By their names in lower case: names that differ in their case alone are one file on macOS. */
  readonly below: Map<string, Node>;
}

/**
 * The files and folders of a zip. One entry can name hundreds of folders, so those that no entry
 * is for are counted, too.
 */
function newTree(most: number) {
  const root: Node = { isFolder: true, below: new Map() };
  let count = 0;
  const add = (to: Node, name: string, isFolder: boolean): Node => {
    count += 1;
    if (count > most) throw new ZipError(`the zip has more than ${most} files and folders`);
    const node = { isFolder, below: new Map<string, Node>() };
    to.below.set(name, node);
    return node;
  };
  return {
    /** Enters a path and the folders above it. Throws `ZipError` if it cannot be there. */
    claim: (path: string, isFolder: boolean) => {
      const parts = path.normalize("NFC").toLowerCase().split("/");
      const last = parts.pop() ?? "";
      let folder = root;
      for (const part of parts) {
        folder = folder.below.get(part) ?? add(folder, part, true);
        if (!folder.isFolder) throw new ZipError(`${path} is below a file`);
      }
      const known = folder.below.get(last);
      if (known !== undefined && !(known.isFolder && isFolder)) throw new ZipError(`${path} is in the zip twice`);
      if (known === undefined) add(folder, last, isFolder);
    },
  };
}

interface Packed {
  readonly path: string;
  readonly from: number;
  readonly length: number;
  readonly method: number;
  readonly crc: number;
  readonly size: number;
}

/** Never makes more bytes than the zip announced, which `readZip` counted. */
function unpack(view: Buffer, { path, from, length, method, crc, size }: Packed): Uint8Array {
  const damaged = new ZipError(`${path} is damaged`);
  if (from + LOCAL_BYTES > view.length || view.readUInt32LE(from) !== LOCAL) throw damaged;
  const start = from + LOCAL_BYTES + view.readUInt16LE(from + 26) + view.readUInt16LE(from + 28);
  const packed = view.subarray(start, start + length);
  let data: Uint8Array;
  try {
    data = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw damaged;
  }
  if ((method !== 0 && method !== 8) || data.length !== size || crc32(data) !== crc) throw damaged;
  return data;
}
