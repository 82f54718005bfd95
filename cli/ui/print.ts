// Prints lines that are safe, wrapped at word ends to a terminal's width; in a pipe each stays whole.
import { roomOf } from "./room.ts";
import { clean, wrap } from "./text.ts";

/** A stream that lines are printed on: standard output or standard error. */
interface Printer {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The lines of a text on a stream, without line breaks. Texts of other people cannot move the cursor or fake lines. */
export function linesFor(stream: Pick<Printer, "isTTY" | "columns">, text: string): string[] {
  return wrap(clean(text), roomOf(stream).width, 2);
}

/** Prints texts, each as a line of its own, in one write. */
export function print(stream: Printer, ...texts: readonly string[]): void {
  const lines = texts.flatMap((text) => linesFor(stream, text));
  if (lines.length > 0) stream.write(`${lines.join("\n")}\n`);
}
