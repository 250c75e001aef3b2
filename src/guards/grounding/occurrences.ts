/** Where a global pattern matches in a text, for many questions about ranges of it. */
export interface Occurrences {
  /** Whether a match lies wholly between the two offsets. */
  within(start: number, end: number): boolean;
  /** The last match that ends at or before `offset`. */
  lastBefore(offset: number): { start: number; end: number } | undefined;
  /** The first match that starts at or behind `offset`. */
  firstFrom(offset: number): { start: number; end: number } | undefined;
  spans: readonly { start: number; end: number }[];
}

/** The first of spans sorted by their start that starts at or behind `offset`. */
export function firstStartingFrom<T extends { start: number }>(sorted: readonly T[], offset: number): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}

/** Runs the pattern once over the text; each question is then answered in logarithmic time. */
export function findOccurrences(
  text: string,
  pattern: RegExp,
  drop?: (start: number, end: number) => boolean,
): Occurrences {
  const spans: { start: number; end: number }[] = [];
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    if (drop?.(match.index, end) !== true) spans.push({ start: match.index, end });
  }
  const firstIndexFrom = (offset: number): number => {
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    spans,
    within: (start, end) => {
      const span = spans[firstIndexFrom(start)];
      return span !== undefined && span.end <= end;
    },
    firstFrom: (offset) => spans[firstIndexFrom(offset)],
    lastBefore: (offset) => {
      let index = firstIndexFrom(offset) - 1;
      while (index >= 0 && (spans[index]?.end ?? 0) > offset) index -= 1;
      return spans[index];
    },
  };
}

/** Offset of the beginning of the last `count` words before `offset`, not before `limit`. */
export function wordsBack(text: string, offset: number, count: number, limit: number): number {
  let at = offset;
  let words = 0;
  const floor = Math.max(limit, offset - 160);
  while (at > floor && text.charAt(at - 1) === ' ') at -= 1;
  while (at > floor) {
    if (text.charAt(at - 1) === ' ') {
      words += 1;
      if (words === count) break;
    }
    at -= 1;
  }
  return at;
}

/** Offset of the end of the first `count` words from `offset`, not behind `limit`. */
export function wordsAhead(text: string, offset: number, count: number, limit: number): number {
  let at = offset;
  let words = 0;
  const ceiling = Math.min(limit, offset + 160);
  while (at < ceiling && text.charAt(at) === ' ') at += 1;
  while (at < ceiling) {
    if (text.charAt(at) === ' ') {
      words += 1;
      if (words === count) break;
    }
    at += 1;
  }
  return at;
}
