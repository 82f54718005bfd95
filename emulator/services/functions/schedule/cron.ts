// Cron expressions with seven fields, as timers of SCF have them.
/** A parsed expression: the values that each field allows. */
export interface Cron {
  readonly second: ReadonlySet<number>;
  readonly minute: ReadonlySet<number>;
  readonly hour: ReadonlySet<number>;
  readonly day: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekday: ReadonlySet<number>;
  readonly year: ReadonlySet<number>;
  /** A day counts if it is in `day` or in `weekday`: both are restricted. */
  readonly isEitherDay: boolean;
}

const MONTHS = "JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC".split(",");
const WEEKDAYS = "SUN,MON,TUE,WED,THU,FRI,SAT".split(",");

/** The fields in their order, with their values (product documentation 583/9708). */
const FIELDS = [
  { name: "second", from: 0, to: 59 },
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day", from: 1, to: 31 },
  { name: "month", from: 1, to: 12, names: MONTHS },
  { name: "weekday", from: 0, to: 6, names: WEEKDAYS },
  { name: "year", from: 1970, to: 2099 },
] as const satisfies readonly Field[];

interface Field {
  readonly name: Exclude<keyof Cron, "isEitherDay">;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

/** Parses an expression: `*`, values, names, lists, ranges and steps. Answers what is wrong as text. */
export function parseCron(text: string): Cron | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    const names = FIELDS.map(({ name }) => name).join(" ");
    return `it must have seven fields (${names}), and it has ${parts.length}`;
  }
  const sets: Partial<Record<Field["name"], ReadonlySet<number>>> = {};
  for (const [index, field] of FIELDS.entries()) {
    const values = valuesOf(field, parts[index] ?? "");
    if (values === undefined) return `the field ${field.name} is \`${parts[index]}\``;
    sets[field.name] = values;
  }
  const isEitherDay = parts[3] !== "*" && parts[5] !== "*";
  return { ...(sets as Record<Field["name"], ReadonlySet<number>>), isEitherDay };
}

function valuesOf(field: Field, text: string): Set<number> | undefined {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const [, first = "", last, step] = /^(\*|[^*/-]+)(?:-([^*/-]+))?(?:\/(\d{1,4}))?$/.exec(item) ?? [];
    const from = first === "*" ? field.from : valueOf(field, first);
    // `5/10` goes from 5 to the end, like `*/10`.
    const to = last === undefined ? (first === "*" || step ? field.to : from) : valueOf(field, last);
    const by = Number(step ?? 1);
    const isRangeOfAll = first === "*" && last !== undefined;
    if (from === undefined || to === undefined || from > to || by === 0 || isRangeOfAll) return undefined;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

function valueOf({ from, to, names = [] }: Field, text: string): number | undefined {
  const index = names.indexOf(text.toUpperCase());
  const value = index >= 0 ? from + index : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

const SECOND = 1000;
const DAY = 86_400_000;

/**
 * The first second after a time (epoch milliseconds) at which a timer fires, in the zone that is
 * `offsetMs` ahead of UTC; undefined if there is none.
 */
export function nextRun(cron: Cron, after: number, offsetMs: number): number | undefined {
  let time = (Math.floor((after + offsetMs) / SECOND) + 1) * SECOND;
  for (;;) {
    const date = new Date(time);
    const year = date.getUTCFullYear();
    if (year > 2099) return undefined;
    if (!cron.year.has(year)) time = Date.UTC(year + 1, 0, 1);
    else if (!cron.month.has(date.getUTCMonth() + 1)) time = Date.UTC(year, date.getUTCMonth() + 1, 1);
    else if (!isDay(cron, date)) time = (Math.floor(time / DAY) + 1) * DAY;
    else if (!cron.hour.has(date.getUTCHours())) time = (Math.floor(time / (3600 * SECOND)) + 1) * 3600 * SECOND;
    else if (!cron.minute.has(date.getUTCMinutes())) time = (Math.floor(time / (60 * SECOND)) + 1) * 60 * SECOND;
    else if (!cron.second.has(date.getUTCSeconds())) time += SECOND;
    else return time - offsetMs;
  }
}

/** With a day of the month and a weekday, either is enough (product documentation 583/9708). */
function isDay({ day, weekday, isEitherDay }: Cron, date: Date): boolean {
  const inMonth = day.has(date.getUTCDate());
  const inWeek = weekday.has(date.getUTCDay());
  return isEitherDay ? inMonth || inWeek : inMonth && inWeek;
}

/** The expression of a timer: the text itself, or the member `cron` of JSON (scf 2018-04-16, CreateTrigger). */
export function cronOf(description: string): string {
  if (!description.trim().startsWith("{")) return description;
  try {
    const { cron } = JSON.parse(description) as { cron?: unknown };
    return typeof cron === "string" ? cron : "";
  } catch {
    return "";
  }
}
