import { neon } from '@neondatabase/serverless';
import { drizzle } from 'drizzle-orm/neon-http';
import type { Queries } from '../../src/storage/db.ts';

export interface SqlText {
  sql: string;
  params: unknown[];
}

/** The text of a statement that the Worker sends; nothing is sent. */
export function textOf(build: (queries: Queries) => unknown): SqlText {
  const queries: Queries = drizzle(neon('postgresql://nobody:none@db.invalid/none'));
  const statement = build(queries) as { toSQL?: () => SqlText; getQuery?: () => SqlText };
  const text = statement.toSQL?.() ?? statement.getQuery?.();
  if (text === undefined) throw new Error('not a statement');
  return { sql: text.sql, params: text.params };
}
