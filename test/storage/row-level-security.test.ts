import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { postgresError } from '../../src/storage/db.ts';
import { type Harness, startHarness } from '../support/harness.ts';
import { isolatedPair } from '../support/isolated-pair.ts';
import { owner } from '../support/owner.ts';

/**
 * Tables without a business: what the tenant role may do with them, and why. A new table stands here, or carries a
 * businessId and a policy; else a test fails.
 */
const SHARED: Record<string, string> = {
  Feature: 'SELECT',
  // Counts of a model's tokens, of nobody's mail.
  TokenCalibration: 'DELETE,INSERT,SELECT,UPDATE',
};

interface Table extends Record<string, unknown> {
  name: string;
  businessColumn: string;
}

let harness: Harness;
let tables: Table[];
let own: string;
let other: string;

beforeAll(async () => {
  harness = startHarness();
  tables = (await owner()`select table_name as name, column_name as "businessColumn" from information_schema.columns
    where table_schema = 'public' and (column_name = 'businessId' or (table_name = 'Business' and column_name = 'id'))
    order by 1`) as Table[];
  [own, other] = (await isolatedPair(harness)).map(({ businessId }) => businessId) as [string, string];
});

/** A statement without any filter of the application's, with the rights of business `own`: its rows, or that it is refused. */
async function asTenant(statement: string): Promise<Record<string, unknown>[] | 'refused'> {
  try {
    const [{ rows }] = await harness.services.db.tenant(own, (queries) => [queries.execute(sql.raw(statement))]);
    return rows;
  } catch (error) {
    if (postgresError(error)?.code === '42501') return 'refused';
    throw error;
  }
}

describe('row-level security, where the application’s filter is missing', () => {
  it('stands on every table of the database', async () => {
    const rows = await owner()`select c.relname as name, c.relrowsecurity as secured,
        (select string_agg(distinct g.privilege_type, ',' order by g.privilege_type) from information_schema.role_table_grants g
          where g.grantee = 'draftgate_tenant' and g.table_schema = 'public' and g.table_name = c.relname) as granted,
        (select json_agg(json_build_object('using', p.qual, 'check', p.with_check)) from pg_policies p
          where p.schemaname = 'public' and p.tablename = c.relname and 'draftgate_tenant' = any(p.roles)) as policies
      from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`;
    expect(rows.length).toBeGreaterThan(25);
    for (const { name, secured, granted, policies } of rows) {
      expect([name, secured]).toEqual([name, true]);
      const column = tables.find((table) => table.name === name)?.businessColumn;
      if (column === undefined)
        expect([name, granted ?? 'nothing']).toEqual([name, SHARED[name as string] ?? 'nothing']);
      else if (policies !== null) {
        const rule = `("${column}" = current_setting('app.business_id'::text, true))`.replace('"id"', 'id');
        expect([name, policies]).toEqual([name, [{ using: rule, check: rule }]]);
      } else
        expect([name, ['refused', []]]).toEqual([
          name,
          expect.arrayContaining([await asTenant(`select from "${name}" limit 1`)]),
        ]);
    }
  });

  it('shows rows of the own business only, in every table', async () => {
    let seen = 0;
    for (const { name, businessColumn } of tables) {
      const rows = await asTenant(`select "${businessColumn}" as business from "${name}"`);
      if (rows === 'refused') continue;
      expect([name, rows.filter(({ business }) => business !== own)]).toEqual([name, []]);
      if (rows.length > 0) seen += 1;
      expect([name, await asTenant(`select from "${name}" where "${businessColumn}" = '${other}'`)]).toEqual([
        name,
        [],
      ]);
    }
    expect(seen).toBeGreaterThanOrEqual(10);
  });

  it('changes and deletes nothing of another business, and gives nothing away', async () => {
    for (const { name, businessColumn } of tables) {
      const count = async () =>
        (
          await owner().query(
            `select md5(string_agg(to_jsonb(t)::text, '' order by to_jsonb(t)::text)) as hash from "${name}" t where "${businessColumn}" = $1`,
            [other],
          )
        )[0]?.hash;
      const before = await count();
      for (const statement of [
        `update "${name}" set "${businessColumn}" = '${own}' where "${businessColumn}" = '${other}' returning 1`,
        `delete from "${name}" where "${businessColumn}" = '${other}' returning 1`,
      ]) {
        const rows = await asTenant(statement);
        expect([statement, rows === 'refused' ? [] : rows]).toEqual([statement, []]);
      }
      expect([name, await count()]).toEqual([name, before]);
      const held = await owner().query(`select 1 from "${name}" where "${businessColumn}" = $1 limit 1`, [own]);
      if (held.length === 0) continue;
      expect([
        name,
        await asTenant(`update "${name}" set "${businessColumn}" = '${other}' where "${businessColumn}" = '${own}'`),
      ]).toEqual([name, 'refused']);
    }
  });

  it('shows nothing at all without a business', async () => {
    for (const { name } of tables) {
      const rows = await harness.services.db
        .tenant('', (queries) => [queries.execute(sql.raw(`select 1 from "${name}" limit 1`))])
        .then(
          ([result]) => result.rows,
          (error) => postgresError(error)?.code,
        );
      expect([name, rows]).toEqual([name, rows === '42501' ? '42501' : []]);
    }
  });

  it('binds the login of the Worker too: without a role it may read nothing', async () => {
    const roles =
      await owner()`select rolname, rolsuper, rolbypassrls, rolinherit from pg_roles where rolname like 'draftgate_%' order by 1`;
    for (const { rolname, rolsuper, rolbypassrls } of roles) {
      expect([rolname, rolsuper, rolbypassrls]).toEqual([rolname, false, false]);
    }
    expect(roles.find(({ rolname }) => rolname === 'draftgate_app')?.rolinherit).toBe(false);
    const owned =
      await owner()`select tablename from pg_tables where schemaname = 'public' and tableowner like 'draftgate_%'`;
    expect(owned).toEqual([]);
  });
});
