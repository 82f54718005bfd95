// Writes a message without its parameters: each one stands as <its name>, and each variant of the text is found.

/** One way in which a message can be written. */
export interface Variant {
  readonly text: string;
  readonly remedy?: string | undefined;
}

/** Which parameters are left out, by name. */
type Omitted = ReadonlySet<string>;

const MOST_VARIANTS = 12;
const MOST_OMITTED = 4;
/** What a parameter that is no text leaves in a text. */
const UNWRITTEN = /undefined|NaN|\[object |=>/;

/**
 * Every text that `write` makes of placeholders. A parameter that `write` looks at is left out once, as
 * an optional one may be; texts that this breaks are dropped.
 */
export function variantsOf(write: (params: unknown) => Variant): Variant[] {
  const found = new Map<string, Variant>();
  const seen = new Set<string>();
  const queue: Omitted[] = [new Set()];
  for (let omitted = queue.shift(); omitted && found.size < MOST_VARIANTS; omitted = queue.shift()) {
    const asked = new Set<string>();
    const variant = attempt(() => asText(write(parameters(omitted, asked))));
    if (variant && !UNWRITTEN.test(`${variant.text} ${variant.remedy ?? ""}`))
      found.set(`${variant.text}\n${variant.remedy ?? ""}`, variant);
    for (const name of asked) {
      const next = new Set([...omitted, name]);
      const id = [...next].sort().join(" ");
      if (omitted.has(name) || next.size > MOST_OMITTED || seen.has(id)) continue;
      seen.add(id);
      queue.push(next);
    }
  }
  return [...found.values()];
}

/** A text or remedy that is a parameter as a whole comes back as the placeholder itself; such a remedy says nothing. */
function asText({ text, remedy }: Variant): Variant {
  return { text: String(text), remedy: typeof remedy === "string" ? remedy : undefined };
}

function attempt(write: () => Variant): Variant | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}

/** The parameters of a message: any name has a placeholder, unless it is omitted. */
function parameters(omitted: Omitted, asked: Set<string>): unknown {
  const valueOf = (name: string | symbol) => {
    if (typeof name === "symbol") return undefined;
    asked.add(name);
    return omitted.has(name) ? undefined : placeholder(name);
  };
  return new Proxy(
    {},
    {
      get: (_, name) => valueOf(name),
      has: (_, name) => valueOf(name) !== undefined,
      ownKeys: () => [],
    },
  );
}

/** A value that reads as `<name>`, also as a list, as its first element, and after a method of a text. */
function placeholder(name: string): unknown {
  const written = `<${name}>`;
  const elements = () => [placeholderOf(name)];
  const methods: Readonly<Record<string, unknown>> = {
    join: (separator = ",") => `${written}${separator}…`,
    map: (each: (value: unknown) => unknown) => elements().map(each),
    flatMap: (each: (value: unknown) => unknown) => elements().flatMap(each),
    filter: () => placeholder(name),
    slice: () => placeholder(name),
    at: () => placeholder(name),
    replace: () => written,
    toFixed: () => written,
    toJSON: () => written,
    toString: () => written,
    toISOString: () => written,
    length: { [Symbol.toPrimitive]: (hint: string) => (hint === "number" ? 2 : `<number of ${name}>`) },
    [Symbol.iterator as unknown as string]: () => elements()[Symbol.iterator](),
  };
  return new Proxy(
    Object.assign(() => written, {}),
    {
      get: (_, key) => {
        if (key === Symbol.toPrimitive) return (hint: string) => (hint === "number" ? Number.NaN : written);
        if (Object.hasOwn(methods, key)) return methods[key as string];
        return typeof key === "symbol" ? undefined : placeholder(key);
      },
    },
  );
}

/** The element of a list: `<region>` of `regions`. */
function placeholderOf(name: string): unknown {
  return placeholder(name.replace(/(?<=[^s])s$/, "").replace(/ie$/, "y"));
}
