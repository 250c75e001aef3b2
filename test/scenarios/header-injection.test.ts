import { beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER, type Harness, startHarness } from '../support/harness.ts';

const BCC = 'Bcc: thief@attacker.example';

const SUBJECTS: [attack: string, subject: string][] = [
  ['CRLF', `Lamps\r\n${BCC}`],
  ['a lone LF', `Lamps\n${BCC}`],
  ['U+2028', `Lamps\u2028${BCC}`],
  ['next line, U+0085', `Lamps\u0085${BCC}`],
  ['an encoded word that decodes to CRLF', '=?utf-8?Q?Lamps=0D=0ABcc:_thief@attacker.example?='],
  ['a base64 word that decodes to CRLF', `=?utf-8?B?${btoa(`Lamps\r\n${BCC}`)}?=`],
  ['an empty line and a body', `Lamps\r\n\r\n<b>${BCC}</b>`],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

describe('header injection', () => {
  let harness: Harness;
  let businessId: string;

  beforeAll(async () => {
    harness = startHarness();
    businessId = await harness.createBusiness();
  });

  it.each(SUBJECTS)(
    'by %s in the subject stays one line of a reply, and is shown as a finding',
    async (_attack, subject) => {
      const messageId = await harness.receive(businessId, 'Hello, do you sell lamps?', { subject });
      const made = await harness.draft(businessId, messageId);
      const { body } = await harness.get(`/v1/drafts/${made.body.id}`);
      expect(body.subject).toMatch(/^Re: Lamps/);
      expect(body.subject).not.toMatch(BREAKS);
      expect(body.subject).not.toContain('=?');
      expect(body).toMatchObject({ cc: [], bcc: [], to: [{ address: CUSTOMER }] });
      expect(body.findings).toContainEqual(expect.objectContaining({ code: 'HEADER_INJECTION' }));
    },
  );

  it('by a name of the sender stays one line', async () => {
    const from = { address: CUSTOMER, name: `Ada\r\n${BCC}` };
    const { body } = await harness.draft(
      businessId,
      await harness.receive(businessId, 'Hello, do you sell lamps?', { from }),
    );
    expect(body.to[0].address).toBe(CUSTOMER);
    expect(body.to[0].name ?? '').not.toMatch(BREAKS);
  });

  it('by an address is no address', async () => {
    const from = { address: `${CUSTOMER}\r\n${BCC}` };
    const { body } = await harness.draft(
      businessId,
      await harness.receive(businessId, 'Hello, do you sell lamps?', { from }),
    );
    expect(JSON.stringify([body.to, body.cc, body.bcc])).not.toContain('thief');
  });

  it('stays out of the log', () => {
    expect(JSON.stringify(harness.logged)).not.toContain('thief');
  });
});
