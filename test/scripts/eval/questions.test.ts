import { describe, expect, it } from 'vitest';
import {
  askAbout,
  askWithoutNumber,
  foreignQuestions,
  type IntentText,
  noNumberQuestions,
  outOfScopeQuestions,
  ownerQuestions,
  taskQuestions,
  unknownQuestions,
} from '../../../scripts/eval/questions.ts';
import { apiOrders } from '../../../scripts/eval/shop.ts';
import { TINY_SHOP, TINY_STORE } from './tiny-shop.ts';

const text = 'please trace purchase 5566 for me';
const NUMBERED: IntentText = {
  text,
  label: 'track_order',
  entities: [{ type: 'order_id', value: '5566', start: 22, end: 26 }],
};
const INVOICE: IntentText = {
  text: 'show me bill #77',
  label: 'get_invoice',
  entities: [{ type: 'invoice_id', value: '#77', start: 13, end: 16 }],
};
const PLAIN: IntentText = { text: 'my money should come back', label: 'get_refund' };
const ELSEWHERE: IntentText = { text: 'sing a song', label: 'oos', domain: 'oos' };
const TEXTS = [NUMBERED, INVOICE, PLAIN];

describe('a question about an order', () => {
  it('has the order’s number where the text names one', () => {
    expect(askAbout(NUMBERED, '#T100001', 0)).toEqual({
      subject: 'Question',
      text: 'please trace purchase #T100001 for me',
      wantsTracking: true,
    });
    expect(askAbout(NUMBERED, '#T100001', 1).text).toBe('please trace purchase T100001 for me');
    expect(askAbout(INVOICE, '#T100001', 0).text).toBe('show me bill of order #T100001');
  });

  it.each([0, 1, 2, 3, 4])('has the number added where the text names none (way %i)', (turn) => {
    const { subject, text: words } = askAbout(PLAIN, '#T100001', turn);
    expect(`${subject} ${words}`.toUpperCase()).toContain('T100001');
    expect(words).toContain(PLAIN.text);
  });

  it('loses its number and says "my order" instead', () => {
    expect(askWithoutNumber(NUMBERED)).toBe('please trace my purchase for me');
    expect(askWithoutNumber(PLAIN)).toBeUndefined();
  });
});

describe('the groups of questions', () => {
  it('ask about every order whose owner has an address, in the owner’s name', () => {
    const questions = ownerQuestions(TINY_SHOP, TEXTS);
    expect(questions.map(({ id, mail }) => [id, mail.from.address])).toEqual([
      ['owner-#T100001', 'Mira@customers.example'],
      ['owner-#T100002', 'jon@customers.example'],
    ]);
  });

  it('take only tasks whose orders all belong to the task’s customer', () => {
    const task = { id: 't', text: 'Cancel #T100002', user_id: 'jon' };
    const own = taskQuestions(TINY_SHOP, [{ ...task, order_ids_in_text: ['#T100002'] }]);
    expect(own.map(({ mail, orders }) => [mail.from.address, orders.length])).toEqual([['jon@customers.example', 1]]);
    for (const order_ids_in_text of [[], ['#T100001'], ['#T100002', '#T999999']]) {
      expect(taskQuestions(TINY_SHOP, [{ ...task, order_ids_in_text }])).toEqual([]);
    }
  });

  it('name no order of the shop where they ask for unknown ones', () => {
    const questions = unknownQuestions(TINY_SHOP, TEXTS, 40);
    expect(questions).toHaveLength(40);
    for (const { mail, expected } of questions) {
      expect(expected).toBe('verification');
      expect(`${mail.subject} ${mail.text}`).not.toMatch(/T10000[123]/i);
    }
  });

  it('never let a foreign question be the owner’s own and unobserved one', () => {
    const questions = foreignQuestions(TINY_SHOP, TEXTS, 2);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    for (const { mail, orders, variant, replyAll } of questions) {
      const owner = orders[0]?.customerEmail;
      const otherReader = [...(mail.replyTo ?? []), ...(replyAll ? [...mail.to, ...(mail.cc ?? [])] : [])].some(
        ({ address }) => address !== owner && address !== 'support@shop.example',
      );
      const suspicious = mail.from.address !== owner || mail.authentication?.dmarc === 'fail' || otherReader;
      expect([variant, suspicious]).toEqual([variant, true]);
    }
  });

  it('tell customers with one, several and no open order apart', () => {
    const questions = noNumberQuestions(TINY_SHOP, TEXTS, 5);
    expect(questions.map(({ variant, expected, mail }) => [variant, expected, mail.from.address])).toEqual([
      ['one open order', 'answer', 'jon@customers.example'],
      ['no open order', 'verification', 'Mira@customers.example'],
    ]);
  });

  it('take what is out of scope first, and no more than asked for', () => {
    const far: IntentText = { text: 'is it windy', label: 'weather', domain: 'utility' };
    const near: IntentText = { text: 'order paper towels', label: 'order', domain: 'home' };
    const labels = (count: number) =>
      outOfScopeQuestions(TINY_SHOP, [near, far, ELSEWHERE], count).map(({ mail }) => mail.text);
    expect(labels(9)).toEqual(['sing a song', 'is it windy']);
    expect(labels(1)).toEqual(['sing a song']);
  });
});

describe('the shop as an integrator puts it in', () => {
  it('carries status, sums, shipments with their items, and refunds', () => {
    expect(apiOrders(TINY_STORE)).toMatchObject([
      {
        orderNumber: '#T100001',
        customerEmail: 'Mira@customers.example',
        status: 'delivered',
        currency: 'USD',
        total: 1199.95,
        shipments: [{ trackingNumber: '881122334455', items: [{ name: 'Ladle', quantity: 1 }] }],
      },
      { orderNumber: '#T100002', total: 20, shipments: [], refund: { amount: 5 } },
      { orderNumber: '#T100003', customerEmail: 'nobody@no-address.invalid', total: 70 },
    ]);
  });
});
