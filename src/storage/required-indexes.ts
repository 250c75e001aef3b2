/** Indexes that the promises of speed and of "never embedded twice" stand on. */
export const REQUIRED_INDEXES = [
  {
    index: 'Message_businessId_direction_sentAt_idx',
    table: 'Message',
    columns: 'businessId, direction, sentAt',
    unique: false,
  },
  {
    index: 'Embedding_businessId_contentHash_key',
    table: 'Embedding',
    columns: 'businessId, contentHash',
    unique: true,
  },
  { index: 'Embedding_businessId_sentAt_idx', table: 'Embedding', columns: 'businessId, sentAt', unique: false },
  { index: 'Embedding_bits_idx', table: 'Embedding', columns: 'businessId, model, id, bits', unique: false },
  { index: 'Embedding_wordBits_idx', table: 'Embedding', columns: 'businessId, model, id, wordBits', unique: false },
] as const;

export interface FoundIndex extends Record<string, unknown> {
  index: string;
  table: string;
  columns: string;
  unique: boolean;
  valid: boolean;
}

/** One row for each index of the named ones that exists; takes their names as a text array. */
export const INDEXES_SQL = `select c.relname as "index", t.relname as "table", i.indisvalid and i.indisready as "valid", i.indisunique as "unique",
  (select string_agg(a.attname, ', ' order by k.place) from unnest(i.indkey) with ordinality k(number, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number) as "columns"
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
where c.relname = any($1::text[])`;
