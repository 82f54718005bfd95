// Makes text from outside safe to print, and fits it into columns.

import stringWidth from "string-width";
import { HIDDEN } from "../../lib/model/printable.ts";

/**
 * Escapes control characters and invisible characters. Other people choose the names and texts that
 * are printed, and such characters could move the cursor, hide lines or fake new ones.
 */
export function clean(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The number of columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** Pads a text with spaces to a number of columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Shortens a text to a number of columns. A shortened text ends with an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let retained = "";
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    retained += segment;
  }
  return width < 1 ? "" : `${retained}…`;
}

/** Shortens a text in the middle: names that differ at their ends, such as versions, stay apart. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const segments = [...segmenter.segment(text)].map(({ segment }) => segment);
  const take = (from: readonly string[], columns: number) => {
    const taken: string[] = [];
    let used = 0;
    for (const segment of from) {
      used += widthOf(segment);
      if (used > columns) break;
      taken.push(segment);
    }
    return taken;
  };
  if (width < 1) return "";
  const tail = take([...segments].reverse(), Math.floor((width - 1) / 2)).reverse();
  const head = take(segments, width - 1 - widthOf(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/**
 * Breaks a line at word ends, so that each part takes at most `width` columns. The parts after the
 * first begin with `indent` spaces. A word that is too long, such as an address, stays whole, so that
 * it can be copied. An infinite `width`, as of a pipe, leaves the line as it is.
 */
export function wrap(line: string, width: number, indent = 0): string[] {
  if (widthOf(line) <= width) return [line];
  const margin = " ".repeat(Math.max(0, Math.min(indent, Math.floor(width / 2))));
  const [lead = ""] = /^ */.exec(line) ?? [];
  const parts: string[] = [];
  let part = lead;
  let isEmpty = true;
  for (const word of line.slice(lead.length).split(" ")) {
    if (!isEmpty && widthOf(part) + 1 + widthOf(word) > width) {
      parts.push(part.trimEnd());
      part = margin + word;
    } else {
      part += isEmpty ? word : ` ${word}`;
    }
    isEmpty = false;
  }
  return [...parts, part];
}
