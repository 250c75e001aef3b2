import { expect, it } from 'vitest';
import { toCsv } from '../../src/lib/csv.ts';

it.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=SUM(A1)', "'=SUM(A1)"],
  ['-1', "'-1"],
  ['  @cmd', "'  @cmd"],
  ['\n=1', `"'\n=1"`],
  ['＝1+1', "'＝1+1"],
  [-1, '-1'],
  [null, ''],
])('%j is written as %j', (value, cell) => {
  expect(toCsv([[value, 'x']])).toBe(`${cell},x\r\n`);
});
