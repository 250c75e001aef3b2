import type { DraftCounters } from '../counters.ts';
import { differenceInterval, isLower, type Sample } from '../stats/difference-interval.ts';
import { type Interval, isAbove, rateInterval } from '../stats/rate-interval.ts';
import {
  type DropGuardrail,
  GUARDRAILS,
  type GuardrailLevel,
  type RateGuardrail,
  type WatchedGuardrailName,
} from './guardrail.ts';

/** The share of healthy ramps in which any watched guardrail may ever act, over so many days. */
export const FALSE_ALARM_SHARE = 0.05;
export const HORIZON_DAYS = 42;
/** Timeouts, validation, approval: their two tiers look at the same numbers, so the stricter one costs nothing more. */
const FAMILIES = 3;
/** Fewer reviews than these are an anecdote, and the control arm's give way to the baseline. */
const REVIEWS_WITH_RAG = 20;
const REVIEWS_WITHOUT = 10;
/** Below this many events a guardrail that has not acted says that it does not know. */
const ENOUGH = 30;

export interface WatchDay {
  /** Drafts made with RAG, and without in the control arm. */
  rag: DraftCounters;
  control: DraftCounters;
}

/** What is watched of one business, from the start of its watch, oldest day first. */
export interface BusinessWatch {
  businessId: string;
  days: WatchDay[];
  /** Its drafts before it was enrolled: stands in where the control arm has no reviews. */
  baseline: DraftCounters;
}

export interface GuardrailFigures {
  estimate: number | null;
  numerator: number;
  denominator: number;
  interval: Interval | null;
  limit: number;
  /** What a drop is measured against. */
  against: 'control' | 'baseline' | null;
  control: Sample | null;
  /** Index of the day from which the numbers count; 0 is the whole watch. */
  sinceDay: number;
}

export type GuardrailVerdict =
  | { status: 'fine' | 'not-enough-data'; figures: GuardrailFigures }
  | {
      status: 'harmful';
      figures: GuardrailFigures;
      /** Businesses that are harmed by themselves; empty where only all together show it. */
      harmed: string[];
      /** The others are harmed too, or nobody can be named. */
      widespread: boolean;
      because: string[];
    };

/**
 * Fine, harmful or not enough data. A confidence sequence runs from the start of the watch and another from every day since,
 * so that a good week does not hide a bad day; one half of the error goes to all businesses together, the other to each of
 * them (union bound). Over HORIZON_DAYS a healthy pilot is disturbed with probability FALSE_ALARM_SHARE at most. Pure.
 */
export function decideGuardrail(name: WatchedGuardrailName, watches: BusinessWatch[]): GuardrailVerdict {
  const guardrail: RateGuardrail | DropGuardrail = GUARDRAILS[name];
  const alpha = FALSE_ALARM_SHARE / FAMILIES / 2;
  const own = alpha / Math.max(1, watches.length);
  const series = watches.map((watch) => seriesOf(guardrail, watch));
  const harmed = series.filter((each) => judge(guardrail, each, own).harmful);
  const all = judge(guardrail, together(series), alpha);
  if (harmed.length === 0 && !all.harmful) {
    const figures = figuresOf(guardrail, all);
    const enough = figures.denominator >= ENOUGH && (guardrail.kind === 'rate' || figures.against !== null);
    return { status: enough ? 'fine' : 'not-enough-data', figures };
  }
  const [only] = harmed;
  const others = series.filter((each) => !harmed.includes(each));
  const widespread = harmed.length !== 1 || (others.length > 0 && judge(guardrail, together(others), alpha).harmful);
  const figures = figuresOf(guardrail, only !== undefined && !widespread ? judge(guardrail, only, own) : all);
  return {
    status: 'harmful',
    figures,
    harmed: harmed.map((each) => each.businessId),
    widespread,
    because: [inWords(guardrail, figures)],
  };
}

