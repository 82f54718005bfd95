// Shortens the trace of a failed seed to the lines about its violation.

/**
 * Keeps the lines of a trace that concern a violation: its images and tokens, and the processes
 * that used them.
 */
export function shorten(trace: readonly string[], violation: string, most: number): string[] {
  const names = namesIn(violation);
  const about = trace.filter((line) => [...names].some((name) => line.includes(name)));
  // Adds the names in these lines, such as the token of a request or the source of a copy.
  for (const line of about) if (namesIn(line).size <= 3) for (const name of namesIn(line)) names.add(name);
  const processes = new Set(about.flatMap((line) => /^\s*[\d.]+ (p\d+) /.exec(line)?.[1] ?? []));
  const retained = trace.filter(
    (line) =>
      [...names].some((name) => line.includes(name)) ||
      / ! (state-lost|killed|frozen|fenced|policy-changed)/.test(line) ||
      processes.has(/^\s*[\d.]+ (p\d+) (?:starts|fails)/.exec(line)?.[1] ?? ""),
  );
  return retained.slice(-most);
}

function namesIn(text: string): Set<string> {
  return new Set(text.match(/img-[0-9a-z]+|copying-[0-9a-f]{16}-[a-z0-9]+-\d+/g) ?? []);
}
