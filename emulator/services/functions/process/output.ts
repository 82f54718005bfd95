// Collects what an instance prints, line by line.
import type { Readable } from "node:stream";
import type { PrintedLine } from "../../../world/services/function.ts";
import { readLines } from "./read-lines.ts";

/** Beyond these an invocation's output is dropped. */
const MOST_LINES = 10_000;
const MOST_LINE_CHARACTERS = 100_000;
const MOST_CHARACTERS = 8e6;
/** Milliseconds that the end of the output is waited for: a function can close its outputs. */
const PATIENCE = 500;

/** The output of an instance. */
export interface Output {
  /** Takes the lines so far. */
  take(): PrintedLine[];
  /** Resolves once everything that was printed before the end of a call has been read. */
  untilEnd(id: string): Promise<void>;
}

/** Reads both outputs of a process. `now` is the time of a line, in epoch milliseconds. */
export function readOutput(streams: { out: Readable; error: Readable }, now: () => number): Output {
  let lines: PrintedLine[] = [];
  let length = 0;
  const add = (text: string, isError: boolean) => {
    length += text.length;
    if (text !== "" && lines.length < MOST_LINES && length < MOST_CHARACTERS) {
      lines.push({ at: now(), isError, text: text.slice(0, MOST_LINE_CHARACTERS) });
    }
  };
  const readers = [
    readOutputOf(streams.out, (text) => add(text, false)),
    readOutputOf(streams.error, (text) => add(text, true)),
  ];
  return {
    take: () => {
      for (const reader of readers) reader.flush();
      const taken = lines;
      lines = [];
      length = 0;
      return taken;
    },
    untilEnd: async (id) => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, PATIENCE);
      });
      await Promise.race([Promise.all(readers.map((reader) => reader.untilEnd(id))), patience]);
      clearTimeout(timer);
    },
  };
}

function readOutputOf(stream: Readable, add: (line: string) => void) {
  let ended = "";
  let onEnd: (() => void) | undefined;
  let awaited = "";
  const takeRest = readLines(stream, (line) => {
    // A text without a line break may stand before the end of a call.
    const [, text = "", id] = /^(.*?)(?:\0([\w-]+)\0)?$/s.exec(line) ?? [];
    add(text);
    if (id === undefined) return;
    ended = id;
    if (awaited === id) onEnd?.();
  });
  return {
    flush: () => add(takeRest()),
    untilEnd: async (id: string) => {
      if (ended === id) return;
      awaited = id;
      await new Promise<void>((resolve) => {
        onEnd = resolve;
      });
    },
  };
}
