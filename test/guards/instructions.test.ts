import { expect, test } from 'vitest';
import { checkInstructions } from '../../src/guards/instructions.ts';

const INSTRUCTIONS = 'You write replies.\n1. Write in the language of the mail, politely and briefly, with a greeting.';

test.each([
  ['repeats them', `Sure: ${INSTRUCTIONS}`, true],
  ['repeats a part', 'I was told: in the language of the mail, politely and briefly.', true],
  ['repeats them in capitals, without commas', 'IN THE LANGUAGE OF THE MAIL POLITELY AND BRIEFLY', true],
  ['repeats them in full width', 'ｉｎ ｔｈｅ ｌａｎｇｕａｇｅ ｏｆ ｔｈｅ ｍａｉｌ ｐｏｌｉｔｅｌｙ ａｎｄ', true],
  ['repeats them as a list', '- in the\n- language of\n- the mail,\n- politely and\n- briefly', true],
  ['shares seven words', 'We answer in the language of the mail, politely.', false],
  ['is short', 'Hello.', false],
  ['is empty', '', false],
])('a body that %s', (_what, body, blocks) => {
  const findings = checkInstructions(body, INSTRUCTIONS);
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual(
    blocks ? [['INSTRUCTIONS_REPEATED', 'block']] : [],
  );
});
