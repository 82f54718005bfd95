// Counts characters as the cloud does, and keeps hidden ones out of terminals and logs.

/**
 * Characters that a terminal or a log viewer may interpret or hide: control and format characters,
 * line breaks, and characters that are ignored by default.
 */
export const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * The number of characters of a text, as the limits of the cloud count them. `length` counts UTF-16
 * units, of which some characters need two.
 */
export function countCharacters(text: string): number {
  return Array.from(text).length;
}

/**
 * JSON with the same meaning for programs, and harmless on a screen: hidden characters are escaped,
 * and the only line breaks are those of the indentation.
 */
export function plainJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(HIDDEN, (character) =>
    character === "\n" ? character : character.split("").map(escaped).join(""),
  );
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
