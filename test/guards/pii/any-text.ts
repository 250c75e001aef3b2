import fc from 'fast-check';

const SPECIAL = [
  '\r',
  '\n',
  '\0',
  '\u0085',
  '\u2028',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\ud800',
  '\udc00',
  '@',
  '"',
  '<',
  '[',
  '=?',
  '\u212a',
  '\uff20',
];

/** Hostile text: ASCII, any UTF-16 unit (also half a pair), any code point, and characters that guards look at. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(...SPECIAL),
  );
  return fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));
}
