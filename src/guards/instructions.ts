import type { Finding } from './finding.ts';
import { foldText } from './pii/fold-text.ts';

/** As many words in a row are no chance. */
const WORDS_IN_A_ROW = 8;
const WORD = /[\p{L}\p{N}]+/gu;

/** INSTRUCTIONS_REPEATED (block), once, where a body repeats eight words in a row of what the model was instructed. */
export function checkInstructions(body: string, instructions: string): Finding[] {
  const told = new Set(runsOf(instructions).map(({ run }) => run));
  const repeated = runsOf(body).find(({ run }) => told.has(run));
  if (repeated === undefined) return [];
  return [
    {
      code: 'INSTRUCTIONS_REPEATED',
      severity: 'block',
      message: 'The text repeats how the writer was instructed.',
      start: repeated.start,
      end: repeated.end,
    },
  ];
}

function runsOf(text: string): { run: string; start: number; end: number }[] {
  const folded = foldText(text);
  const words = [...folded.text.toLowerCase().matchAll(WORD)];
  const runs: { run: string; start: number; end: number }[] = [];
  for (let last = WORDS_IN_A_ROW - 1; last < words.length; last++) {
    const row = words.slice(last - WORDS_IN_A_ROW + 1, last + 1);
    const [first, final] = [row[0], row.at(-1)];
    if (first === undefined || final === undefined) continue;
    runs.push({
      run: row.map((word) => word[0]).join(' '),
      ...folded.toOriginal(first.index, final.index + final[0].length),
    });
  }
  return runs;
}
