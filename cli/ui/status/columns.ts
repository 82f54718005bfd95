// Lays out rows in columns that fit a width: which columns, how wide, and in two lines where they do not fit.
import { cut, cutMiddle, pad, widthOf, wrap } from "../text.ts";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** What it says of a row: safe to print, without colour. */
  readonly cell: (row: Row) => string;
  readonly paint?: (text: string, row: Row) => string;
  /** 0: always shown. Of the others those with low numbers come first, as far as they fit. */
  readonly rank: number;
  /** It may be shortened in the middle to this width. */
  readonly shortest?: number;
}

/** How to lay out. */
export interface Layout {
  /** Columns of the terminal; infinite for a pipe, where everything is shown. */
  readonly width: number;
  readonly header: boolean;
  /** Rows that do not fit take two lines; if not, they are cut. */
  readonly mayStack: boolean;
}

const GAP = "  ";
/** A name gets at least this much, if it is that long, before a further column is shown. */
const COMFORTABLE = 20;

/** The lines of a table, with a header if wanted. Columns in which every row is empty are left out. */
export function layOut<Row>(rows: readonly Row[], all: readonly Column<Row>[], layout: Layout): string[] {
  const filled = all.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
  const natural = new Map(filled.map((column) => [column, naturalWidth(rows, column, layout.header)]));
  const widthIn = (columns: readonly Column<Row>[], least: number) =>
    columns.reduce(
      (sum, column) => sum + Math.min(widthOfColumn(column, natural, least), natural.get(column) ?? 0),
      0,
    ) +
    GAP.length * Math.max(0, columns.length - 1);
  const needed = filled.filter(({ rank }) => rank === 0);
  if (widthIn(needed, 0) > layout.width && layout.mayStack) return stacked(rows, needed, layout.width);
  const chosen = new Set(needed);
  for (const column of filled.filter(({ rank }) => rank > 0).sort((a, b) => a.rank - b.rank)) {
    const next = filled.filter((one) => chosen.has(one) || one === column);
    if (widthIn(next, COMFORTABLE) <= layout.width) chosen.add(column);
  }
  const columns = filled.filter((column) => chosen.has(column));
  const widths = new Map(columns.map((column) => [column, natural.get(column) ?? 0]));
  for (const column of columns) {
    if (column.shortest === undefined) continue;
    const over = totalOf(columns, widths) - layout.width;
    if (over > 0) widths.set(column, Math.max(column.shortest, (widths.get(column) ?? 0) - over));
  }
  const line = (textOf: (column: Column<Row>) => string, paint: (text: string, column: Column<Row>) => string) => {
    const cells = columns.map((column, at) => {
      const width = widths.get(column) ?? 0;
      const text = cutMiddle(textOf(column), width);
      return paint(text, column) + (at < columns.length - 1 ? pad("", width - widthOf(text)) : "");
    });
    return cells.join(GAP).trimEnd();
  };
  // Painting takes no columns, so that a line that is still too long must not be painted.
  const isTooLong = totalOf(columns, widths) > layout.width;
  const lines = rows.map((row) =>
    isTooLong
      ? cut(
          line(({ cell }) => cell(row), String),
          layout.width,
        )
      : line(
          ({ cell }) => cell(row),
          (text, { paint }) => (paint ? paint(text, row) : text),
        ),
  );
  const head = line(({ title }) => title, String);
  return layout.header && rows.length > 0 ? [isTooLong ? cut(head, layout.width) : head, ...lines] : lines;
}

function naturalWidth<Row>(rows: readonly Row[], { cell, title }: Column<Row>, header: boolean): number {
  let widest = header ? widthOf(title) : 0;
  for (const row of rows) widest = Math.max(widest, widthOf(cell(row)));
  return widest;
}

function widthOfColumn<Row>(column: Column<Row>, natural: ReadonlyMap<Column<Row>, number>, least: number): number {
  return column.shortest === undefined ? (natural.get(column) ?? 0) : Math.max(column.shortest, least);
}

function totalOf<Row>(columns: readonly Column<Row>[], widths: ReadonlyMap<Column<Row>, number>): number {
  return columns.reduce((sum, column) => sum + (widths.get(column) ?? 0), 0) + GAP.length * (columns.length - 1);
}

/** Each row in full, broken at word ends. Only a name that is longer than a line is shortened. */
function stacked<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number): string[] {
  return rows.flatMap((row) => {
    const cells = columns
      .map(({ cell, shortest }) => (shortest === undefined ? cell(row) : cutMiddle(cell(row), width - 4)))
      .filter((text) => text !== "");
    return wrap(cells.join(GAP), width, 4);
  });
}
