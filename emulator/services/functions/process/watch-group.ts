// Kills the process group of an instance if the emulator dies, even while the group is stopped.
import { spawn } from "node:child_process";

/** `read` fails at the end of the pipe, which the kernel closes however the emulator dies. */
const SCRIPT = 'read -r line || { kill -s KILL -- "-$1"; exec /bin/rm -rf -- "$2"; }';

/**
 * Starts a shell that waits for the end of this process, then kills the process group and deletes
 * the folder. Answers a function that ends the shell without either: call it once the group is gone.
 */
export function watchGroup(pid: number, folder: string): () => void {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "sh", String(pid), folder], {
    cwd: "/",
    env: {},
    // A session of its own: Ctrl-C in a terminal must not end it before the emulator.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell the instance still ends with its pipe, unless it is stopped.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  return () => shell.stdin.end("done\n");
}
