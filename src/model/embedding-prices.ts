/** US dollars for a million tokens, from OpenAI's price list; the offline encoder costs nothing. */
export const EMBEDDING_PRICES: Record<string, number> = {
  'text-embedding-3-small': 0.02,
  'text-embedding-3-large': 0.13,
  'offline-use-512': 0,
};
