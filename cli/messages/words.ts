// Words that the lines of several commands are made of.

/** `1 copy`, `2 copies`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** `1 copy`, `2 copies`. */
export function copiesOf(number: number): string {
  return count(number, "copy", "copies");
}

/** An image with its region. */
export function imageIn({ imageId, region }: { readonly imageId: string; readonly region: string }): string {
  return `${imageId} in ${region}`;
}

/** At most `most` texts whole; of more, all but one of these and the number of the others. */
export function listOf(texts: readonly string[], most = 3): string {
  if (texts.length <= most) return texts.join(", ");
  return `${texts.slice(0, most - 1).join(", ")} and ${texts.length - most + 1} more`;
}
