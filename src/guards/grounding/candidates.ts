import type { CountedUnit, DateLabel, MoneyLabel, PromiseKind, StatedStatus } from './locale.ts';
import type { Span } from './segments.ts';

/** What extractors find: a span of the folded text, and its meaning. */
export type Candidate = Span & CandidateMeaning;

type CandidateMeaning =
  | { type: 'order_number'; key: string }
  | { type: 'tracking_number'; key: string }
  | ({ type: 'money' } & MoneyValue)
  | { type: 'date'; date: DateValue; label?: DateLabel }
  | { type: 'time'; minutes: number[] }
  | { type: 'percentage'; value: number }
  | { type: 'quantity'; low: number; high?: number; unit?: CountedUnit; token: string }
  | { type: 'status'; stated: StatedStatus; negated: boolean }
  | { type: 'promise'; kind: PromiseKind; refused: boolean; conditional: boolean }
  | { type: 'url'; key: string }
  | { type: 'email'; key: string }
  | { type: 'phone'; key: string }
  | { type: 'carrier'; key: string }
  | { type: 'item'; key: string }
  | { type: 'place'; key: string }
  | { type: 'vague' };

export type CandidateOf<Type extends CandidateMeaning['type']> = Extract<Candidate, { type: Type }>;

export interface MoneyValue {
  /** Major units; undefined where no number could be read. */
  amount?: number;
  /** ISO 4217 codes that the written currency may stand for; undefined where none is written. */
  currencies?: readonly string[];
  label?: MoneyLabel;
}

/** A day or span of days as written; `matchesDay` says whether a given day is meant. */
export type DateValue =
  | { kind: 'day'; day: number; month: number; year?: number; weekday?: number }
  | { kind: 'relative'; days: number }
  | { kind: 'weekday'; weekday: number; direction?: 'next' | 'last' | 'this' }
  | { kind: 'week'; weeks: number }
  | { kind: 'month'; month: number; year?: number }
  | { kind: 'relativeMonth'; months: number }
  | { kind: 'year'; year: number }
  | { kind: 'dayOfMonth'; day: number }
  | { kind: 'weekend' }
  | { kind: 'monthEnd' }
  /** A holiday whose day moves from year to year. */
  | { kind: 'named'; name: string }
  /** Looks like a date and is none ("31.02.2026"). */
  | { kind: 'invalid' };
