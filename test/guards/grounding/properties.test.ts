import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GroundingEvidence } from '../../../src/guards/grounding/claim.ts';
import { groundBody } from '../../../src/guards/grounding/ground-body.ts';
import { LANGUAGES, type Language } from '../../../src/lib/languages.ts';
import type { OrderFact } from '../../../src/tools/facts.ts';
import { isTrueStatement } from '../../../src/tools/order-status.ts';
import { evidence, MAIL_SENT_AT } from './evidence.ts';

const DAY_MS = 86_400_000;
const SAID = ['pending', 'processing', 'shipped', 'delivered', 'cancelled', 'refunded'] as const;
type Said = (typeof SAID)[number];

interface Sentences {
  locale: string;
  status: Record<Said, (no: string) => string>;
  total: (no: string, amount: string) => string;
  placed: (no: string, date: string) => string;
  tracking: (no: string, number: string) => string;
  appointment: (date: string, time: string) => string;
}

const SENTENCES: Record<Language, Sentences> = {
  en: {
    locale: 'en-GB',
    status: {
      pending: (no) => `Order ${no} is pending.`,
      processing: (no) => `Order ${no} is being processed.`,
      shipped: (no) => `Order ${no} has been shipped.`,
      delivered: (no) => `Order ${no} has been delivered.`,
      cancelled: (no) => `Order ${no} was cancelled.`,
      refunded: (no) => `Order ${no} has been refunded.`,
    },
    total: (no, amount) => `The total of order ${no} is ${amount}.`,
    placed: (no, date) => `Order ${no} was placed on ${date}.`,
    tracking: (no, number) => `The tracking number of order ${no} is ${number}.`,
    appointment: (date, time) => `Your appointment is on ${date} at ${time}.`,
  },
  tr: {
    locale: 'tr-TR',
    status: {
      pending: (no) => `${no} numaralı siparişiniz beklemede.`,
      processing: (no) => `${no} numaralı siparişiniz hazırlanıyor.`,
      shipped: (no) => `${no} numaralı siparişiniz kargoya verildi.`,
      delivered: (no) => `${no} numaralı siparişiniz teslim edildi.`,
      cancelled: (no) => `${no} numaralı siparişiniz iptal edildi.`,
      refunded: (no) => `${no} numaralı siparişinizin ücreti iade edildi.`,
    },
    total: (no, amount) => `${no} numaralı siparişinizin toplam tutarı ${amount}.`,
    placed: (no, date) => `${no} numaralı siparişiniz ${date} tarihinde verildi.`,
    tracking: (no, number) => `${no} numaralı siparişinizin takip numarası ${number}.`,
    appointment: (date, time) => `Randevunuz ${date} saat ${time}.`,
  },
  de: {
    locale: 'de-DE',
    status: {
      pending: (no) => `Bestellung ${no} ist ausstehend.`,
      processing: (no) => `Bestellung ${no} ist in Bearbeitung.`,
      shipped: (no) => `Bestellung ${no} wurde versendet.`,
      delivered: (no) => `Bestellung ${no} wurde zugestellt.`,
      cancelled: (no) => `Bestellung ${no} wurde storniert.`,
      refunded: (no) => `Bestellung ${no} wurde erstattet.`,
    },
    total: (no, amount) => `Der Gesamtbetrag der Bestellung ${no} ist ${amount}.`,
    placed: (no, date) => `Bestellung ${no} wurde am ${date} aufgegeben.`,
    tracking: (no, number) => `Die Sendungsnummer der Bestellung ${no} lautet ${number}.`,
    appointment: (date, time) => `Ihr Termin ist am ${date} um ${time} Uhr.`,
  },
  fr: {
    locale: 'fr-FR',
    status: {
      pending: (no) => `La commande ${no} est en attente.`,
      processing: (no) => `La commande ${no} est en cours de traitement.`,
      shipped: (no) => `La commande ${no} a été expédiée.`,
      delivered: (no) => `La commande ${no} a été livrée.`,
      cancelled: (no) => `La commande ${no} a été annulée.`,
      refunded: (no) => `La commande ${no} a été remboursée.`,
    },
    total: (no, amount) => `Le total de la commande ${no} est de ${amount}.`,
    placed: (no, date) => `La commande ${no} a été passée le ${date}.`,
    tracking: (no, number) => `Le numéro de suivi de la commande ${no} est ${number}.`,
    appointment: (date, time) => `Votre rendez-vous est le ${date} à ${time}.`,
  },
  es: {
    locale: 'es-ES',
    status: {
      pending: (no) => `El pedido ${no} está pendiente.`,
      processing: (no) => `El pedido ${no} está en preparación.`,
      shipped: (no) => `El pedido ${no} ha sido enviado.`,
      delivered: (no) => `El pedido ${no} ha sido entregado.`,
      cancelled: (no) => `El pedido ${no} ha sido cancelado.`,
      refunded: (no) => `El pedido ${no} ha sido reembolsado.`,
    },
    total: (no, amount) => `El total del pedido ${no} es ${amount}.`,
    placed: (no, date) => `El pedido ${no} se realizó el ${date}.`,
    tracking: (no, number) => `El número de seguimiento del pedido ${no} es ${number}.`,
    appointment: (date, time) => `Su cita es el ${date} a las ${time}.`,
  },
};

