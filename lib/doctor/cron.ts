// Judges the cron expression of a timer: whether it ever fires, and whether often enough.
import type { Millis } from "../model/types.ts";

/**
 * What is wrong with an expression of seven fields: second, minute, hour, day, month, weekday, year (scf 2018-04-16,
 * CreateTrigger; the vendor's page on timers). `never`: it does not fire after `now`. `seldom`: there are hours or long
 * parts of hours without a run. Undefined if nothing is, or if the expression has a form that is not known.
 */
export function cronFault(cron: string, now: Millis): "never" | "seldom" | undefined {
  const [second, minute, hour, day, month, weekday, year, ...more] = cron.trim().split(/\s+/);
  if (year === undefined || more.length > 0) return undefined;
  const present = new Date(now).getUTCFullYear();
  const years = valuesOf(year, 1970, 2099).filter((one) => one >= present);
  const months = valuesOf(named(month ?? "", MONTHS, 1), 1, 12);
  const days = valuesOf(day ?? "", 1, 31);
  const weekdays = valuesOf(named(weekday ?? "", WEEKDAYS, 0), 0, 7);
  const minutes = valuesOf(minute ?? "", 0, 59);
  const hours = valuesOf(hour ?? "", 0, 23);
  const all = [valuesOf(second ?? "", 0, 59), minutes, hours, days, months, weekdays];
  if (years.length === 0 || all.some((values) => values.length === 0)) return "never";
  // With both a day and a weekday, either is enough.
  const isAnyWeekday = /^[*?]$/.test(weekday ?? "");
  const isPossible = months.some((one) => days.some((of) => of <= (LONGEST[one - 1] ?? 0)));
  if (isAnyWeekday && !isPossible) return "never";
  return hours.length < 24 || minutes.length < LEAST_MINUTES ? "seldom" : undefined;
}

/** Every five minutes: copies are followed, and then published, by the timer alone. */
const LEAST_MINUTES = 12;
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function named(field: string, names: readonly string[], first: number): string {
  return field.toUpperCase().replace(/[A-Z]{3}/g, (name) => {
    const index = names.indexOf(name);
    return index < 0 ? name : String(index + first);
  });
}

/** The values of one field: lists, ranges and steps. All values where a part has a form that is not known. */
function valuesOf(field: string, least: number, most: number): number[] {
  const all = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const matches = field.split(",").map((part) => /^(?:[*?]|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part));
  if (matches.some((match) => match === null)) return all;
  return all.filter((value) =>
    matches.some((match) => {
      const [, from, to, step] = match ?? [];
      const begin = from === undefined ? least : Number(from);
      const end = to !== undefined ? Number(to) : from === undefined || step !== undefined ? most : begin;
      // A range such as FRI-MON goes on after its end.
      const isWithin = begin <= end ? value >= begin && value <= end : value >= begin || value <= end;
      return isWithin && (value - begin) % Number(step ?? 1) === 0;
    }),
  );
}
