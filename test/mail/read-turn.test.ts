import { describe, expect, it } from 'vitest';
import { ownWords, readTurn, type ThreadMessage } from '../../src/mail/read-turn.ts';

const ADA = 'ada@customer.example';
const BOB = 'bob@customer.example';
const SHOP = 'shop@corner.example';

let minute = 0;

function inbound(id: string, from: string, text: string, fields: Partial<ThreadMessage> = {}): ThreadMessage {
  minute += 1;
  return {
    id,
    direction: 'INBOUND',
    from: { address: from },
    to: [{ address: SHOP }],
    cc: [],
    subject: `About ${id}`,
    text,
    html: null,
    sentAt: new Date(Date.UTC(2026, 10, 9, 9, minute)),
    ...fields,
  };
}

function outbound(id: string, to: string[], text: string, fields: Partial<ThreadMessage> = {}): ThreadMessage {
  return {
    ...inbound(id, SHOP, text),
    direction: 'OUTBOUND',
    to: to.map((address) => ({ address })),
    ...fields,
  };
}

const texts = (messages: ThreadMessage[], id: string) => {
  const turn = readTurn(messages, id);
  return { turn: turn.text, earlier: turn.earlier.map(({ from, text }) => `${from}: ${text}`) };
};

describe('a turn', () => {
  it('is the one mail of a new thread, with its subject', () => {
    const messages = [inbound('1', ADA, 'Where is my order?')];
    expect(readTurn(messages, '1')).toEqual({ text: 'Where is my order?', subject: 'About 1', earlier: [] });
  });

  it('is the sender’s consecutive mails, before and after the one to answer, under its subject', () => {
    const messages = [
      inbound('1', ADA, 'Where is my order?'),
      inbound('2', ADA, 'It is W1.'),
      inbound('3', ADA, 'Thanks!'),
    ];
    for (const id of ['1', '2', '3']) {
      expect(texts(messages, id)).toEqual({ turn: 'Where is my order?\n\nIt is W1.\n\nThanks!', earlier: [] });
      expect(readTurn(messages, id).subject).toBe(`About ${id}`);
    }
  });

  it('ends where the business wrote', () => {
    const messages = [
      inbound('1', ADA, 'Where is my order?'),
      outbound('2', [ADA], 'Which one?'),
      inbound('3', ADA, 'The first.'),
      outbound('4', [ADA], 'It is on its way.'),
      inbound('5', ADA, 'Thanks!'),
    ];
    expect(texts(messages, '3')).toEqual({
      turn: 'The first.',
      earlier: ['customer: Where is my order?', 'business: Which one?'],
    });
    expect(texts(messages, '1')).toEqual({ turn: 'Where is my order?', earlier: [] });
  });

  it('is the sender’s own, whatever spelling the address has', () => {
    const messages = [inbound('1', ` ${ADA.toUpperCase()} `, 'One.'), inbound('2', ADA, 'Two.')];
    expect(texts(messages, '2').turn).toBe('One.\n\nTwo.');
  });

  it('leaves out quotes and signatures, and mails without a word', () => {
    const messages = [
      inbound('1', ADA, 'Where is my order?\n\n-- \nAda\nCustomer Ltd'),
      inbound('2', ADA, ' \n'),
      inbound('3', ADA, 'It is W1.\n\nOn Mon, Nov 9, 2026 at 9:00 AM Shop <shop@corner.example> wrote:\n> Hello'),
    ];
    expect(texts(messages, '3').turn).toBe('Where is my order?\n\nIt is W1.');
  });
});

describe('what others wrote in a thread', () => {
  const messages = [
    inbound('1', ADA, 'Ada’s question.'),
    outbound('2', [ADA, BOB], 'To both.'),
    outbound('3', [ADA], 'To Ada alone.'),
    inbound('4', BOB, 'Bob’s own.'),
    outbound('5', [SHOP], 'A note.', { cc: [{ address: BOB.toUpperCase() }] }),
    inbound('6', ADA, 'Ada’s next.'),
    inbound('7', BOB, 'Bob’s next.'),
  ];

  it('is shown to nobody else, and neither is what they were told', () => {
    expect(texts(messages, '7')).toEqual({
      turn: 'Bob’s next.',
      earlier: ['business: To both.', 'customer: Bob’s own.', 'business: A note.'],
    });
    expect(texts(messages, '6')).toEqual({
      turn: 'Ada’s next.',
      earlier: ['customer: Ada’s question.', 'business: To both.', 'business: To Ada alone.'],
    });
  });

  it('does not break a turn, and is not part of it', () => {
    const mixed = [inbound('1', ADA, 'One.'), inbound('2', BOB, 'Between.'), inbound('3', ADA, 'Two.')];
    expect(texts(mixed, '3')).toEqual({ turn: 'One.\n\nTwo.', earlier: [] });
    expect(texts(mixed, '2')).toEqual({ turn: 'Between.', earlier: [] });
  });

  it('is not shown to a sender whose address cannot be read: not even what went to such an address', () => {
    const unreadable = [
      inbound('1', 'undisclosed', 'Not yours.'),
      outbound('2', ['not an address'], 'Not yours either.'),
      inbound('3', 'also none', 'Mine.'),
    ];
    expect(texts(unreadable, '3')).toEqual({ turn: 'Mine.', earlier: [] });
  });
});

describe('the words of a mail', () => {
  it.each([
    ['are its text', 'Hello', '<p>Other</p>', 'Hello'],
    ['are its HTML where the text is blank', ' \n', '<p>Hello <b>you</b></p>', 'Hello you'],
    ['are nothing where there is neither', '', null, ''],
  ])('%s', (_what, text, html, words) => {
    expect(ownWords({ text, html })).toBe(words);
  });
});

it('a message that is not in its thread is a mistake', () => {
  expect(() => readTurn([inbound('1', ADA, 'Hello')], '2')).toThrow('not in its thread');
});
