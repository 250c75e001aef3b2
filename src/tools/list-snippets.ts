import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../storage/db.ts';
import { snippet } from '../storage/schema/index.ts';

/** A business's snippets, by key. */
export async function listSnippets(deps: { db: Database }, businessId: string) {
  const [rows] = await deps.db.tenant(businessId, (queries) => [
    queries.select().from(snippet).where(eq(snippet.businessId, businessId)).orderBy(asc(snippet.key)),
  ]);
  return rows;
}

/** Deletes a snippet; false where there is none. */
export async function deleteSnippet(deps: { db: Database }, businessId: string, key: string): Promise<boolean> {
  const [rows] = await deps.db.tenant(businessId, (queries) => [
    queries
      .delete(snippet)
      .where(and(eq(snippet.businessId, businessId), eq(snippet.key, key)))
      .returning({ key: snippet.key }),
  ]);
  return rows.length > 0;
}
