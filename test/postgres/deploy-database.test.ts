import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDeployDatabase, LOGIN_ROLE } from '../../scripts/deploy/database.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const name = `draftgate_deploy_${crypto.randomUUID().slice(0, 8)}`;
let server: pg.Client;
let ownerUrl: string;

beforeAll(async () => {
  const url = process.env.DRAFTGATE_TEST_DATABASE_URL ?? '';
  server = new pg.Client({ connectionString: url });
  await server.connect();
  await server.query(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  ownerUrl = own.href;
});
afterAll(async () => {
  await server.query(`alter role ${LOGIN_ROLE} password null`);
  await server.query(`drop database if exists ${name} with (force)`);
  await server.end();
});

it('a new database is brought to the newest migration, once, and the Worker’s login to nothing but a login', async () => {
  const database = createDeployDatabase(ownerUrl, ROOT);
  const before = await database.inspect();
  expect(before.pendingMigrations).toBeGreaterThan(10);
  expect(before.vector).toMatch(/^0\.[89]|^[1-9]/);
  await database.migrate();
  await database.migrate();
  expect((await database.inspect()).pendingMigrations).toBe(0);
  const password = `it's "a" \\ password-${crypto.randomUUID()}`;
  await database.openLogin(password);
  await database.openLogin(password);
  expect((await database.inspect()).login).toBe('open');

  const worker = new pg.Client({ connectionString: database.urlOf(password) });
  await worker.connect();
  try {
    expect((await worker.query('select current_user as me')).rows).toEqual([{ me: LOGIN_ROLE }]);
    await expect(worker.query('select 1 from "Business"')).rejects.toMatchObject({ code: '42501' });
    await worker.query('begin');
    await worker.query('set local role draftgate_operator');
    expect((await worker.query('select count(*)::int as count from "Business"')).rows).toEqual([{ count: 0 }]);
    await worker.query('rollback');
    await expect(worker.query('create table "Mine" ()')).rejects.toMatchObject({ code: '42501' });
  } finally {
    await worker.end();
  }
});

it('a database that cannot be reached is one line without its login', async () => {
  const nobody = createDeployDatabase('postgresql://owner:hunter2@127.0.0.1:9/x', ROOT);
  await expect(nobody.inspect()).rejects.toThrow(/^the database cannot be reached: ECONNREFUSED$/);
});
