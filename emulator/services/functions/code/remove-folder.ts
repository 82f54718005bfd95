// Deletes the folder of an instance.
import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const OPTIONS = { recursive: true, force: true, maxRetries: 3, retryDelay: 50 } as const;

/**
 * Deletes a folder. Never rejects, because a function can prevent it: it may have taken the rights
 * from its own folders, and a process that left its group may still write into them.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, OPTIONS);
  } catch {
    await unlock(folder)
      .then(async () => rm(folder, OPTIONS))
      .catch(() => undefined);
  }
}

async function unlock(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlock(join(folder, entry.name));
  }
}
