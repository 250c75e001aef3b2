import type { Address } from './address.ts';
import { addressKey } from './address-key.ts';
import { foldCase } from './fold-case.ts';
import { MAIL_LOCALES } from './locales/mail-locales.ts';

export type SkipReason = 'AUTO_REPLY' | 'BOUNCE' | 'NEWSLETTER' | 'NO_REPLY_SENDER' | 'CALENDAR' | 'SELF';

export interface MachineMailInput {
  /** Names in any case. */
  headers: Record<string, string | string[]>;
  from: Address;
  subject: string;
  text: string;
  to?: Address[];
  /** The business's own addresses: a list that is one of them is a shared inbox. `to` stands in where they are unknown. */
  ownAddresses?: string[];
  /** A contact form sends from a no-reply address in a person's name: that person is answered. */
  replyTo?: Address[];
}

const locales = Object.values(MAIL_LOCALES);
const AUTO_REPLY_SUBJECTS = locales.flatMap((locale) => locale.autoReplySubject.map(foldCase));
const BOUNCE_SUBJECTS = locales.flatMap((locale) => locale.bounceSubject.map(foldCase));
const CALENDAR_SUBJECTS = locales.flatMap((locale) => locale.calendarSubject.map(foldCase));

const NO_REPLY =
  /^(?:no[._-]?reply|do[._-]?not[._-]?reply|dont[._-]?reply|noreply|donotreply|ne[._-]?pas[._-]?repondre|nepasrepondre|no[._-]?responder|no[._-]?contestar|noresponder|keine[._-]?antwort|nicht[._-]?antworten|bitte[._-]?nicht[._-]?antworten|yanitlamayin(?:iz)?|cevaplamayin(?:iz)?|unattended|auto[._-]?(?:mailer|confirm|reply|notify)|notifications?|notify|alerts?)(?:[._+-].*)?$|[._-](?:no-?reply|donotreply)$|^(?:bildirim|benachrichtigung(?:en)?)(?:[._+-].*)?$/;
const NO_REPLY_INSIDE = /(?:^|[._+-])no-?reply(?:$|[._+-])/;
const BOUNCER = /^(?:mailer-?daemon|postmaster|mail-?daemon|bounces?|bounce[+=._-].*|mdaemon)$/;
const NEWSLETTER_SENDER = /^(?:newsletters?|news|mailings?|marketing|promo(?:tions?)?|boletin|bulten|campaigns?)$/;
const CAMPAIGN_HEADERS = [
  'x-campaign',
  'x-campaignid',
  'x-campaign-id',
  'x-mc-user',
  'x-mailchimp-campaign',
  'x-csa-complaints',
  'x-mailgun-tag-newsletter',
  'x-sfmc-stack',
  'x-mailer-lid',
  'x-newsletter',
];

/**
 * Whether no person wrote a mail, and why; null where a person may have. By headers first (RFC 3834, RFC 2369, RFC 2919,
 * RFC 3464), then sender, then subject. What the mail is about never counts: a question about a newsletter is a question.
 */
export function machineMail(input: MachineMailInput): { skipReason: SkipReason } | null {
  const skipReason = reasonOf(input);
  return skipReason === null ? null : { skipReason };
}

function reasonOf({
  headers,
  from,
  subject,
  text,
  to = [],
  replyTo = [],
  ownAddresses,
}: MachineMailInput): SkipReason | null {
  const header = lowerNames(headers);
  const first = (name: string) => header.get(name)?.[0]?.trim().toLowerCase() ?? '';
  const local = foldCase(from.address.trim()).replace(/^</, '').split('@')[0] ?? '';
  const title = foldCase(subject.slice(0, 300)).trim();
  const contentType = first('content-type');

  const bounceSubject = BOUNCE_SUBJECTS.some((part) => startsOrFollows(title, part));
  const nullPath = header.has('return-path') && /^<\s*>$/.test(first('return-path'));
  if (contentType.startsWith('multipart/report')) {
    return /report-type\s*=\s*"?disposition-notification/.test(contentType) ? 'AUTO_REPLY' : 'BOUNCE';
  }
  if (BOUNCER.test(local) || header.has('x-failed-recipients')) return 'BOUNCE';
  if (bounceSubject && (nullPath || first('auto-submitted') !== '' || /\bmessage\/delivery-status\b/.test(contentType)))
    return 'BOUNCE';

  if (isCalendar(first, contentType, title)) return 'CALENDAR';

  const autoReplySubject = AUTO_REPLY_SUBJECTS.some((part) => isTitle(title, part));
  const submitted = first('auto-submitted').split(';')[0]?.trim() ?? '';
  const listed = isListed(header, ownAddresses ?? to.map(({ address }) => address));
  if (submitted !== '' && submitted !== 'no')
    return listed && !submitted.startsWith('auto-replied') ? 'NEWSLETTER' : 'AUTO_REPLY';
  if (
    [
      'x-autoreply',
      'x-autorespond',
      'x-autoresponder',
      'x-auto-reply',
      'x-autoreply-from',
      'x-mail-autoreply',
      'x-vacation',
    ].some((name) => header.has(name) && first(name) !== 'no')
  )
    return 'AUTO_REPLY';
  const precedence = first('precedence');
  if (precedence === 'auto_reply' || precedence === 'auto-reply') return 'AUTO_REPLY';
  if (autoReplySubject) return 'AUTO_REPLY';
  // Exchange sets this on some people's mail too: it counts only beside a subject that says so anywhere.
  if (
    header.has('x-auto-response-suppress') &&
    AUTO_REPLY_SUBJECTS.some((part) => title.includes(part)) &&
    !isReply(title)
  )
    return 'AUTO_REPLY';
  if (nullPath) return bounceSubject ? 'BOUNCE' : 'AUTO_REPLY';

  if (listed) return 'NEWSLETTER';
  if (isSelf(from, to)) return 'SELF';
  const answersTo = replyTo
    .map(({ address }) => addressKey(address))
    .filter((key) => key !== null && key !== addressKey(from.address));
  const person = answersTo.some((key) => !isNoReply(key?.split('@')[0] ?? ''));
  if (!person && isNoReply(local)) return 'NO_REPLY_SENDER';
  if (!person && NEWSLETTER_SENDER.test(local) && mentionsUnsubscribing(text)) return 'NEWSLETTER';
  return null;
}

