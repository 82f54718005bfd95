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