/** One business when it is one business, else its cohort if all of whom it is about are of it, else everybody. */
export function levelOf(
  verdict: { harmed: string[]; widespread: boolean },
  ramp: { members: string[] } | null,
  watched: string[],
): GuardrailLevel {
  const { harmed, widespread } = verdict;
  if (!widespread && harmed.length === 1) return 'business';
  if (ramp === null) return 'global';
  // Where nobody can be named, or one beside the others together, it is about all who are watched.
  const about = harmed.length > 1 ? harmed : watched;
  return about.every((businessId) => ramp.members.includes(businessId)) ? 'cohort' : 'global';
}

/** The counts that a guardrail looks at: all drafts for a rate; with RAG and of the control arm for a drop. */
interface Samples {
  watched: Sample;
  control: Sample;
}

interface Series {
  businessId: string;
  days: Samples[];
  baseline: Sample;
  /** The businesses that it is the sum of; one is its own. */
  parts: Omit<Series, 'parts'>[];
}

function seriesOf(guardrail: RateGuardrail | DropGuardrail, watch: BusinessWatch): Series {
  const { sample } = guardrail;
  const days = watch.days.map(({ rag, control }) =>
    guardrail.kind === 'rate'
      ? { watched: add(sample(rag), sample(control)), control: NOTHING }
      : { watched: sample(rag), control: sample(control) },
  );
  const own = { businessId: watch.businessId, days, baseline: sample(watch.baseline) };
  return { ...own, parts: [own] };
}

/** All businesses as one, aligned at today. */
function together(all: Series[]): Series {
  const longest = Math.max(0, ...all.map(({ days }) => days.length));
  const days = Array.from({ length: longest }, (_, index) =>
    all.reduce((sum, each) => addSamples(sum, each.days.at(index - longest) ?? NO_SAMPLES), NO_SAMPLES),
  );
  return { businessId: '', days, baseline: all.reduce((sum, each) => add(sum, each.baseline), NOTHING), parts: all };
}

/** What a verdict rests on: the whole watch, or the part since a day that is harmful by itself. */
interface Ground {
  samples: Samples;
  baseline: Sample;
  /** The same of each business. */
  parts: { samples: Samples; baseline: Sample }[];
}

interface Judgement extends Ground {
  harmful: boolean;
  alpha: number;
  sinceDay: number;
}

function judge(guardrail: RateGuardrail | DropGuardrail, series: Series, alpha: number): Judgement {
  const { days } = series;
  const dayAlpha = alpha / 2 / HORIZON_DAYS;
  let since = groundOf(series);
  let bad: Judgement | undefined;
  // From the newest day back, so that the sums grow by one day each.
  for (let day = days.length - 1; day > 0; day--) {
    since = withDay(since, series, day);
    if (bad !== undefined || day < days.length - HORIZON_DAYS) continue;
    if (!isHarmful(guardrail, since, dayAlpha)) continue;
    bad = { ...since, harmful: true, alpha: dayAlpha, sinceDay: day };
  }
  const whole = withDay(since, series, 0);
  const harmful = isHarmful(guardrail, whole, alpha / 2);
  if (!harmful && bad !== undefined) return bad;
  return { ...whole, harmful, alpha: alpha / 2, sinceDay: 0 };
}

function groundOf({ baseline, parts }: Series): Ground {
  return {
    samples: NO_SAMPLES,
    baseline,
    parts: parts.map((part) => ({ samples: NO_SAMPLES, baseline: part.baseline })),
  };
}

/** A ground with one day more; the days of its parts end with it, and may begin later. */
function withDay(ground: Ground, { days, parts }: Series, day: number): Ground {
  return {
    ...ground,
    samples: addSamples(ground.samples, days[day] ?? NO_SAMPLES),
    parts: ground.parts.map((part, index) => {
      const own = parts[index]?.days ?? [];
      return { ...part, samples: addSamples(part.samples, own[day - days.length + own.length] ?? NO_SAMPLES) };
    }),
  };
}

