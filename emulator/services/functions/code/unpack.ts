// Unpacks the code of a function into an empty folder.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readZip } from "./read-zip.ts";

/** Unpacks a zip into a folder, which it makes. Throws `ZipError`, before it writes anything if it can. */
export async function unpack(zip: Uint8Array, folder: string): Promise<void> {
  const entries = readZip(zip);
  await mkdir(folder);
  for (const entry of entries) {
    const file = join(folder, entry.path);
    await mkdir(entry.isFolder ? file : dirname(file), { recursive: true });
    if (entry.isFolder) continue;
    // `wx`: never through a link, and never over a file of another name that the disk takes for the same.
    await writeFile(file, entry.read(), { flag: "wx" });
    if (entry.isExecutable) await chmod(file, 0o755);
  }
}
