import type { Address } from '../mail/address.ts';
import { addressKey } from '../mail/address-key.ts';
import type { Finding } from './finding.ts';
import { foldText } from './pii/fold-text.ts';
import { cleanHeaderValue } from './subject.ts';

const LONGEST_NAME = 100;
/** A reply to more people than this is a mailing list's work. */
const MOST_RECIPIENTS = 50;

export interface ThreadParticipants {
  from: Address;
  replyTo?: Address[] | Address;
  to: Address[];
  cc: Address[];
  businessAddresses: string[];
  /** The business's profile says that replies go to everybody on the mail. */
  replyAll: boolean;
}

export interface Recipients {
  to: Address[];
  cc: Address[];
  bcc: [];
  findings: Finding[];
}

/**
 * Who a reply goes to, from the thread alone: Reply-To where it is valid, else From; cc only for businesses that reply to
 * all. No model output is an input. Addresses come back plain, display names cleaned. Without anybody left it blocks.
 */
export function recipientsOf(participants: ThreadParticipants): Recipients {
  const findings: Finding[] = [];
  const own = new Set(participants.businessAddresses.map(addressKey).filter((key) => key !== null));
  const taken = new Set<string>();

  const accept = (candidates: readonly Address[]): Address[] => {
    const accepted: Address[] = [];
    for (const candidate of candidates) {
      const key = addressKey(candidate.address);
      if (key === null) {
        addOnce(
          findings,
          'INVALID_RECIPIENT',
          'warning',
          'The mail names a recipient that is not one plain mail address; it was left out.',
        );
      } else if (!own.has(key) && !taken.has(key)) {
        if (taken.size >= MOST_RECIPIENTS) {
          addOnce(
            findings,
            'TOO_MANY_RECIPIENTS',
            'warning',
            `The mail names more than ${MOST_RECIPIENTS} people; the rest was left out.`,
          );
          break;
        }
        taken.add(key);
        accepted.push(shownAs(candidate, findings));
      }
    }
    return accepted;
  };

  const replyTo = participants.replyTo === undefined ? [] : [participants.replyTo].flat();
  let to = accept(replyTo);
  if (to.length > 0) addReplyToFindings(participants.from, to, findings);
  else to = accept([participants.from]);
  const cc = participants.replyAll ? accept([...participants.to, ...participants.cc]) : [];
  if (to.length === 0) {
    findings.push({
      code: 'NO_RECIPIENT',
      severity: 'block',
      message: 'The mail names nobody that a reply could go to.',
    });
  }
  return { to, cc, bcc: [], findings };
}

function addReplyToFindings(from: Address, to: Address[], findings: Finding[]): void {
  const sender = addressKey(from.address);
  const others = to.map(({ address }) => addressKey(address)).filter((key) => key !== null && key !== sender);
  if (others.length === 0) return;
  findings.push({
    code: 'REPLY_TO_DIFFERS',
    severity: 'info',
    message: 'Answers go to another address than the mail came from.',
  });
  if (others.some((key) => domainOf(key) !== domainOf(sender))) {
    findings.push({
      code: 'FOREIGN_REPLY_TO',
      severity: 'warning',
      message: 'Answers go to an address of another domain than the mail came from.',
    });
  }
}

function domainOf(key: string | null): string {
  return key?.slice(key.lastIndexOf('@') + 1) ?? '';
}

/** The plain address, its domain in ASCII so that look-alikes show, and a name that claims no other address. */
function shownAs({ address, name }: Address, findings: Finding[]): Address {
  const key = addressKey(address) as string;
  const written = address.trim();
  const plain = `${written.slice(0, written.indexOf('@'))}@${domainOf(key)}`;
  const cleaned = cleanDisplayName(name ?? '');
  if (cleaned === '') return { address: plain };
  if (imitatesAddress(cleaned, key)) {
    addOnce(
      findings,
      'DISPLAY_NAME_IMITATES_ADDRESS',
      'warning',
      'A display name shows another address than the real one; it was removed.',
    );
    return { address: plain };
  }
  return { address: plain, name: cleaned };
}

/** A display name without encoded words, control and invisible characters, quotes and angle brackets; 100 characters. */
export function cleanDisplayName(name: string): string {
  const cleaned = cleanHeaderValue(name)
    .replace(/["<>\\]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return Array.from(cleaned.slice(0, 2 * LONGEST_NAME))
    .slice(0, LONGEST_NAME)
    .join('')
    .trim();
}

/** Whether a name contains something like an address that is not the address it stands before. */
function imitatesAddress(name: string, key: string): boolean {
  const folded = foldText(name).text.toLowerCase();
  if (!/@|[[({]\s?at\s?[\])}]/.test(folded)) return false;
  const compact = folded.replace(/\s*[[({]\s?at\s?[\])}]\s*/g, '@').replace(/\s*@\s*/g, '@');
  const claimed = compact.match(/[^\s,;:()'[\]]*@[^\s,;:()'[\]]*/g) ?? [];
  return claimed.some((claim) => claim.replace(/^\.+|\.+$/g, '') !== key);
}

/** Whether there are recipients and each of them, in to, cc and bcc, is this one customer: who may be told of an order. */
export function allRecipientsAre(
  recipients: { to: Address[]; cc: Address[]; bcc?: Address[] },
  customerEmail: string,
): boolean {
  const customer = addressKey(customerEmail);
  const everybody = [...recipients.to, ...recipients.cc, ...(recipients.bcc ?? [])];
  return (
    customer !== null && everybody.length > 0 && everybody.every(({ address }) => addressKey(address) === customer)
  );
}

function addOnce(findings: Finding[], code: string, severity: Finding['severity'], message: string): void {
  if (!findings.some((finding) => finding.code === code)) findings.push({ code, severity, message });
}