function lowerNames(headers: Record<string, string | string[]>): Map<string, string[]> {
  const lowered = new Map<string, string[]>();
  for (const [name, value] of Object.entries(headers)) {
    const key = name.trim().toLowerCase();
    const values = Array.isArray(value) ? value : [value];
    // A value may be folded over lines.
    lowered.set(key, [
      ...(lowered.get(key) ?? []),
      ...values.map((text) => String(text).slice(0, 2000).replace(/\s+/g, ' ')),
    ]);
  }
  return lowered;
}

function isNoReply(local: string): boolean {
  return NO_REPLY.test(local) || NO_REPLY_INSIDE.test(local);
}

/**
 * A mailing list or a campaign; not where the list is the business's own address, as with a shared inbox that is a group:
 * to draft for a list post costs less than to skip every customer.
 */
function isListed(header: Map<string, string[]>, addresses: readonly string[]): boolean {
  const own = new Set(addresses.map((address) => address.trim().toLowerCase()));
  const ownList = [...own].map((address) => address.replace('@', '.'));
  const listId = (header.get('list-id') ?? []).join(' ').toLowerCase();
  const listPost = (header.get('list-post') ?? []).join(' ').toLowerCase();
  const ours =
    ownList.some((name) => listId.includes(`<${name}>`)) ||
    [...own].some((address) => listPost.includes(`<mailto:${address}`));
  if (ours) return false;
  if (
    ['list-id', 'list-unsubscribe', 'list-post', 'mailing-list', 'x-mailing-list', 'list-unsubscribe-post'].some(
      (name) => header.has(name),
    )
  )
    return true;
  if (['bulk', 'list', 'junk'].includes(header.get('precedence')?.[0]?.trim().toLowerCase() ?? '')) return true;
  return CAMPAIGN_HEADERS.some((name) => header.has(name));
}

function isCalendar(first: (name: string) => string, contentType: string, title: string): boolean {
  if (contentType.startsWith('text/calendar') || first('content-class').includes('calendarmessage')) return true;
  if (/\bmethod\s*=\s*"?(?:request|reply|cancel|counter)/.test(contentType)) return true;
  const calendarSender = first('sender').includes('calendar-notification@') || first('x-ms-has-calendar') !== '';
  return calendarSender && CALENDAR_SUBJECTS.some((part) => title.startsWith(part));
}

function isSelf(from: Address, to: readonly Address[]): boolean {
  const sender = addressKey(from.address);
  return sender !== null && to.length > 0 && to.every(({ address }) => addressKey(address) === sender);
}

/** "Re: Automatic reply: …" was written by a person who answers one. */
function isReply(title: string): boolean {
  return /^(?:re|aw|ynt|ynt\.|cvp|rép|rv|fwd?|wg|ilt|tr|sv|antw)\s?:/.test(title);
}

/** The subject begins with these words and they end there: "Out of office", not "Out of office chairs". */
function isTitle(title: string, words: string): boolean {
  if (!title.startsWith(words)) return false;
  return (
    words.endsWith(':') ||
    /^(?:$|\s*[:\-–—([|,.!]|\s+(?:re|aw|until|till|bis|from|vom|von|jusqu|du|hasta|del)\b)/.test(
      title.slice(words.length),
    )
  );
}

function startsOrFollows(title: string, words: string): boolean {
  return title.startsWith(words) || title.includes(`: ${words}`) || title.includes(`(${words}`);
}

function mentionsUnsubscribing(text: string): boolean {
  const end = foldCase(text.slice(-1500));
  return [
    'unsubscribe',
    'abmelden',
    'abbestellen',
    'aboneliğinizi',
    'abonelikten',
    'désabonner',
    'désinscrire',
    'darse de baja',
    'cancelar la suscripción',
  ].some((word) => end.includes(word));
}
