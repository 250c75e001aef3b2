import { describe, expect, it } from 'vitest';
import { createProgressLine } from '../../scripts/lib/progress-line.ts';

function output(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 120, write: (text: string) => written.push(text) };
}
const at = (settled: number, status = 'running', failed = 0) => ({ status, total: 1_000, settled, failed });

describe('the progress of a command', () => {
  it('is one line that is written over on a terminal, with rate and time left', () => {
    const terminal = output(true);
    const line = createProgressLine(terminal);
    line.show(at(0), 0);
    line.show(at(100), 10_000);
    line.end();
    expect(terminal.written[1]).toBe(
      '\r\u001b[2K[###---------------------------]  10 %  100/1000 running, 10.0/s, 1 min 30 s left',
    );
    expect(terminal.written.at(-1)).toBe('\n');
  });

  it('is plain lines on a pipe: one in ten seconds, and one for each status', () => {
    const pipe = output(false);
    const line = createProgressLine(pipe);
    for (let second = 0; second <= 20; second++) line.show(at(second * 10), second * 1_000);
    line.show(at(200, 'stalled', 3), 20_500);
    line.end();
    expect(pipe.written).toHaveLength(4);
    expect(pipe.written.join('')).not.toContain('\u001b');
    expect(pipe.written.at(-1)).toMatch(/200\/1000 stalled, 3 failed, .*\n$/);
  });
});
