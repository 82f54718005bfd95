// Zips of code: what is read, and what is refused.
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, type Zippable, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readZip, ZipError } from "../../../emulator/services/functions/code/read-zip.ts";
import { unpack } from "../../../emulator/services/functions/code/unpack.ts";

const UNIX = 3;
const file = (text: string, mode = 0o100644) => [strToU8(text), { os: UNIX, attrs: mode << 16 }] as const;
const zip = (files: Zippable | Record<string, ReturnType<typeof file>>) => zipSync(files as Zippable);
const named = (...names: string[]) => zip(Object.fromEntries(names.map((name) => [name, strToU8("x")])));

/** Overwrites text in a zip by other text of the same length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return new Uint8Array(Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll(from, to), "latin1"));
}

const refusal = (bytes: Uint8Array, limits?: { bytes: number; entries: number }): string => {
  try {
    for (const entry of readZip(bytes, limits)) if (!entry.isFolder) entry.read();
    return "accepted";
  } catch (error) {
    expect(error).toBeInstanceOf(ZipError);
    return (error as ZipError).message;
  }
};

describe("a zip", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "zip-test-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("is unpacked with its folders, packed or stored, and with the right to run", async () => {
    const target = join(folder, "code");
    await unpack(
      zipSync({
        "index.js": strToU8("a".repeat(1000)),
        "lib/deep/stored.txt": [strToU8("stored"), { level: 0 }],
        "empty.txt": strToU8(""),
        "folder/": new Uint8Array(),
        "bin/run": [strToU8("#!/bin/sh\n"), { os: UNIX, attrs: 0o100755 << 16 }],
      }),
      target,
    );
    expect((await readdir(target)).sort()).toEqual(["bin", "empty.txt", "folder", "index.js", "lib"]);
    expect(await readFile(join(target, "index.js"), "utf8")).toBe("a".repeat(1000));
    expect(await readFile(join(target, "lib/deep/stored.txt"), "utf8")).toBe("stored");
    expect((await stat(join(target, "bin/run"))).mode & 0o111).not.toBe(0);
    expect((await stat(join(target, "index.js"))).mode & 0o111).toBe(0);
  });

  it("writes nothing outside its folder, and nothing at all if one path is refused", async () => {
    const bad = named("good.js", "../evil.js");
    await expect(unpack(bad, join(folder, "code"))).rejects.toThrow(ZipError);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("a zip is refused", () => {
  it.each([
    "../evil.js",
    "a/../../evil.js",
    "..",
    "/etc/evil",
    "//evil",
    "C:/evil",
    "a\\..\\evil.js",
    "a//b",
    "./a",
    "a/.",
    "a\0b",
    `${"a/".repeat(500)}b`,
  ])("with the path %j", (name) => {
    expect(refusal(named(name))).toMatch(/is not allowed/);
  });

  it("with a link or a device", () => {
    expect(refusal(zip({ link: file("/etc/passwd", 0o120777) }))).toBe("link is a link or a device");
    expect(refusal(zip({ pipe: file("", 0o010644) }))).toMatch(/device/);
  });

  it("with a file twice, also by another case, and with a file that is a folder, too", () => {
    expect(refusal(replaced(named("a.js", "b.js"), "b.js", "a.js"))).toMatch(/a.js is in the zip twice/);
    expect(refusal(named("a.js", "A.js"))).toMatch(/twice/);
    expect(refusal(named("a", "a/b"))).toMatch(/below a file/);
    expect(refusal(named("a/b", "a"))).toMatch(/twice/);
  });

  it("with too many entries, or too many bytes, before it is unpacked", () => {
    const many = named(...Array.from({ length: 11 }, (_, i) => `f${i}`));
    expect(refusal(many, { bytes: 1e6, entries: 10 })).toMatch(/11 entries; at most 10/);
    const bomb = zip({ a: strToU8("0".repeat(600)), b: strToU8("0".repeat(600)) });
    expect(refusal(bomb, { bytes: 1000, entries: 10 })).toMatch(/more than 1000 bytes/);
  });

  it("with too many folders, which few entries can name", () => {
    const deep = named(...Array.from({ length: 10 }, (_, i) => `${i}/${"a/".repeat(400)}b`));
    expect(refusal(deep)).toBe("accepted");
    expect(refusal(deep, { bytes: 1e6, entries: 10 })).toMatch(/more than 20 files and folders/);
  });

  it("whose file is longer than it says, without making more than that", () => {
    const bytes = zip({ a: strToU8("0".repeat(50_000_000)) });
    const central = Buffer.from(bytes).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    Buffer.from(bytes.buffer, bytes.byteOffset).writeUInt32LE(100, central + 24);
    expect(refusal(bytes)).toBe("a is damaged");
  });

  it("that is damaged, encrypted or no zip", () => {
    const good = named("a.js");
    expect(refusal(good)).toBe("accepted");
    expect(refusal(new Uint8Array())).toBe("it is not a zip");
    expect(refusal(strToU8("PK\x05\x06".repeat(20)))).toBe("it is not a zip");
    expect(refusal(good.slice(0, -1))).toBe("it is not a zip");
    const changed = zip({ a: [strToU8("abc"), { os: 0, attrs: 0 }] });
    changed[31] = (changed[31] ?? 0) ^ 0xff;
    expect(refusal(changed)).toMatch(/damaged/);
    const central = Buffer.from(good).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    good[central + 8] = 1;
    expect(refusal(good)).toBe("a.js is encrypted");
  });

  it("whatever bytes of it are changed: nothing but ZipError is thrown", () => {
    const good = zipSync({ "index.js": strToU8("exports.x = 1;"), "b/c": strToU8("yy") }, { level: 0 });
    for (let at = 0; at < good.length; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const bytes = good.slice();
        bytes[at] = value;
        refusal(bytes);
      }
    }
  });
});