function isHarmful(guardrail: RateGuardrail | DropGuardrail, ground: Ground, alpha: number): boolean {
  const { watched } = ground.samples;
  if (guardrail.kind === 'rate') return isAbove(guardrail.limit, watched.successes, watched.n, alpha);
  const { rag, other, drop } = compare(ground);
  if (rag.n < REVIEWS_WITH_RAG || other === null) return false;
  return isLower(rag, other, alpha) && (drop ?? 0) > guardrail.limit;
}

/** What a drop is measured against: the control arm, or what was before where that has too few reviews. */
function otherOf(control: Sample, baseline: Sample) {
  if (control.n >= REVIEWS_WITHOUT) return { sample: control, against: 'control' as const };
  if (baseline.n >= REVIEWS_WITHOUT) return { sample: baseline, against: 'baseline' as const };
  return { sample: null, against: null };
}

/**
 * The businesses that have both sides, added up, and 1 - p_rag / p_control with each against itself (Mantel and Haenszel,
 * JNCI 1959): one that approves less anyway, and has no control arm or a smaller one, is no loss. `drop` is null where
 * nothing of the control arm was approved.
 */
function compare({ samples, baseline, parts }: Ground) {
  const { against } = otherOf(samples.control, baseline);
  let [rag, other, withRag, without] = [NOTHING, NOTHING, 0, 0];
  for (const part of against === null ? [] : parts) {
    const one = part.samples.watched;
    const two = against === 'control' ? part.samples.control : part.baseline;
    if (one.n === 0 || two.n === 0) continue;
    rag = add(rag, one);
    other = add(other, two);
    withRag += (one.successes * two.n) / (one.n + two.n);
    without += (two.successes * one.n) / (one.n + two.n);
  }
  return {
    against,
    rag: against === null ? samples.watched : rag,
    other: other.n === 0 ? null : other,
    drop: without === 0 ? null : 1 - withRag / without,
  };
}

function figuresOf(guardrail: RateGuardrail | DropGuardrail, judgement: Judgement): GuardrailFigures {
  const { samples, alpha, sinceDay } = judgement;
  const { limit } = guardrail;
  if (guardrail.kind === 'rate') {
    const { successes, n } = samples.watched;
    return {
      numerator: successes,
      denominator: n,
      limit,
      sinceDay,
      estimate: n === 0 ? null : successes / n,
      interval: n === 0 ? null : rateInterval(successes, n, alpha),
      against: null,
      control: null,
    };
  }
  const { rag, other, drop, against } = compare(judgement);
  const difference = other === null ? null : differenceInterval(rag, other, alpha);
  return {
    numerator: rag.successes,
    denominator: rag.n,
    limit,
    sinceDay,
    estimate: drop,
    interval: difference === null ? null : { low: difference.low, high: difference.high },
    against,
    control: other,
  };
}

function inWords(guardrail: RateGuardrail | DropGuardrail, figures: GuardrailFigures): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const { estimate, numerator, denominator, limit, control, against, interval } = figures;
  if (guardrail.kind === 'rate') {
    return `${numerator} of ${denominator}, ${percent(estimate ?? 0)}, for certain above ${percent(interval?.low ?? 0)}; the limit is ${percent(limit)}`;
  }
  const other = against === 'baseline' ? 'before RAG (baseline)' : 'in the control arm';
  return `approved ${numerator} of ${denominator} with RAG against ${control?.successes ?? 0} of ${control?.n ?? 0} ${other}: down ${percent(estimate ?? 0)}; the limit is ${percent(limit)}`;
}

const NOTHING: Sample = { successes: 0, n: 0 };
const NO_SAMPLES: Samples = { watched: NOTHING, control: NOTHING };

function add(a: Sample, b: Sample): Sample {
  return { successes: a.successes + b.successes, n: a.n + b.n };
}

function addSamples(a: Samples, b: Samples): Samples {
  return { watched: add(a.watched, b.watched), control: add(a.control, b.control) };
}
