// Finds the allowed word that a misspelt word probably meant.

/** A shorter beginning says too little about the whole word. */
const SHORTEST_BEGINNING = 4;

const NEGATION = /^(un|no|dis|without)/;

/** Whether one word has the opposite meaning of the other, as `maxAge` has of `minAge`. */
function areOpposite(a: string, b: string): boolean {
  if (NEGATION.test(a) !== NEGATION.test(b) && (a.endsWith(b) || b.endsWith(a))) return true;
  return (a.startsWith("min") && b.startsWith("max")) || (a.startsWith("max") && b.startsWith("min"));
}

/**
 * The word that a misspelt one probably means: the only one that begins with it, or the nearest one,
 * ignoring case and words of the opposite meaning. Undefined if none is near: one edit for every four
 * letters, because a word with more of them wrong means something else.
 */
export function didYouMean(wrong: string, words: Iterable<string>): string | undefined {
  const all = [...words];
  const [completed, ...others] = all.filter((word) => word.toLowerCase().startsWith(wrong.toLowerCase()));
  if (wrong.length >= SHORTEST_BEGINNING && completed !== undefined && others.length === 0) return completed;
  return nearest(wrong, all, Math.min(3, Math.max(1, Math.floor(wrong.length / 4))));
}

/**
 * The word nearest to another one, ignoring case and words of the opposite meaning. Undefined if none
 * is within `limit` edits.
 */
export function nearest(wrong: string, words: Iterable<string>, limit: number): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const word of words) {
    const [a, b] = [wrong.toLowerCase(), word.toLowerCase()];
    if (Math.abs(a.length - b.length) > limit || areOpposite(a, b)) continue;
    const distance = editDistance(a, b);
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { word, distance };
  }
  return best?.word;
}

// The number of letters to insert, delete, replace or swap with a neighbour (optimal string
// alignment).
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
