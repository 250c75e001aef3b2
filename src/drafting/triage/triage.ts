import { detectLanguage } from '../../mail/detect-language.ts';
import { INTENTS, type Intent, type RequiredTool } from '../../tools/intents.ts';
import type { TriageAnswer } from '../prompt-document.ts';
import { classifyIntent, type IntentGuess } from './classify-intent.ts';
import { type Entities, extractEntities } from './extract-entities.ts';

export interface TriageResult {
  intent: Intent;
  /** 0 to 1, of the intent. */
  confidence: number;
  /** What must be looked up and found before a model may write a body. */
  required: Exclude<RequiredTool, 'none'>[];
  /** ISO 639-1: the mail's where detected with confidence, else the fallback. */
  language: string;
  languageConfident: boolean;
  entities: Entities;
}

export interface TriageInput {
  subject: string;
  /** The customer's turn without quotes and signature. */
  text: string;
  /** ISO 639-1 of the thread's or the business's language. */
  fallbackLanguage: string;
}

/** Intent, language and entities of one turn, by code alone. */
export function triageMail({ subject, text, fallbackLanguage }: TriageInput): TriageResult {
  const detected = detectLanguage(text.trim() === '' ? subject : text);
  const language = detected.confident ? detected.language : fallbackLanguage;
  const entities = extractEntities(text, subject);
  const namesOrder = entities.named.some(({ kind }) => kind === 'order' || kind === 'tracking');
  const first = classifyIntent(text, subject, language, { namesOrder });
  // An unsure language may be the wrong lexicon: the better understood of the two wins.
  const second =
    detected.confident || detected.language === language || detected.language === 'und'
      ? first
      : classifyIntent(text, subject, detected.language, { namesOrder });
  const guess = second.confidence > first.confidence ? second : first;
  return {
    intent: guess.intent,
    confidence: guess.confidence,
    required: requiredTools(guess.required, alsoWanted(guess)),
    language,
    languageConfident: detected.confident,
    entities,
  };
}

const ALSO_WANTED_SCORE = 0.75;

/** Two questions in one mail: what the second needs is required too. */
function alsoWanted({ runnerUp, runnerUpScore = 0 }: IntentGuess): RequiredTool {
  return runnerUp && runnerUpScore >= ALSO_WANTED_SCORE ? INTENTS[runnerUp] : 'none';
}

function requiredTools(...tools: RequiredTool[]): TriageResult['required'] {
  return [...new Set(tools)].filter((tool) => tool !== 'none');
}

/**
 * A model's answer over an unsure guess of the code: its intent counts, and what it requires is added. It can add a
 * required tool but never take one away.
 */
export function mergeModelTriage(code: TriageResult, answer: TriageAnswer): TriageResult {
  return {
    ...code,
    intent: answer.intent,
    required: requiredTools(...code.required, INTENTS[answer.intent], answer.requiredTool),
  };
}
