import { createRedactionSession, redactPii } from '../guards/pii/redact-pii.ts';
import { canonicalJson, sha256Hex } from '../lib/hash.ts';
import type { Address } from '../mail/address.ts';
import { addressKey } from '../mail/address-key.ts';
import { detectLanguage } from '../mail/detect-language.ts';
import { machineMail } from '../mail/machine-mail.ts';
import { ownWords, type ThreadMessage } from '../mail/read-turn.ts';

/** A mail that the business sent, with what stood before it in its thread. */
export interface SentMail {
  id: string;
  threadId: string;
  from: Address;
  to: Address[];
  cc: Address[];
  subject: string;
  text: string;
  html: string | null;
  headers: Record<string, string | string[]>;
  sentAt: Date;
  /** Newest first. */
  before: Pick<ThreadMessage, 'direction' | 'from' | 'subject' | 'text' | 'html'>[];
  /** Bodies that we drafted in this thread and that were approved without an edit. */
  unedited: string[];
}

export interface PreparedExample {
  /** Our id of the mail that it is about; the example goes when the mail goes. */
  messageRef: string;
  question: string;
  answer: string;
  language: string;
  systemWritten: boolean;
  sentAt: Date;
}

export const SKIP_REASONS = ['machine-mail', 'no-question', 'no-answer', 'duplicate', 'system-written-share'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export type Prepared =
  | { status: 'example'; example: PreparedExample }
  | { status: 'skipped'; messageRef: string; reason: SkipReason };

const QUESTION_LENGTH = 2_000;
const ANSWER_LENGTH = 4_000;
/** Shorter ones ("Thanks!", "Done.") show nobody how to answer. */
const SHORTEST_ANSWER = 20;
/** Whatever a business lets into its drafts, nothing private goes into the index. */
const REDACT_ALL = { emails: true, phones: true, nationalIds: true };

/** Question and answer of a sent mail: without quotes and signatures, private values redacted. Says why it makes no example. */
export function prepareSentMail(mail: SentMail): Prepared {
  const skipped = (reason: SkipReason): Prepared => ({ status: 'skipped', messageRef: mail.id, reason });
  const { headers, from, to, subject, text } = mail;
  const machine = machineMail({ headers, from, to, subject, text, ownAddresses: [from.address] });
  if (machine !== null && machine.skipReason !== 'SELF') return skipped('machine-mail');
  const answer = ownWords(mail);
  if (answer.length < SHORTEST_ANSWER) return skipped('no-answer');
  const question = questionBefore(mail);
  if (question === '') return skipped('no-question');
  const systemWritten = mail.unedited.some(
    (body) => normalised(ownWords({ text: body, html: null })) === normalised(answer),
  );
  return prepareExample({ messageRef: mail.id, question, answer, systemWritten, sentAt: mail.sentAt });
}

/** An example from texts that are the writers' own words already. */
export function prepareExample(input: Omit<PreparedExample, 'language'>): Prepared {
  const session = createRedactionSession(REDACT_ALL);
  const redact = (text: string, length: number) => redactPii(text.slice(0, length), session).text.trim();
  const question = redact(input.question, QUESTION_LENGTH);
  const answer = redact(input.answer, ANSWER_LENGTH);
  if (answer.length < SHORTEST_ANSWER) {
    return { status: 'skipped', messageRef: input.messageRef, reason: 'no-answer' };
  }
  return {
    status: 'example',
    example: { ...input, question, answer, language: detectLanguage(answer).language },
  };
}

/** The recipients' mails right before it, subject first: what a draft's query looks like. */
function questionBefore(mail: SentMail): string {
  const recipients = new Set([...mail.to, ...mail.cc].map(({ address }) => addressKey(address)));
  const answered = mail.before.findIndex(({ direction }) => direction === 'OUTBOUND');
  const turn = (answered === -1 ? mail.before : mail.before.slice(0, answered)).filter(({ from }) =>
    recipients.has(addressKey(from.address)),
  );
  const [newest] = turn;
  const words = turn.map(ownWords).filter(Boolean).reverse().join('\n\n');
  return newest === undefined || words === '' ? '' : `${newest.subject}\n${words}`.trim();
}

/** What is embedded: the question alone. A query is a question too, and the confidence was fitted to pairs of them. */
export function embeddedText(example: PreparedExample): string {
  return example.question;
}

/** SHA-256 over model and normalised texts: the same pair is embedded once, and again only for another model. */
export function contentHashOf(model: string, example: Pick<PreparedExample, 'question' | 'answer'>): Promise<string> {
  return sha256Hex(canonicalJson([model, normalised(example.question), normalised(example.answer)]));
}

function normalised(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}
