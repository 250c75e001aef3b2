import type { Channel, Sent } from './channels.ts';
import type { Notice } from './notice.ts';
import { figureWords, headline, linkOf } from './wording.ts';

/** The part of the `send_email` binding that is used: fields, from which Cloudflare writes the MIME. */
export interface EmailBinding {
  send(message: { from: { name: string; email: string }; to: string; subject: string; text: string }): Promise<unknown>;
}

export interface EmailSettings {
  from: string;
  to: string;
  publicUrl: string;
  timeoutMs: number;
}

const LONGEST_SUBJECT = 200;
/** One address and nothing else: no list, no name, no line end. */
const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+\.[^\s@<>,;:"()[\]\\]+$/;

export function createEmail(settings: EmailSettings, binding: EmailBinding | undefined): Channel {
  return {
    gap: gapOf(settings, binding),
    send: (notice) =>
      binding === undefined
        ? Promise.resolve<Sent>({ status: 'not-sent', code: 'no-binding', waitMs: null })
        : withTimeout(async () => binding.send(alertEmail(notice, settings)), settings.timeoutMs),
  };
}

function gapOf({ from, to }: EmailSettings, binding: EmailBinding | undefined): string | null {
  if (from === '') return 'not configured: ALERT_EMAIL_FROM';
  if (to === '') return 'not configured: ALERT_EMAIL_TO';
  if (!ADDRESS.test(from)) return 'ALERT_EMAIL_FROM is not an address';
  if (!ADDRESS.test(to)) return 'ALERT_EMAIL_TO is not an address';
  return binding === undefined ? 'not configured: the send_email binding ALERT_EMAIL' : null;
}

/** The mail of a notice. The subject is one line, whatever its title holds. */
export function alertEmail(notice: Notice, settings: Pick<EmailSettings, 'from' | 'to' | 'publicUrl'>) {
  const { detail, figures, rollbackCommand, businessId, incidentId, event } = notice;
  const link = linkOf(settings.publicUrl, notice);
  const lines = [
    detail,
    figures === null ? '' : figureWords(figures),
    rollbackCommand === null || event === 'resolved' ? '' : `Roll back:\n  ${oneLine(rollbackCommand)}`,
    link ?? '',
    [
      businessId === null ? null : `business ${businessId}`,
      incidentId === null ? null : `incident ${incidentId}`,
      `since ${notice.firedAt}`,
      `alert ${notice.alertId}`,
    ]
      .filter((part) => part !== null)
      .join('\n'),
  ];
  return {
    from: { name: 'Draftgate', email: settings.from },
    to: settings.to,
    subject: oneLine(headline(notice)).slice(0, LONGEST_SUBJECT).toWellFormed(),
    text: `${lines.filter((line) => line !== '').join('\n\n')}\n`,
  };
}

/** Headers end at every kind of line end, also at those that only some readers take for one. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** The binding takes no signal: after the limit nobody waits for it any more. */
async function withTimeout(send: () => Promise<unknown>, timeoutMs: number): Promise<Sent> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<Sent>((resolve) => {
    timer = setTimeout(() => resolve({ status: 'not-sent', code: 'timeout', waitMs: null }), timeoutMs);
  });
  const sent = send().then(
    (): Sent => ({ status: 'sent' }),
    (error: unknown): Sent => ({ status: 'not-sent', code: codeOf(error), waitMs: null }),
  );
  try {
    return await Promise.race([sent, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Cloudflare's own code, such as E_RATE_LIMIT_EXCEEDED; never the text, which may hold addresses. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^E_[A-Z_]{1,60}$/.test(code) ? code : 'refused';
}
