// Writes the documents that COS answers, and reads those that it takes.
import { ownValue } from "../../model/own-value.ts";

/** An element to write: a name, and text or elements. */
export type Written = readonly [name: string, content: string | number | boolean | readonly Written[]];

/** An element that was read. */
export interface Read {
  readonly name: string;
  readonly children: Read[];
  text: string;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const UNESCAPES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A document with its declaration, as COS writes it. */
export function writeXml(root: Written): string {
  return `<?xml version='1.0' encoding='utf-8' ?>\n${element(root)}\n`;
}

function element([name, content]: Written): string {
  if (typeof content === "object") {
    return content.length === 0 ? `<${name}/>` : `<${name}>${content.map(element).join("")}</${name}>`;
  }
  const text = String(content);
  return text === "" ? `<${name}/>` : `<${name}>${text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char)}</${name}>`;
}

/**
 * Reads a document without comments and character data sections, which no request to COS needs. Attributes are
 * passed over. Returns undefined if it is malformed.
 */
export function readXml(document: string): Read | undefined {
  const text = document.replace(/^\uFEFF?\s*(<\?xml[^>]*\?>)?/, "").trim();
  const top: Read = { name: "", children: [], text: "" };
  const open: Read[] = [top];
  const token = /<(\/?)([\w.-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/gy;
  let end = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    end = token.lastIndex;
    const [, closing, name = "", empty, data] = match;
    const parent = open.at(-1) ?? top;
    if (data !== undefined) parent.text += unescape(data);
    else if (closing) {
      if (open.pop()?.name !== name || open.length === 0) return undefined;
    } else {
      const child: Read = { name, children: [], text: "" };
      parent.children.push(child);
      if (!empty) open.push(child);
    }
  }
  const isComplete = end === text.length && open.length === 1 && top.children.length === 1 && top.text === "";
  return isComplete ? top.children[0] : undefined;
}

function unescape(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name = "") => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    return ownValue(UNESCAPES, name as string) ?? whole;
  });
}
