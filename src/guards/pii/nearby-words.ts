const LOOK_BEHIND = 48;

/** Whether a word of the pattern stands shortly before the offset; the pattern sees at most 48 characters. */
export function isPrecededBy(text: string, offset: number, pattern: RegExp): boolean {
  return pattern.test(text.slice(Math.max(0, offset - LOOK_BEHIND), offset));
}

/** Whether a word of the pattern stands shortly before or after the range. */
export function isNear(text: string, start: number, end: number, pattern: RegExp): boolean {
  return isPrecededBy(text, start, pattern) || pattern.test(text.slice(end, end + LOOK_BEHIND));
}
