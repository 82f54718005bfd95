// Cleans up after an instance if the emulator dies, even while the instance is stopped.
import { spawn } from "node:child_process";

/**
 * Reads process groups, of which the last one counts, `none`, or `done`. `read` fails at the end of
 * the pipe, which the kernel closes however the emulator dies.
 */
const SCRIPT = `
while read -r line; do
  case "$line" in done) exit 0 ;; esac
  group="$line"
done
case "$group" in ""|none) ;; *) kill -s KILL -- "-$group" ;; esac
exec /bin/rm -rf -- "$1"`;

/** A shell that waits for the end of this process. */
export interface Watch {
  /** The process group that it has to kill then; undefined once the group is gone. */
  group(pid: number | undefined): void;
  /** Ends the shell: call it once the folder is gone. */
  release(): void;
}

/** Starts a shell that waits for the end of this process, then kills a process group and deletes the folder. */
export function watchFolder(folder: string): Watch {
  const shell = spawn("/bin/sh", ["-c", SCRIPT, "sh", folder], {
    cwd: "/",
    env: {},
    // A session of its own: Ctrl-C in a terminal must not end it before the emulator.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell the instance still ends with its pipe, unless it is stopped.
  shell.on("error", () => undefined);
  shell.stdin.on("error", () => undefined);
  return {
    group: (pid) => {
      shell.stdin.write(`${pid ?? "none"}\n`);
    },
    release: () => {
      shell.stdin.end("done\n");
    },
  };
}
