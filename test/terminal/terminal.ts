// A terminal for tests and recordings: a program runs in a real pseudo-terminal, and its screen can be read.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import headless from "@xterm/headless";

/** What a program wrote, and when: milliseconds since the terminal was opened. */
export interface Written {
  readonly at: number;
  readonly text: string;
}

/** A stretch of a line in one style. `color`: an index of the 16 colours, undefined for the default. */
export interface Stretch {
  readonly text: string;
  readonly color: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** A program in a terminal. */
export interface Terminal {
  readonly written: readonly Written[];
  /** All lines, those that scrolled away included, without the empty ones at the end. */
  lines(): string[];
  /** The same lines with their colours. */
  styled(): Stretch[][];
  /** Waits until the lines match. Throws after `limit` milliseconds, with the screen. */
  waitFor(pattern: RegExp, limit?: number): Promise<void>;
  /** Types keys: `"\u0003"` is Ctrl-C. */
  type(keys: string): void;
  /** Waits for the end of the program and answers its exit code. */
  ended(): Promise<number>;
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

/** Runs a program in a pseudo-terminal (util-linux `script`). */
export function openTerminal(
  command: readonly string[],
  { cwd, env, columns = 80, rows = 24 }: { cwd: string; env: NodeJS.ProcessEnv; columns?: number; rows?: number },
): Terminal {
  const openedAt = Date.now();
  const line = `stty cols ${columns} rows ${rows} -echoctl; exec ${command.map(quoted).join(" ")}`;
  const child = spawn("script", ["--quiet", "--flush", "--return", "--command", line, "/dev/null"], {
    cwd,
    env: { ...env, TERM: "xterm-256color" },
  });
  const screen = new headless.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  const written: Written[] = [];
  let drawn = Promise.resolve();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written.push({ at: Date.now() - openedAt, text });
    drawn = new Promise((done) => screen.write(text, done));
  });
  const end = once(child, "close").then(async ([code]) => {
    await drawn;
    return code as number;
  });
  const bufferLines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: active.length }, (_, at) => active.getLine(at));
  };
  const lines = () => {
    const texts = bufferLines().map((one) => one?.translateToString(true) ?? "");
    while (texts.length > 0 && texts.at(-1) === "") texts.pop();
    return texts;
  };
  return {
    written,
    lines,
    styled: () => {
      const count = lines().length;
      return bufferLines()
        .slice(0, count)
        .map((one) => stretchesOf(one, columns));
    },
    async waitFor(pattern, limit = 60_000) {
      const until = Date.now() + limit;
      while (!pattern.test(lines().join("\n"))) {
        if (Date.now() > until) throw new Error(`no ${pattern} on the screen:\n${lines().join("\n")}`);
        await sleep(50);
      }
    },
    type: (keys) => void child.stdin.write(keys),
    ended: () => end,
  };
}

type BufferLine = NonNullable<ReturnType<InstanceType<typeof headless.Terminal>["buffer"]["active"]["getLine"]>>;

function stretchesOf(line: BufferLine | undefined, columns: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = 0; line && at < columns; at += 1) {
    const cell = line.getCell(at);
    if (!cell || cell.getWidth() === 0) continue;
    const style = {
      color: cell.isFgPalette() ? cell.getFgColor() : undefined,
      bold: cell.isBold() !== 0,
      dim: cell.isDim() !== 0,
    };
    const text = cell.getChars() || " ";
    const last = stretches.at(-1);
    if (last && last.color === style.color && last.bold === style.bold && last.dim === style.dim) {
      stretches[stretches.length - 1] = { ...last, text: last.text + text };
    } else stretches.push({ text, ...style });
  }
  return stretches;
}
