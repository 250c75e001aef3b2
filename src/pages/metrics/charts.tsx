import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';

const WIDTH = 320;
const HEIGHT = 90;
const MARGIN = { top: 6, right: 4, bottom: 4, left: 4 };

export interface ChartPoint {
  /** Milliseconds since 1970. */
  at: number;
  /** Null: no sample in this bucket; the line has a gap. */
  value: number | null;
}

/** A small line over time, with the target as a band's edge and marks for what happened. Drawn on the server; needs no script. */
export function TrendChart({
  points,
  domain,
  target,
  marks,
  label,
}: {
  points: ChartPoint[];
  domain: { from: number; to: number; low: number; high: number };
  target: number[];
  marks: { at: number; text: string }[];
  label: string;
}) {
  const x = scaleLinear([domain.from, domain.to], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([domain.low, domain.high], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const path = line<ChartPoint>()
    .defined(({ value }) => value !== null)
    .x(({ at }) => round(x(at)))
    .y(({ value }) => round(y(value ?? 0)))(points);
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
      {target.map((value) => (
        <line class="chart-target" x1="0" x2={WIDTH} y1={round(y(value))} y2={round(y(value))} />
      ))}
      {marks.map(({ at, text }) => (
        <line class="chart-mark" x1={round(x(at))} x2={round(x(at))} y1="0" y2={HEIGHT}>
          <title>{text}</title>
        </line>
      ))}
      {path === null ? null : <path class="chart-line" d={path} />}
      {points.map(({ at, value }) =>
        value === null ? null : <circle class="chart-point" cx={round(x(at))} cy={round(y(value))} r="2.2" />,
      )}
    </svg>
  );
}

/** Upright bars, one a bin. */
export function BarChart({ values, label }: { values: number[]; label: string }) {
  const width = WIDTH / Math.max(1, values.length);
  const y = scaleLinear([0, Math.max(1, ...values)], [0, HEIGHT - MARGIN.top]);
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} preserveAspectRatio="none">
      {values.map((value, index) => (
        <rect
          class="chart-bar"
          x={round(index * width + 2)}
          y={round(HEIGHT - y(value))}
          width={round(Math.max(1, width - 4))}
          height={round(y(value))}
        >
          <title>{String(value)}</title>
        </rect>
      ))}
    </svg>
  );
}

/** A bar from 0 to `most`; for lists of durations. */
export function Bar({ value, most }: { value: number; most: number }) {
  const width = most <= 0 ? 0 : (100 * value) / most;
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="chart-bar" x="0" y="0" width={round(width)} height="10" />
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
