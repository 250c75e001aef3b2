import { describe, expect, it } from 'vitest';
import { guardBody } from '../../src/drafting/guard-body.ts';
import type { VerificationTemplate } from '../../src/drafting/policy.ts';
import { TEMPLATE_TEXTS } from '../../src/drafting/templates/template-texts.ts';
import { withClosing, writeVerification } from '../../src/drafting/templates/write-verification.ts';
import { blockingClaims, groundBody } from '../../src/guards/grounding/ground-body.ts';
import { LANGUAGES } from '../../src/lib/languages.ts';
import { detectLanguage } from '../../src/mail/detect-language.ts';

const TEMPLATES: VerificationTemplate[] = ['order', 'appointment', 'check'];
const ALL = LANGUAGES.flatMap((language) => TEMPLATES.map((template) => ({ language, template })));
const business = { name: 'Corner Shop', locale: 'en', signature: null };
const evidence = {
  orders: [],
  appointments: [],
  snippets: [],
  profile: { name: 'Corner Shop', locale: 'en', timeZone: 'UTC' },
  customerText: '',
  mailSentAt: '2026-11-09T09:30:00Z',
};

describe.each(ALL)('the template $template in $language', ({ language, template }) => {
  const body = writeVerification(template, language, business);

  it('states no fact and promises nothing', () => {
    const claims = groundBody({ body, language, mailSentAt: evidence.mailSentAt, evidence });
    expect(claims).toEqual([]);
    expect(blockingClaims(claims)).toEqual([]);
  });

  it('passes every guard that a model’s body has to pass', () => {
    const verdict = guardBody({
      body,
      language,
      languageConfident: true,
      evidence,
      piiPolicy: { emails: true, phones: true, nationalIds: true },
      redaction: null,
    });
    expect(verdict).toMatchObject({ verdict: 'pass', body, findings: [] });
  });

  it('has no placeholder and nothing unfilled', () => {
    expect(body).not.toMatch(/[[\]{}<>$%_]|undefined|null|\d/);
  });

  it('is in its language', () => {
    expect(detectLanguage(body)).toEqual({ language, confident: true });
  });

  it('greets, thanks, says what is needed, and is signed by the business', () => {
    const texts = TEMPLATE_TEXTS[language];
    expect(body).toBe(
      [texts.greeting, texts.thanks, texts.paragraphs[template], `${texts.closing}\nCorner Shop`].join('\n\n'),
    );
  });
});

it('every text differs from that of the other languages and templates', () => {
  const bodies = ALL.map(({ language, template }) => writeVerification(template, language, business));
  expect(new Set(bodies).size).toBe(ALL.length);
});

describe('a language that we have no text in', () => {
  it.each(['it', 'und', '', 'EN', '__proto__', 'constructor'])('%j gets the business’s own', (language) => {
    const german = { ...business, locale: 'de-AT' };
    expect(writeVerification('check', language, german)).toBe(writeVerification('check', 'de', german));
  });

  it('and a business whose own we have none in either gets English', () => {
    const japanese = { ...business, locale: 'ja-JP' };
    expect(writeVerification('check', 'ko', japanese)).toBe(writeVerification('check', 'en', japanese));
  });
});

describe('the closing', () => {
  it('is the business’s signature where it has one, else its name', () => {
    expect(withClosing('Hello,\n\nYes.\n\n', 'en', { ...business, signature: ' Ann\nCorner Shop \n' })).toBe(
      'Hello,\n\nYes.\n\nKind regards,\nAnn\nCorner Shop',
    );
    expect(withClosing('Hello', 'en', { ...business, signature: '  ' })).toBe('Hello\n\nKind regards,\nCorner Shop');
  });
});
