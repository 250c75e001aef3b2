import type { CountTokens } from '../model/count-tokens.ts';
import type { ComposeDocument, PromptSource } from './prompt-document.ts';

/** Reported usage is about `factor` × counted + `constant`. */
export interface TokenCorrection {
  constant: number;
  factor: number;
}

export type BudgetResult =
  | { status: 'fits'; document: ComposeDocument; countedTokens: number; predictedTokens: number; dropped: string[] }
  /** Instructions and tool results alone are over the budget. */
  | { status: 'does-not-fit'; dropped: string[] };

/** Whatever was learned of a model, a prompt is taken for at least this share of what we count. */
const LEAST_SHARE = 0.5;
/** Longest thing that is not cut of the customer's own turn, in characters, when it has to be cut. */
const MINIMUM_MAIL_LENGTH = 200;

/**
 * Makes a prompt fit `budget` tokens (as the API will report them): examples go first (the last one first), then snippets,
 * then old thread turns (the oldest first), then the end of an overlong mail. Tool results are never dropped or cut.
 */
export function fitBudget(
  document: ComposeDocument,
  options: { instructions: string; budget: number; correction: TokenCorrection; countTokens: CountTokens },
): BudgetResult {
  const { countTokens, correction, budget } = options;
  const corrected = (tokens: number) =>
    Math.ceil(Math.max(tokens * LEAST_SHARE, tokens * correction.factor + correction.constant));
  const fixed = countTokens(options.instructions);
  let counted = 0;
  const measure = (candidate: ComposeDocument) => {
    counted = fixed + countTokens(JSON.stringify(candidate));
    return corrected(counted);
  };
  const dropped: string[] = [];
  let current = cutOverlongMail(document, budget, dropped);
  let predicted = measure(current);

  const drop = (kind: PromptSource['kind']) => {
    for (let i = current.sources.length - 1; i >= 0 && predicted > budget; i--) {
      const source = current.sources[i];
      if (source?.kind !== kind) continue;
      current = { ...current, sources: current.sources.filter((_, at) => at !== i) };
      dropped.push(`${kind}:${source.index}`);
      predicted = measure(current);
    }
  };
  drop('example');
  drop('snippet');
  while (predicted > budget && current.thread.length > 0) {
    // Half of what is left at a time: a thread of many long turns is not counted turn by turn.
    const cut = Math.max(1, Math.floor(current.thread.length / 2));
    current = { ...current, thread: current.thread.slice(cut) };
    dropped.push(`turns:${cut}`);
    predicted = measure(current);
  }
  while (predicted > budget && current.customerMail.text.length > MINIMUM_MAIL_LENGTH) {
    const share = Math.min(0.9, (budget / predicted) * 0.95);
    const keep = Math.max(MINIMUM_MAIL_LENGTH, Math.floor(current.customerMail.text.length * share));
    current = { ...current, customerMail: { ...current.customerMail, text: cutAt(current.customerMail.text, keep) } };
    if (!dropped.includes('mail:end')) dropped.push('mail:end');
    predicted = measure(current);
  }
  if (predicted > budget) return { status: 'does-not-fit', dropped };
  return { status: 'fits', document: current, countedTokens: counted, predictedTokens: predicted, dropped };
}

/** Text has hardly ever more characters a token than this: what is beyond cannot fit, and counting it would take seconds. */
const MOST_CHARACTERS_A_TOKEN = 16;

function cutOverlongMail(document: ComposeDocument, budget: number, dropped: string[]): ComposeDocument {
  const { customerMail } = document;
  const longest = Math.max(MINIMUM_MAIL_LENGTH, budget * MOST_CHARACTERS_A_TOKEN);
  if (customerMail.text.length <= longest) return document;
  dropped.push('mail:end');
  return { ...document, customerMail: { ...customerMail, text: cutAt(customerMail.text, longest) } };
}

/** The first `length` UTF-16 units, not splitting a surrogate pair. */
function cutAt(text: string, length: number): string {
  const end = /[\uD800-\uDBFF]/.test(text[length - 1] ?? '') ? length - 1 : length;
  return text.slice(0, end);
}
