import type { DateValue } from './candidates.ts';

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of a calendar date. */
export function dayNumber(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY_MS);
}

function calendarOf(day: number): { year: number; month: number; day: number; weekday: number } {
  const date = new Date(day * DAY_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/** Day number and minute of the day of an ISO date or date-time on the wall clock of a time zone. */
export interface LocalMoment {
  day: number;
  /** Days on which the record may be said to lie: the local one, and the one that stands written in it. */
  days: number[];
  minutes?: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    const options = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    } as const;
    try {
      formatter = new Intl.DateTimeFormat('en-US', { ...options, timeZone });
    } catch {
      formatter = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
    }
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** Reads an ISO 8601 date (taken as it is) or date-time (converted to `timeZone`, UTC if that is unknown). */
export function localMoment(iso: string, timeZone: string): LocalMoment | undefined {
  const written = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?/i.exec(
    iso.trim(),
  );
  if (written === null) return undefined;
  const literal = dayNumber(Number(written[1]), Number(written[2]), Number(written[3]));
  if (written[4] === undefined) return { day: literal, days: [literal] };
  if (written[6] === undefined)
    return { day: literal, days: [literal], minutes: Number(written[4]) * 60 + Number(written[5]) };
  const at = Date.parse(iso.trim().replace(' ', 'T'));
  if (Number.isNaN(at)) return { day: literal, days: [literal] };
  const parts = Object.fromEntries(
    formatterFor(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  );
  const day = dayNumber(parts.year ?? 1970, parts.month ?? 1, parts.day ?? 1);
  return { day, days: day === literal ? [day] : [day, literal], minutes: (parts.hour ?? 0) * 60 + (parts.minute ?? 0) };
}

/** Whether a calendar date exists. */
export function isRealDate(day: number, month: number, year = 2024): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return calendarOf(dayNumber(year, month, day)).day === day;
}

/** Whether the written date means `day`, said on `mailDay`. Without a year, only days within a year of it are meant. */
export function matchesDay(value: DateValue, day: number, mailDay: number): boolean {
  const date = calendarOf(day);
  switch (value.kind) {
    case 'day':
      if (value.weekday !== undefined && value.weekday !== date.weekday) return false;
      if (value.day !== date.day || value.month !== date.month) return false;
      return value.year === undefined ? Math.abs(day - mailDay) <= 366 : value.year === date.year;
    case 'relative':
      return day === mailDay + value.days;
    case 'weekday': {
      if (date.weekday !== value.weekday) return false;
      if (value.direction === 'next') return day > mailDay && day <= mailDay + 13;
      if (value.direction === 'last') return day < mailDay && day >= mailDay - 13;
      return Math.abs(day - mailDay) <= 7;
    }
    case 'week': {
      const monday = mailDay - ((calendarOf(mailDay).weekday + 6) % 7) + value.weeks * 7;
      return day >= monday && day < monday + 7;
    }
    case 'month':
      if (value.month !== date.month) return false;
      return value.year === undefined ? Math.abs(day - mailDay) <= 366 : value.year === date.year;
    case 'relativeMonth': {
      const mail = calendarOf(mailDay);
      return date.year * 12 + date.month === mail.year * 12 + mail.month + value.months;
    }
    case 'year':
      return date.year === value.year;
    case 'dayOfMonth':
      return date.day === value.day && Math.abs(day - mailDay) <= 31;
    case 'weekend':
      return (date.weekday === 0 || date.weekday === 6) && Math.abs(day - mailDay) <= 9;
    case 'monthEnd': {
      const mail = calendarOf(mailDay);
      return date.year === mail.year && date.month === mail.month && date.day >= 22;
    }
    case 'named':
    case 'invalid':
      return false;
  }
}

/** Whether two written dates say the same, for evidence that is itself a text. */
export function sameWrittenDate(left: DateValue, right: DateValue, mailDay: number): boolean {
  if (left.kind === 'day' && right.kind === 'day') {
    const sameYear = left.year === undefined || right.year === undefined || left.year === right.year;
    return left.day === right.day && left.month === right.month && sameYear;
  }
  if (left.kind === 'weekday' && right.kind === 'weekday') return left.weekday === right.weekday;
  if (left.kind === right.kind && left.kind !== 'invalid') return JSON.stringify(left) === JSON.stringify(right);
  if (right.kind === 'day' && right.year !== undefined)
    return matchesDay(left, dayNumber(right.year, right.month, right.day), mailDay);
  return false;
}
