// How much resident memory a process has, on Linux and macOS.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The resident memory of a process in bytes; 0 if it cannot be read, as of a process that has ended. */
export async function residentMemory(pid: number): Promise<number> {
  try {
    if (process.platform === "linux") {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    }
    return Number((await run("/bin/ps", ["-o", "rss=", "-p", String(pid)])).stdout) * 1024;
  } catch {
    return 0;
  }
}
