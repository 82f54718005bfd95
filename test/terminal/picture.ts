// Draws lines of a terminal as an SVG picture, for light and dark pages.
import type { Stretch } from "./terminal.ts";

const FONT = 14;
const WIDTH = FONT * 0.602;
const LINE = 19;
const MARGIN = 16;

/** The colours that the program uses, as indexes of a terminal's 16, for a light and a dark page. */
const COLORS: readonly (readonly [index: number, light: string, dark: string])[] = [
  [1, "#c5221f", "#ff7b72"],
  [2, "#1a7f37", "#56d364"],
  [3, "#8a5a00", "#e3b341"],
  [4, "#0550ae", "#79c0ff"],
  [6, "#0b6a75", "#76d9e6"],
];

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function classesOf({ color, bold, dim }: Stretch): string {
  return [color === undefined ? "" : `c${color}`, bold ? "b" : "", dim ? "d" : ""].filter(Boolean).join(" ");
}

function textOf(line: readonly Stretch[], row: number): string {
  let column = 0;
  const parts = line.map((stretch) => {
    const x = MARGIN + column * WIDTH;
    column += [...stretch.text].length;
    if (stretch.text.trim() === "") return "";
    // The length keeps the columns straight in whatever font the page has.
    const length = [...stretch.text].length * WIDTH;
    const classes = classesOf(stretch);
    const style = classes ? ` class="${classes}"` : "";
    return `<tspan x="${x.toFixed(1)}" textLength="${length.toFixed(1)}"${style}>${escaped(stretch.text)}</tspan>`;
  });
  return `<text y="${MARGIN + FONT + row * LINE}" xml:space="preserve">${parts.join("")}</text>`;
}

/** The picture of lines of at most `columns` columns. */
export function pictureOf(lines: readonly (readonly Stretch[])[], columns: number): string {
  const width = Math.ceil(2 * MARGIN + columns * WIDTH);
  const height = 2 * MARGIN + lines.length * LINE;
  const rules = (at: 1 | 2) => COLORS.map((one) => `.c${one[0]} { fill: ${one[at]}; }`).join(" ");
  const rows = lines.map(textOf).filter((row) => !row.endsWith('"preserve"></text>'));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>A session of cvm-replicator in a terminal of ${columns} columns</title>
<style>
  rect { fill: #ffffff; stroke: #d1d9e0; }
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: ${FONT}px; fill: #1f2328; white-space: pre; }
  .b { font-weight: 600; } .d { opacity: 0.65; } ${rules(1)}
  @media (prefers-color-scheme: dark) { rect { fill: #0d1117; stroke: #3d444d; } text { fill: #f0f6fc; } ${rules(2)} }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${rows.join("\n")}
</svg>
`;
}
