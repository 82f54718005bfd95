// Keeps control characters out of terminals and logs.
/** What a terminal or a reader of logs might obey, or not show: control and format characters, line breaks, fillers. */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * JSON that means the same to a program and is harmless on a screen: all that is hidden is escaped, and there are no
 * line breaks but those of the indentation.
 */
export function plainJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(HIDDEN, (character) =>
    character === "\n" ? character : character.split("").map(escaped).join(""),
  );
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
