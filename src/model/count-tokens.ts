/** Counts tokens of a text. */
export type CountTokens = (text: string) => number;

/** BPE is quadratic on unbroken runs (100,000 letters: seconds), so runs are cut first; a cut adds at most one token. */
const LONGEST_RUN = 256;
const RUNS = new RegExp(`\\S{${LONGEST_RUN}}(?=\\S)|\\s{${LONGEST_RUN}}(?=\\s)`, 'gu');

let loading: Promise<CountTokens> | undefined;

/**
 * The exact counter for models with the o200k_base vocabulary (gpt-4o and later). It is loaded on first use: the
 * vocabulary costs about 100 ms. Text that looks like a special token is counted as text.
 */
export function loadTokenCounter(): Promise<CountTokens> {
  loading ??= import('gpt-tokenizer/encoding/o200k_base').then(({ countTokens }) => {
    const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
    return (text: string) => cutRuns(text).reduce((sum, piece) => sum + countTokens(piece, asText), 0);
  });
  return loading;
}

function cutRuns(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const match of text.matchAll(RUNS)) {
    const end = match.index + match[0].length;
    pieces.push(text.slice(start, end));
    start = end;
  }
  pieces.push(text.slice(start));
  return pieces;
}
