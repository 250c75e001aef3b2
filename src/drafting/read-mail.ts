import type { Finding } from '../guards/finding.ts';
import { detectInjection } from '../guards/injection-detector.ts';
import { allRecipientsAre, recipientsOf } from '../guards/recipients.ts';
import { replySubject } from '../guards/subject.ts';
import type { Address } from '../mail/address.ts';
import { addressKey } from '../mail/address-key.ts';
import { machineMail } from '../mail/machine-mail.ts';
import { readTurn, type Turn } from '../mail/read-turn.ts';
import type { ClaimedWork } from './claim-work.ts';

/** What code makes of the mail before any model sees it: to whom the reply goes, about what, and whose orders it may name. */
export interface Mail {
  turn: Turn;
  /** Subject and text, for triage and search. */
  question: string;
  to: Address[];
  cc: Address[];
  subject: string;
  findings: Finding[];
  /** True where every recipient is this customer, and the sender is not known to be forged. */
  owns: (customerEmail: string) => boolean;
  /** The one customer that all recipients are, for look-ups; null where nothing may be disclosed. */
  customerKey: string | null;
}

/** Reads the claimed message in its thread. Nothing that a model returns is an input to this. */
export function readMail(work: ClaimedWork): Mail {
  const { message, business } = work;
  const turn = readTurn(work.messages, message.id);
  const recipients = recipientsOf({
    from: message.from,
    replyTo: message.replyTo,
    to: message.to,
    cc: message.cc,
    businessAddresses: ownAddresses(work),
    replyAll: business.replyAll,
  });
  const subject = replySubject(message.subject);
  const forged = message.dmarc === 'fail';
  const all = [...recipients.to, ...recipients.cc];
  const keys = new Set(all.map((recipient) => addressKey(recipient.address)));
  const [only] = keys;
  const findings = [...recipients.findings, ...subject.findings, ...detectInjection(`${turn.subject}\n${turn.text}`)];
  if (forged) {
    findings.push({
      code: 'SENDER_NOT_AUTHENTICATED',
      severity: 'warning',
      message: 'The sender failed DMARC: the address may be forged.',
    });
  }
  return {
    turn,
    question: `${turn.subject}\n${turn.text}`,
    to: recipients.to,
    cc: recipients.cc,
    subject: subject.subject,
    findings,
    owns: (customerEmail) => !forged && allRecipientsAre(recipients, customerEmail),
    customerKey: !forged && keys.size === 1 && only != null ? only : null,
  };
}

/** Why a mail gets no body, or null: a machine wrote it, or there is nobody to answer. */
export function skipOf(work: ClaimedWork, mail: Mail): string | null {
  const { message } = work;
  const machine = machineMail({
    headers: message.headers,
    from: message.from,
    to: message.to,
    replyTo: message.replyTo,
    ownAddresses: ownAddresses(work),
    subject: message.subject,
    text: message.text,
  });
  if (machine !== null) return machine.skipReason;
  return mail.to.length === 0 ? 'NO_RECIPIENT' : null;
}

/** The business's own addresses: those it named, and those that it wrote from in this thread. */
function ownAddresses(work: ClaimedWork): string[] {
  const { business, messages } = work;
  const written = messages.filter((message) => message.direction === 'OUTBOUND').map((message) => message.from.address);
  return [...business.mailAddresses, ...(business.supportEmail ? [business.supportEmail] : []), ...written];
}
