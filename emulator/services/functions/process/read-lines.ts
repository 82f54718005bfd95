// Reads a stream line by line.
import type { Readable } from "node:stream";

/** A longer line is cut, so that a function cannot fill the memory of the emulator. */
const MOST_CHARACTERS = 16e6;

/**
 * Calls `onLine` for each line of a stream. Looks at each chunk once: a line can have megabytes.
 * Answers a function that takes what came after the last line break.
 */
export function readLines(stream: Readable, onLine: (line: string) => void): () => string {
  let rest: string[] = [];
  let length = 0;
  const take = (end = "") => {
    const text = rest.join("") + end;
    rest = [];
    length = 0;
    return text;
  };
  stream.setEncoding("utf8");
  stream.on("error", () => undefined);
  stream.on("data", (chunk: string) => {
    const parts = chunk.split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) onLine(take(part));
    if (length < MOST_CHARACTERS) rest.push(last);
    length += last.length;
  });
  return take;
}
