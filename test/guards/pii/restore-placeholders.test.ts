import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allowedValuesOf } from '../../../src/guards/pii/allowed-values.ts';
import { findPii } from '../../../src/guards/pii/find-pii.ts';
import { leftOverPlaceholders } from '../../../src/guards/pii/placeholders.ts';
import { createRedactionSession, redactPii } from '../../../src/guards/pii/redact-pii.ts';
import { restorePlaceholders } from '../../../src/guards/pii/restore-placeholders.ts';
import { cardOf, ibanOf } from './private-numbers.ts';

const EVERYTHING = { emails: true, phones: true, nationalIds: true };
const SNIPPET = 'Returns: https://shop.example/returns?lang=en. Write to Help@Shop.example or call +49 30 123456-0.';

describe('restoring', () => {
  test('puts back links, addresses and numbers that a snippet holds, exactly as it holds them', () => {
    const session = createRedactionSession(EVERYTHING);
    const { text } = redactPii(SNIPPET, session);
    expect(text).toBe('Returns: [LINK_1]. Write to [EMAIL_1] or call [PHONE_1].');
    expect(restorePlaceholders(text, session, allowedValuesOf([SNIPPET]))).toEqual({ body: SNIPPET, findings: [] });
  });

  test('writes them as the business does, also when the customer wrote them first and oddly', () => {
    const session = createRedactionSession(EVERYTHING);
    redactPii('HELP@shop.exam\u200bple, 0049 30 123456-0, https://shop.exa\u200bmple/returns?lang=en', session);
    const { text } = redactPii(SNIPPET, session);
    expect(text).toContain('[LINK_1]');
    expect(restorePlaceholders(text, session, allowedValuesOf([SNIPPET]))).toEqual({ body: SNIPPET, findings: [] });
  });

  test('leaves what only the customer wrote, and says where', () => {
    const session = createRedactionSession(EVERYTHING);
    redactPii(`https://other.example ${SNIPPET}`, session);
    const { body, findings } = restorePlaceholders('See [LINK_1] and [LINK_2].', session, allowedValuesOf([SNIPPET]));
    expect(body).toBe('See [LINK_1] and https://shop.example/returns?lang=en.');
    expect(findings.map(({ start, end }) => body.slice(start, end))).toEqual(['[LINK_1]']);
  });

  test.each([
    ['[CARD_1]', 1],
    ['[card_1] LINK_22 [national id 3]', 3],
    ['[link] and [card]', 2],
    ['Card 1: red, link 2, email_1st', 0],
    ['[1] [x]', 0],
    ['', 0],
  ])('finds what is left over in %j', (body, count) => {
    expect(leftOverPlaceholders(body)).toHaveLength(count);
  });

  test('never gives out a card, IBAN or SSN, whatever the body and whatever is allowed', () => {
    const secrets = [cardOf('411111111111111'), ibanOf('DE', '500105175407324931'), '536-22-8745'];
    const session = createRedactionSession({ emails: false, phones: false, nationalIds: false });
    redactPii(`${secrets.join(' , ')} https://a.example/?c=${secrets[0]}`, session);
    const pieces = fc.constantFrom(
      '[CARD_1]',
      '[IBAN_1]',
      '[SSN_1]',
      '[LINK_1]',
      'CARD_1',
      '[card_1]',
      ' ',
      '[',
      ']',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
        const { body } = restorePlaceholders(
          list.join(''),
          session,
          allowedValuesOf([`${SNIPPET} https://a.example/?c=${secrets[0]}`, ...secrets]),
        );
        for (const secret of secrets) expect(body).not.toContain(secret);
      }),
    );
  });
});

describe('private values in a body', () => {
  test('that the business gives out itself pass, in any spelling', () => {
    const allowed = allowedValuesOf([SNIPPET, '0532 123 45 67']);
    expect(findPii('Write to help@shop.example, call 0049 30 1234560 or 05321234567.', EVERYTHING, allowed)).toEqual(
      [],
    );
    expect(findPii('Write to jane@shop.example.', EVERYTHING, allowed)).toMatchObject([
      { code: 'PII_EMAIL', start: 9, end: 26 },
    ]);
  });

  test('are order and tracking numbers of the draft and pass', () => {
    const tracking = cardOf('471111111111111');
    expect(findPii(`Tracking ${tracking}`, EVERYTHING, undefined, [tracking])).toEqual([]);
    expect(findPii(`Tracking ${tracking}`, EVERYTHING)).toMatchObject([{ code: 'PII_CARD' }]);
  });

  test('count by policy', () => {
    const body = 'jane@example.com, +49 30 1234567, 12345678Z';
    expect(findPii(body, { emails: false, phones: false, nationalIds: false })).toEqual([]);
    expect(findPii(body, EVERYTHING).map(({ code }) => code)).toEqual(['PII_EMAIL', 'PII_PHONE', 'PII_NATIONAL_ID']);
  });
});