const dayArbitrary = fc.integer({ min: -40, max: 40 }).map((days) => Date.parse(MAIL_SENT_AT) + days * DAY_MS);
const orderArbitrary = fc.record({
  number: fc.integer({ min: 10_000, max: 999_999 }),
  status: fc.constantFrom(...SAID),
  cents: fc.integer({ min: 100, max: 5_000_000 }),
  placed: dayArbitrary,
  tracking: fc.integer({ min: 100_000_000_000, max: 999_999_999_999 }),
  currency: fc.constantFrom('EUR', 'GBP', 'TRY', 'CHF'),
});
type GeneratedOrder = typeof orderArbitrary extends fc.Arbitrary<infer T> ? T : never;

function factOf(order: GeneratedOrder): OrderFact {
  return {
    orderNumber: `#N${order.number}`,
    status: order.status,
    canonicalStatus: order.status,
    placedAt: new Date(order.placed).toISOString().slice(0, 10),
    currency: order.currency,
    total: order.cents / 100,
    shipments: [{ trackingNumber: String(order.tracking) }],
  };
}

function dateText(language: Language, time: number): string {
  return new Intl.DateTimeFormat(SENTENCES[language].locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(time);
}

function moneyText(language: Language, cents: number, currency: string): string {
  return new Intl.NumberFormat(SENTENCES[language].locale, { style: 'currency', currency }).format(cents / 100);
}

function changedDigit(value: number, place: number): number {
  const digits = [...String(value)];
  const at = place % digits.length;
  const old = Number(digits[at]);
  digits[at] = String(at === 0 ? (old % 9) + 1 : (old + 1 + (place % 9)) % 10);
  return Number(digits.join(''));
}

function blocked(body: string, language: Language, facts: GroundingEvidence): boolean {
  const claims = groundBody({ body, language, mailSentAt: MAIL_SENT_AT, evidence: facts });
  return claims.length === 0 || claims.some((claim) => claim.verdict !== 'verified');
}

const RUNS = { numRuns: 60 };

describe.each(LANGUAGES)('from any order or appointment, in %s', (language) => {
  const words = SENTENCES[language];
  const withOrder = (order: GeneratedOrder): GroundingEvidence =>
    evidence({ orders: [factOf(order)], appointments: [], snippets: [], customerText: '' });
  const check = (holds: (order: GeneratedOrder, place: number) => void): void => {
    fc.assert(fc.property(orderArbitrary, fc.nat({ max: 1_000 }), holds), RUNS);
  };

  test('the status, total, date and tracking number that it has are verified', () => {
    check((order) => {
      const facts = withOrder(order);
      const no = `#N${order.number}`;
      for (const body of [
        words.status[order.status](no),
        words.total(no, moneyText(language, order.cents, order.currency)),
        words.placed(no, dateText(language, order.placed)),
        words.tracking(no, String(order.tracking)),
      ]) {
        expect(blocked(body, language, facts), body).toBe(false);
      }
    });
  });

  test('a changed digit in order number, total or tracking number is not', () => {
    check((order, place) => {
      const facts = withOrder(order);
      const no = `#N${order.number}`;
      for (const body of [
        words.status[order.status](`#N${changedDigit(order.number, place)}`),
        words.total(no, moneyText(language, changedDigit(order.cents, place), order.currency)),
        words.tracking(no, String(changedDigit(order.tracking, place))),
      ]) {
        expect(blocked(body, language, facts), body).toBe(true);
      }
    });
  });

  test('another date is not', () => {
    check((order, place) => {
      const body = words.placed(`#N${order.number}`, dateText(language, order.placed + ((place % 300) + 1) * DAY_MS));
      expect(blocked(body, language, withOrder(order)), body).toBe(true);
    });
  });

  test('another status is not, unless it is true as well', () => {
    check((order) => {
      for (const other of SAID.filter((status) => !isTrueStatement(status, order.status))) {
        const body = words.status[other](`#N${order.number}`);
        expect(blocked(body, language, withOrder(order)), `${order.status}: ${body}`).toBe(true);
      }
    });
  });

  test('another currency is not', () => {
    check((order) => {
      const body = words.total(
        `#N${order.number}`,
        moneyText(language, order.cents, order.currency === 'EUR' ? 'GBP' : 'EUR'),
      );
      expect(blocked(body, language, withOrder(order)), body).toBe(true);
    });
  });

  test('an appointment is verified at its day and time in the time zone of the business, and at no other', () => {
    fc.assert(
      fc.property(dayArbitrary, fc.integer({ min: 0, max: 95 }), (day, quarter) => {
        const startsAt = new Date(Math.floor(day / DAY_MS) * DAY_MS + quarter * 900_000);
        const facts = evidence({
          orders: [],
          snippets: [],
          customerText: '',
          appointments: [{ id: 'b7', startsAt: startsAt.toISOString(), status: 'confirmed' }],
        });
        facts.profile.openingHours = '';
        const at = (moment: Date): [string, string] => [
          new Intl.DateTimeFormat(words.locale, { day: 'numeric', month: 'long', timeZone: 'Europe/Berlin' }).format(
            moment,
          ),
          new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/Berlin' }).format(
            moment,
          ),
        ];
        const [date, time] = at(startsAt);
        expect(blocked(words.appointment(date, time), language, facts), words.appointment(date, time)).toBe(false);
        const [, later] = at(new Date(startsAt.getTime() + 4_500_000));
        expect(blocked(words.appointment(date, later), language, facts), words.appointment(date, later)).toBe(true);
        const [otherDate] = at(new Date(startsAt.getTime() + 3 * DAY_MS));
        expect(blocked(words.appointment(otherDate, time), language, facts)).toBe(true);
      }),
      RUNS,
    );
  });
});

test('for any body, claims lie where they say they lie', () => {
  const unit = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '#K1001',
      ' delivered ',
      '12.03.2026',
      ' 50 €',
      'will refund ',
      '\u200b',
      '１２',
      '14:30',
      '%',
      ' nicht ',
      '\n',
    ),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), fc.constantFrom(...LANGUAGES, 'ru', ''), (parts, language) => {
      const body = parts.join('');
      for (const claim of groundBody({ body, language, mailSentAt: MAIL_SENT_AT, evidence: evidence() })) {
        expect(body.slice(claim.start, claim.end)).toBe(claim.text);
        expect(claim.end).toBeGreaterThan(claim.start);
        if (claim.verdict === 'verified' || claim.verdict === 'contradicted') expect(claim.evidence).toBeDefined();
      }
    }),
    { numRuns: 150 },
  );
}, 30_000);
