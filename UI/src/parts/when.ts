import type { Strings } from "../text/english";

const dayMs = 86_400_000;

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** Which part of the list something of that time belongs to. */
export function dayGroup(time: number | undefined, now: number, words: Strings): string {
  if (time === undefined) return words.earlier;
  const days = Math.round((startOfDay(now) - startOfDay(time)) / dayMs);
  if (days <= 0) return words.today;
  return days === 1 ? words.yesterday : words.earlier;
}

/** The clock time for today, the date for older things. */
export function shortWhen(time: number, now: number, locale: string): string {
  const today = startOfDay(now) === startOfDay(time);
  const format: Intl.DateTimeFormatOptions = today
    ? { hour: "2-digit", minute: "2-digit" }
    : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale, format).format(time);
}

export function fullWhen(time: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(time);
}

export function compactNumber(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}
