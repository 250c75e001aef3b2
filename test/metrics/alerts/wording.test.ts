import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, plainWords } from '../../../src/metrics/alerts/plain-words.ts';
import { alertEmail } from '../../../src/notify/email.ts';
import type { Notice } from '../../../src/notify/notice.ts';
import { pagerDutyEvent } from '../../../src/notify/pagerduty.ts';
import { retryAfterMs } from '../../../src/notify/post-json.ts';
import { escapeSlack, slackMessage } from '../../../src/notify/slack.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        '<',
        '&',
        '>',
        '`',
        '```',
        '\r\n',
        '\u2028',
        '\u0085',
        '\0',
        '<!channel>',
        '\ud83d',
        'Bcc: ',
        'x',
        '\u202e',
      ),
      {
        maxLength: 400,
      },
    )
    .map((parts) => parts.join('')),
);

const noticeOf = (title: string, detail: string, rollbackCommand: string): Notice => ({
  event: 'fired',
  alertId: 'alr_1',
  kind: 'metric',
  severity: 'critical',
  title,
  detail,
  figures: null,
  businessId: 'b&<1>',
  incidentId: null,
  rollbackCommand,
  firedAt: '2026-11-20T12:00:00Z',
  at: '2026-11-20T12:00:00Z',
});

describe('texts of notices, whatever stands in them', () => {
  it('have one line, no unseen characters, and keep to their length', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 200 }), (text, longest) => {
        for (const line of [plainWords(text, longest), oneLine(text, longest)]) {
          expect(line.length).toBeLessThanOrEqual(longest);
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(line.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it('make a mail whose headers have one line each, also where nobody cleaned the title', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, detail) => {
        const mail = alertEmail(noticeOf(title, detail, 'x'), {
          from: 'a@b.example',
          to: 'c@d.example',
          publicUrl: '',
        });
        expect(mail.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(mail.subject.isWellFormed()).toBe(true);
        expect([mail.to, mail.from.email]).toEqual(['c@d.example', 'a@b.example']);
      }),
    );
  });

  it('stay texts in Slack: nothing is mentioned, linked or left open, and every block keeps to its limit', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (title, detail, command) => {
        const { text, blocks } = slackMessage(noticeOf(title, detail, command), { channel: '', publicUrl: '' });
        const shown = blocks
          .slice(1)
          .map((block) => ('text' in block ? block.text?.text : block.elements?.[0]?.text) ?? '');
        for (const each of [text, ...shown]) {
          expect(each).not.toMatch(/[<>]/);
          expect(each.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
          expect(each.length).toBeLessThanOrEqual(3_000);
        }
        expect(JSON.stringify(blocks).split('```').length).toBeLessThanOrEqual(
          3 + title.split('```').length + detail.split('```').length,
        );
      }),
    );
  });

  it('are cut before they are escaped', () => {
    expect(escapeSlack('&'.repeat(5_000), 3_000).length).toBeLessThanOrEqual(3_000);
    expect(escapeSlack('&'.repeat(5_000), 3_000)).toMatch(/^(?:&amp;)+…$/);
  });

  it('keep to the length of a PagerDuty summary', () => {
    const event = pagerDutyEvent(noticeOf('x'.repeat(5_000), '', ''), { routingKey: 'r', publicUrl: '' });
    expect(event).toMatchObject({ payload: { source: 'draftgate' } });
    expect('payload' in event && event.payload.summary.length).toBe(1_024);
  });

  it('keep numbers of metrics, times and ids as they are', () => {
    const text =
      'retrievalTimeouts 0.1234 (1234 of 10000), interval 0.1 to 0.15, limit 0.1, since 2026-11-27T01:55:44.366Z; ramp rmp_01m8dbcjhzra0qqkvgryej94ve, 99,998 of 100000 rows';
    expect(plainWords(text, 2_000)).toBe(text);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  it.each([
    ['120', 120_000],
    ['Fri, 20 Nov 2026 12:01:00 GMT', 60_000],
    ['Fri, 20 Nov 2026 11:59:00 GMT', null],
    ['0', null],
    ['-5', null],
    ['soon', null],
    ['99999999999', 43_200_000],
    [null, null],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
