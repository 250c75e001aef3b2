/** Bits of a signature; a word sets one. With the words below, at most every fifth bit of an example is set. */
export const SIGNATURE_BITS = 512;
const QUESTION_WORDS = 64;
const ANSWER_WORDS = 32;
const QUERY_WORDS = 64;
/** A word is known by its beginning: "refund", "refunds", "refunded"; "Rechnung", "Rechnungen"; "sipariş", "siparişim". */
const STEM_LENGTH = 6;
const CHARACTERS_READ = 8_000;

/** The first `most` distinct stems of a text in order of appearance. Common ones stay: the search weighs words by their rarity. */
export function distinctStems(text: string, most: number): string[] {
  const stems = new Set<string>();
  for (const word of foldedWords(text.slice(0, CHARACTERS_READ))) {
    stems.add(word.slice(0, STEM_LENGTH));
    if (stems.size === most) break;
  }
  return [...stems];
}

/** Lower case, without accents and dots: customers leave them out. */
function foldedWords(text: string): string[] {
  const folded = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/ı/g, 'i');
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The bit that stands for a stem: FNV-1a over its UTF-16 units, folded. Stored signatures depend on it. */
export function bitOf(stem: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < stem.length; i++) hash = Math.imul(hash ^ stem.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % SIGNATURE_BITS;
}

/** The signature of an example as Postgres writes `bit(512)`: words of the question first, then of the answer. */
export function signatureOfExample(question: string, answer: string): string {
  const bits = new Array<string>(SIGNATURE_BITS).fill('0');
  const stems = [...distinctStems(question, QUESTION_WORDS), ...distinctStems(answer, ANSWER_WORDS)];
  for (const stem of stems) bits[bitOf(stem)] = '1';
  return bits.join('');
}

/** The bits that a query looks for, in order of appearance, each once. */
export function bitsOfQuery(query: string): number[] {
  return [...new Set(distinctStems(query, QUERY_WORDS).map(bitOf))];
}
