// The room in which a program prints: a terminal has columns and colours, a pipe has neither.
import picocolors from "picocolors";

/** The space that a table has to fit into. */
export interface Room {
  /** Columns in one line. */
  readonly width: number;
  /** Number of lines. */
  readonly rows: number;
  readonly color: boolean;
}

/** A pipe has no columns, so nothing is limited there. */
export const UNLIMITED: Room = { width: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY, color: false };

/** The room in a terminal. The last column stays free, because some terminals wrap there. */
export function roomOf(stream: { isTTY?: boolean; columns?: number }, rows = Number.POSITIVE_INFINITY): Room {
  return stream.isTTY
    ? { width: (stream.columns || 100) - 1, rows, color: picocolors.isColorSupported }
    : { ...UNLIMITED, rows };
}
