/** Half-open span of a folded text. */
export interface Span {
  start: number;
  end: number;
}

/** Sentences and, within them, clauses of a folded text, as sorted boundary offsets. */
export interface Segments {
  sentenceAt(offset: number): Span;
  clauseAt(offset: number): Span;
}

function spanLookup(boundaries: readonly number[], length: number): (offset: number) => Span {
  return (offset) => {
    let low = 0;
    let high = boundaries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((boundaries[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { start: low === 0 ? 0 : (boundaries[low - 1] ?? 0), end: boundaries[low] ?? length };
  };
}

const ABBREVIATION =
  /(?:^|[^a-z0-9])(?:nr|no|num|ca|approx|mr|mrs|ms|dr|st|z\.b|z\. b|bzw|inkl|evtl|tel|ref|art|mme|sr|sra|vb|vs|e\.g|i\.e|usw|[a-z])$/;

/** A comma, semicolon or dash, and brackets unless they hold a single word: "order (#123) was" is one clause. */
const CLAUSE_END = /[,;](?=[ \n"(]|$)|[ \n]\((?![^\s()]{1,40}\))|(?<!\([^\s()]{1,40})\)|[ ]-(?=[ ])/g;

/**
 * Cuts a folded text into sentences (a stop or line end) and clauses (a comma, bracket, dash or one of
 * `conjunctions`). `isLowerCase` tells the case that folding took away: a stop before a small letter ends nothing.
 */
export function segmentText(
  text: string,
  conjunctions: RegExp,
  monthOrDay: RegExp,
  isLowerCase: (offset: number) => boolean,
): Segments {
  const sentences: number[] = [];
  const clauses: number[] = [];
  for (const match of text.matchAll(/\n|[.!?…]["')\]]{0,3}(?=[ \n])/g)) {
    const at = match.index;
    const end = at + match[0].length;
    if (match[0] !== '\n' && match[0].startsWith('.')) {
      if (text.charAt(end) === ' ' && isLowerCase(end + 1)) continue;
      const before = text.slice(Math.max(0, at - 8), at);
      if (ABBREVIATION.test(before)) continue;
      // "24. Dezember" and "24. 12. 2026" are dates, not ends.
      if (/\d$/.test(before) && /^ \d{1,2}\. ?\d/.test(text.slice(end, end + 7)) && /(?:^|\D)\d{1,2}$/.test(before))
        continue;
      if (/(?:^|\D)\d{1,2}$/.test(before)) {
        monthOrDay.lastIndex = end + 1;
        if (monthOrDay.test(text)) continue;
      }
    }
    sentences.push(end);
    clauses.push(end);
  }
  for (const match of text.matchAll(CLAUSE_END)) clauses.push(match.index + match[0].length);
  for (const match of text.matchAll(conjunctions)) clauses.push(match.index);
  clauses.sort((left, right) => left - right);
  return { sentenceAt: spanLookup(sentences, text.length), clauseAt: spanLookup(clauses, text.length) };
}
