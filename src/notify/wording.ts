import type { Notice, NoticeFigures } from './notice.ts';

const SEVERITIES = { critical: 'CRITICAL', warning: 'Warning', info: 'Info' } as const;

/** The first line of a notice: what happened, how bad, and to what. */
export function headline({ event, severity, title }: Notice): string {
  switch (event) {
    case 'fired':
      return `[${SEVERITIES[severity]}] ${title}`;
    case 'fired-again':
      return `[${SEVERITIES[severity]}] Again: ${title}`;
    case 'worsened':
      return `[${SEVERITIES[severity]}] Worse: ${title}`;
    case 'reminder':
      return `[${SEVERITIES[severity]}] Still: ${title}`;
    case 'resolved':
      return `[Resolved] ${title}`;
    case 'announced':
      return `[${SEVERITIES[severity]}] ${title}`;
    case 'test':
    case 'test-over':
      return `[Test] ${title}`;
  }
}

/** A figure in words: "value 0.012 (12 of 1000), interval 0.006 to 0.021, limit 0.01, last 24h". */
export function figureWords(figures: NoticeFigures): string {
  const { metric, value, numerator, denominator, low, high, threshold, window } = figures;
  const interval = low === null || high === null ? 'no interval' : `interval ${short(low)} to ${short(high)}`;
  return `${metric} ${value === null ? 'without value' : short(value)} (${numerator} of ${denominator}), ${interval}, limit ${short(threshold)}, ${window}`;
}

/** Up to four significant digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Where an operator looks on; null without a public address. */
export function linkOf(publicUrl: string, notice: Notice): string | null {
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl)) return null;
  const url = new URL('/admin/metrics/rag-pilot', publicUrl);
  if (notice.businessId !== null) url.searchParams.set('businessId', notice.businessId);
  return url.href;
}
