export interface Progress {
  status: string;
  total: number;
  settled: number;
  failed: number;
}

interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
/** On a pipe, a line at least so often, and whenever the status changes. */
const LINE_EVERY_MS = 10_000;
/** The rate is that of so many last milliseconds. */
const RATE_WINDOW_MS = 30_000;

/** Shows progress with rate and time left: one line that is written over on a terminal, plain lines on a pipe. */
export function createProgressLine(output: Output) {
  const seen: { at: number; settled: number }[] = [];
  let lastLineAt = Number.NEGATIVE_INFINITY;
  let lastStatus = '';

  return {
    /** `now` in milliseconds. */
    show(progress: Progress, now: number): void {
      seen.push({ at: now, settled: progress.settled });
      while (seen.length > 2 && (seen[0]?.at ?? now) < now - RATE_WINDOW_MS) seen.shift();
      const text = progressText(progress, rateOf(seen));
      if (output.isTTY === true) {
        output.write(`\r\u001b[2K${text.slice(0, Math.max(20, (output.columns ?? 80) - 1))}`);
        return;
      }
      if (now - lastLineAt < LINE_EVERY_MS && progress.status === lastStatus) return;
      lastLineAt = now;
      lastStatus = progress.status;
      output.write(`${text}\n`);
    },
    end(): void {
      if (output.isTTY === true) output.write('\n');
    },
  };
}

/** Mails a second over the window. */
function rateOf(seen: { at: number; settled: number }[]): number {
  const [first] = seen;
  const last = seen.at(-1);
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return ((last.settled - first.settled) * 1000) / (last.at - first.at);
}

/** One line: bar, share, counts, rate, time left. */
export function progressText({ status, total, settled, failed }: Progress, rate: number): string {
  const share = total === 0 ? 0 : settled / total;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}`;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  const left = rate > 0 ? `, ${timeText((total - settled) / rate)} left` : '';
  return `[${bar}] ${(share * 100).toFixed(0).padStart(3)} %  ${settled}/${total} ${status}${failures}, ${rate.toFixed(1)}/s${left}`;
}

/** "2 h 05 min", "4 min 09 s", "12 s". */
function timeText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s` : `${whole} s`;
}
