import type { Address } from './address.ts';
import { addressKey } from './address-key.ts';
import { htmlToText } from './html-to-text.ts';
import { stripQuotes } from './strip-quotes.ts';
import { stripSignature } from './strip-signature.ts';

export interface ThreadMessage {
  id: string;
  direction: 'INBOUND' | 'OUTBOUND';
  from: Address;
  to: Address[];
  cc: Address[];
  subject: string;
  text: string;
  html: string | null;
  sentAt: Date;
}

export interface Turn {
  /** The customer's words to answer: consecutive messages joined, without quotes and signatures. */
  text: string;
  subject: string;
  /** Earlier turns, oldest first: only mail that the sender wrote or was sent. */
  earlier: { from: 'customer' | 'business'; sentAt: Date; text: string }[];
}

/**
 * The turn that `messageId` belongs to: the sender's consecutive messages around it, up to the business's mails before and
 * after. `messages` are one thread, oldest first. What others wrote in the thread is left out: it may not be theirs to see.
 */
export function readTurn(messages: ThreadMessage[], messageId: string): Turn {
  const position = messages.findIndex((message) => message.id === messageId);
  const target = messages[position];
  if (target === undefined) throw new Error('the message is not in its thread');
  const sender = addressKey(target.from.address);
  const writtenBySender = (message: ThreadMessage) =>
    message.direction === 'INBOUND' && sender !== null && addressKey(message.from.address) === sender;
  const sentToSender = (message: ThreadMessage) =>
    message.direction === 'OUTBOUND' &&
    sender !== null &&
    [...message.to, ...message.cc].some((address) => addressKey(address.address) === sender);

  let first = position;
  while (first > 0 && messages[first - 1]?.direction === 'INBOUND') first -= 1;
  let last = position;
  while (last < messages.length - 1 && messages[last + 1]?.direction === 'INBOUND') last += 1;

  const turn = messages
    .slice(first, last + 1)
    .filter((message) => message.id === messageId || writtenBySender(message));
  const earlier = messages.slice(0, first).filter((message) => writtenBySender(message) || sentToSender(message));
  return {
    text: turn.map(ownWords).filter(Boolean).join('\n\n'),
    subject: target.subject,
    earlier: earlier.map((message) => ({
      from: message.direction === 'INBOUND' ? 'customer' : 'business',
      sentAt: message.sentAt,
      text: ownWords(message),
    })),
  };
}

/** What the writer of a mail wrote in it: text (or its HTML as text) without quotes and signature. */
export function ownWords(message: Pick<ThreadMessage, 'text' | 'html'>): string {
  const text = message.text.trim() !== '' || message.html === null ? message.text : htmlToText(message.html);
  return stripSignature(stripQuotes(text).reply).text.trim();
}
