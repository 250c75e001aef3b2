interface SnippetText {
  key: string;
  language: string;
  text: string;
  whenToUse: string;
}

const MOST_SNIPPETS = 5;
/** Words shorter than this say little about a question. */
const SHORTEST_WORD = 4;

/**
 * The snippets that share most words with the question, best first; those in the customer's language win a tie. A
 * snippet that shares none is not used.
 */
export function pickSnippets<T extends SnippetText>(snippets: T[], question: string, language: string): T[] {
  const asked = new Set(wordsOf(question));
  return snippets
    .map((snippet) => {
      const own = new Set(wordsOf(`${snippet.key} ${snippet.whenToUse} ${snippet.text}`));
      const shared = [...own].filter((word) => asked.has(word)).length;
      return { snippet, score: shared + (shared > 0 && snippet.language === language ? 0.5 : 0) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_SNIPPETS)
    .map(({ snippet }) => snippet);
}

function wordsOf(text: string): string[] {
  return text
    .toLocaleLowerCase('en')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= SHORTEST_WORD)
    .map((word) => word.slice(0, 6));
}
