import { neon } from '@neondatabase/serverless';
import { drizzle } from 'drizzle-orm/neon-http';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InboxPage, inboxRows, SEARCHED_DRAFTS } from '../../src/review/inbox-store.ts';
import { createDatabase, type Database, type Queries } from '../../src/storage/db.ts';
import { type RolloutWorld, startRolloutWorld } from '../support/rollout-world.ts';

const DRAFTS = 20_000;

describe('a search of the inbox', () => {
  let world: RolloutWorld;
  let db: Database;
  let businessId: string;
  let foreignId: string;

  beforeAll(async () => {
    world = await startRolloutWorld();
    const { databaseUrl: url, fetchEndpoint } = world;
    db = createDatabase({ url, fetchEndpoint, timeoutMs: 10_000, lockTimeoutMs: 2_000 });
    businessId = await fill();
    foreignId = await fill();
    await world.sql('analyze');
  }, 120_000);
  afterAll(() => world?.close());

  /** Many decided drafts, the newest of them about gift vouchers, the oldest about umbrellas. */
  async function fill(): Promise<string> {
    const id = await world.business();
    const about = `case when n <= 10 then 'umbrella' when n > ${DRAFTS - 10} then 'voucher' else 'lamp' end`;
    const key = (kind: string) => `'${kind}' || $1::text || lpad(n::text, 8, '0')`;
    const rows = `from generate_series(1, ${DRAFTS}) n`;
    await world.sql(`insert into "Thread" ("id", "businessId") select ${key('t')}, $1::text ${rows}`, [id]);
    await world.sql(
      `insert into "Message" ("id", "businessId", "messageId", "messageKey", "threadId", "direction", "from", "to", "subject", "text", "contentHash", "sentAt")
       select ${key('m')}, $1::text, ${key('m')}, ${key('m')}, ${key('t')}, 'INBOUND', '{"address":"ada@customer.example"}', '[]', 'Question ' || n,
         repeat('Words of a mail that nobody looks for. ', 40) || ${about}, 'h', now() ${rows}`,
      [id],
    );
    await world.sql(
      `insert into "Draft" ("id", "businessId", "messageRef", "messageId", "threadId", "status")
       select ${key('dr')}, $1::text, ${key('m')}, ${key('m')}, ${key('t')}, case n % 3 when 0 then 'APPROVED' when 1 then 'DISCARDED' else 'READY' end ${rows}`,
      [id],
    );
    return id;
  }

  const page = (fields: Partial<InboxPage>): InboxPage => ({
    businessId,
    statuses: [],
    intent: null,
    language: null,
    withFindings: false,
    olderThanHours: null,
    search: null,
    order: 'newest',
    after: null,
    limit: 31,
    ...fields,
  });

  it('finds what stands in the newest drafts of the choice, of its own business', async () => {
    const found = await inboxRows(db, page({ search: 'voucher' }));
    expect(found).toHaveLength(10);
    expect(found.every((row) => row.businessId === businessId)).toBe(true);
    const ready = await inboxRows(db, page({ search: 'VOUCHER', statuses: ['READY'] }));
    expect(ready.length).toBeGreaterThan(0);
    expect(ready.every(({ status }) => status === 'READY')).toBe(true);
    // Older than what a search looks at.
    expect(await inboxRows(db, page({ search: 'umbrella' }))).toEqual([]);
    const everywhere = await inboxRows(db, page({ businessId: null, search: 'voucher' }));
    expect(new Set(everywhere.map((row) => row.businessId)).size).toBeLessThanOrEqual(2);
    expect(foreignId).not.toBe(businessId);
  });

  it.each([
    ['a state', { statuses: ['READY'] as const }],
    ['every state', {}],
    ['all businesses', { businessId: null }],
  ])('reads no more mails than it says: %s', async (_what, fields) => {
    const plan = await explain(page({ search: 'nothing is like this', ...fields }));
    const nodes = nodesOf(plan);
    const scans = nodes.filter((node) => node['Relation Name'] === 'Message' || node['Relation Name'] === 'Draft');
    expect(scans.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    const mails = nodes.filter((node) => node['Relation Name'] === 'Message');
    expect(mails.length).toBeGreaterThan(0);
    for (const node of mails) {
      const read = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
      expect(read).toBeLessThanOrEqual(SEARCHED_DRAFTS);
    }
  });

  interface Node {
    'Node Type': string;
    'Relation Name'?: string;
    'Actual Rows': number;
    'Actual Loops': number;
    'Rows Removed by Filter'?: number;
    Plans?: Node[];
  }

  const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

  /** The plan as the role that asks gets it, with row-level security. */
  async function explain(asked: InboxPage): Promise<Node> {
    let query: { sql: string; params: unknown[] } | undefined;
    const capture = async (build: (queries: Queries) => readonly unknown[]) => {
      const [statement] = build(drizzle(neon('postgresql://u:p@none.example/d')));
      query = (statement as { toSQL(): { sql: string; params: unknown[] } }).toSQL();
      return [[]];
    };
    const fake = { tenant: (_id: string, build: never) => capture(build), operator: (build: never) => capture(build) };
    await inboxRows(fake as unknown as Database, asked);
    const session = new pg.Client({ connectionString: world.ownerUrl });
    await session.connect();
    try {
      await session.query('begin');
      const role = asked.businessId === null ? 'draftgate_operator' : 'draftgate_tenant';
      await session.query(`select set_config('role', $1, true), set_config('app.business_id', $2, true)`, [
        role,
        asked.businessId ?? '',
      ]);
      const { rows } = await session.query(`explain (analyze, format json) ${query?.sql}`, query?.params);
      if (process.env.SHOW_PLAN) console.log(JSON.stringify(rows[0]['QUERY PLAN'], null, 1));
      return rows[0]['QUERY PLAN'][0].Plan;
    } finally {
      await session.end();
    }
  }
});
