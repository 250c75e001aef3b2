import { describe, expect, test } from 'vitest';
import { checkLinks, linksIn } from '../../src/guards/links.ts';

const ALLOWED = ['https://shop.example/returns?lang=en', 'www.shop.example', 'https://Track.Shop.example/'];

describe('links that a snippet or the profile holds', () => {
  test.each([
    'Go to https://shop.example/returns?lang=en.',
    'Go to (https://shop.example/returns?lang=en)',
    '[returns](https://shop.example/returns?lang=en)',
    'HTTPS://SHOP.EXAMPLE/returns?lang=en',
    'www.shop.example',
    'https://www.shop.example/',
    'https://track.shop.example',
    'No link at all, e.g. at 12:30, or 1.204,55 for 3.5 kg.',
    '',
  ])('pass: %s', (body) => {
    expect(checkLinks(body, ALLOWED)).toEqual([]);
  });

  test.each([
    'https://shop.example/returns?lang=de',
    'https://shop.example/returns',
    'http://www.shop.example',
    'https://shop.example/RETURNS?lang=en',
    'https://track.shop.example/x',
  ])('block when anything differs: %s', (body) => {
    expect(checkLinks(body, ALLOWED)).toMatchObject([
      { code: 'UNKNOWN_LINK', severity: 'block', start: 0, end: body.length },
    ]);
  });
});

describe('a whole domain', () => {
  test.each(['https://carrier.example/track/123?x=1', 'https://carrier.example', 'carrier.example/track'])(
    'passes: %s',
    (body) => {
      expect(checkLinks(body, [], ['Carrier.example'])).toEqual([]);
    },
  );

  test.each([
    'http://carrier.example/track',
    'https://sub.carrier.example/',
    'https://carrier.example.evil.test/',
    'https://carrier.example@evil.test/',
    'https://evil.test/carrier.example',
    'https://carrier.example:444/',
    'https://carrier.example\\@evil.test/',
  ])('does not pass for %s', (body) => {
    expect(checkLinks(body, [], ['carrier.example'])).toHaveLength(1);
  });
});

test("a profile's website may be a bare host", () => {
  const allowed = linksIn(' shop.example ').map(({ url }) => url);
  expect(checkLinks('See https://shop.example/ or shop.example.', allowed)).toEqual([]);
  expect(linksIn('help@shop.example')).toEqual([]);
});

test.each(['invoice.pdf', 'Thanks.We will check.', 'e.g. z.B. i.e. a.m.', 'Node.js', '3.5kg', 'Dr.Oetker', 'v1.2.3'])(
  '%s in a body is no link',
  (words) => {
    expect(checkLinks(`Please note: ${words} and so on`, [])).toEqual([]);
  },
);

test('links are found where they stand, also behind characters that fold', () => {
  const text = 'şüphe\u200b: 😀 www.a.example, ｗww.b.example';
  expect(linksIn(text).map(({ start, end }) => text.slice(start, end))).toEqual(['www.a.example', 'ｗww.b.example']);
});

test.each(['http://', 'a.', '](', '//a', 'a:', '[.]', 'www.', 'href=', '(', '1.1.1.1 '])(
  '100,000 characters of %j are read in linear time',
  (unit) => {
    const findings = checkLinks(unit.repeat(Math.ceil(100_000 / unit.length)), ALLOWED);
    expect(Array.isArray(findings)).toBe(true);
  },
);

test.each([
  ['a full-width letter', 'ｈttps://shop.example/returns?lang=en'],
  ['an invisible one', 'https://shop.exa\u200bmple/returns?lang=en'],
])('an allowed link with %s in it is another one', (_what, body) => {
  expect(checkLinks(body, ALLOWED, ['shop.example'])).toMatchObject([{ code: 'UNKNOWN_LINK', start: 0 }]);
});

test('a link says where it stands in the text as given', () => {
  expect(linksIn('See https://a.example/x now')).toEqual([{ url: 'https://a.example/x', start: 4, end: 23 }]);
  expect(linksIn(' firma.beispiel/a ')).toEqual([{ url: 'firma.beispiel/a', start: 1, end: 17 }]);
});

test('nobody’s domain is allowed where none is named', () => {
  expect(checkLinks('https://a.example/', [])).toHaveLength(1);
  expect(checkLinks('https://b.example/', [], ['a.example'])).toHaveLength(1);
});
