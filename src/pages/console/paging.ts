import type { PageContext } from '../view.ts';

/**
 * What a list shows of rows that were asked for with one more than `size`, and the addresses of its first and next page. The
 * address keeps its filters; `name` is the field that holds the key of the last row that was shown.
 */
export function paged<Row>(c: PageContext, rows: Row[], size: number, keyOf: (row: Row) => string, name = 'before') {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const address = (key: string | null) => {
    const url = new URL(c.req.url);
    if (key === null) url.searchParams.delete(name);
    else url.searchParams.set(name, key);
    return `${url.pathname}${url.search}`;
  };
  return {
    shown,
    first: c.req.query(name) === undefined ? null : address(null),
    next: rows.length > size && last !== undefined ? address(keyOf(last)) : null,
  };
}

/** The cursor that an address names, as a list's filter takes it. */
export function beforeOf(c: PageContext, name = 'before'): { before?: string } {
  const before = c.req.query(name);
  return before === undefined || before === '' ? {} : { before };
}
