import { describe, expect, test } from 'vitest';
import { createRedactionSession, redactPii } from '../../../src/guards/pii/redact-pii.ts';

const POLICY = { emails: false, phones: false, nationalIds: true };
const PHONES = { emails: false, phones: true, nationalIds: false };
const typesIn = (text: string, policy = POLICY) =>
  redactPii(text, createRedactionSession(policy)).found.map(({ type }) => type);

/** Sample numbers of the issuing authorities or made with their formula. */
describe('national ids', () => {
  test.each([
    ['T.C. kimlik no', '10000000146'],
    ['T.C. kimlik no in groups', '100 000 001 46'],
    ['Steuer-ID', '86095742719'],
    ['Steuer-ID in groups', '86 095 742 719'],
    ['Spanish DNI', '12345678Z'],
    ['Spanish DNI with a dash', '12345678-Z'],
    ['Spanish NIE', 'X1234567L'],
    ['French NIR', '2 55 08 14 168 025 38'],
    ['Italian codice fiscale', 'RSSMRA85T10A562S'],
    ['British NINO', 'AB123456C'],
    ['British NINO in groups', 'ab 12 34 56 c'],
    ['Polish PESEL', '44051401359'],
    ['Dutch BSN beside its name', 'BSN 111222333'],
    ['Belgian national number', '85.07.30-033 28'],
    ['Swiss AHV number', '756.9217.0769.85'],
    ['Brazilian CPF', '529.982.247-25'],
    ['Swedish personnummer', '811218-9876'],
    ['US ITIN', '912-70-1234'],
  ])('%s is found', (_name, text) => {
    expect(typesIn(`id: ${text}.`)).toEqual(['NATIONAL_ID']);
  });

  test.each([
    ['T.C. kimlik no with a wrong digit', '10000000147'],
    ['Steuer-ID with a wrong digit', '86095742718'],
    ['DNI with a wrong letter', '12345678A'],
    ['NINO with a prefix that is not given out', 'BG123456A'],
    ['an order number', 'W4817020'],
    ['a longer number', '100000001461'],
    ['a word around it', 'A10000000146B'],
    ['nine digits without a word', '111222333'],
  ])('%s is left alone', (_name, text) => {
    expect(typesIn(`id: ${text}.`)).toEqual([]);
  });
});

describe('telephone numbers', () => {
  test.each([
    '+1-984-182-0190',
    '+90 (532) 123 45 67',
    '+447700900123',
    '0049 171 1234567',
    '(212) 555-0123',
    '212.555.0123',
    '1-800-555-0199',
    '01 42 68 53 00',
    '020 7946 0958',
    '05321234567',
    'Tel: 5321234567',
    'call me on 9472 7916',
    'WhatsApp 612345678',
  ])('%s is found', (text) => {
    expect(typesIn(text, PHONES)).toEqual(['PHONE']);
  });

  test.each([
    'order 5321234567',
    'item 4064702754',
    'tracking number 974703204371',
    '#W1023987',
    '24.12.2024',
    '2024-12-24 12:30',
    'from 10:30 to 12:45',
    '1.204,55',
    '20 000 000',
    'sizes 36 37 38 39',
    'zip 78263-1234',
  ])('%s is left alone', (text) => {
    expect(typesIn(text, PHONES)).toEqual([]);
  });
});
