import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/storage/db.ts';
import { type Answer, type Harness, startHarness } from '../support/harness.ts';

type Json = Answer['body'];

const PROBES = ['/healthz', '/readyz'];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

describe('the description of the API', () => {
  let harness: Harness;
  let document: Json;
  let operations: { method: string; path: string; operation: Json }[];

  beforeAll(async () => {
    harness = startHarness();
    const { status, body, headers } = await harness.get('/openapi.json', { key: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    document = body;
    operations = Object.entries(body.paths as Json).flatMap(([path, methods]) =>
      Object.entries(methods as Json).map(([method, operation]) => ({ method, path, operation })),
    );
  });

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Draftgate', version: expect.any(String) });
    expect(operations.every(({ method }) => METHODS.includes(method))).toBe(true);
    expect(Object.keys(document.paths).every((path) => path.startsWith('/'))).toBe(true);
  });

  it('holds every route of the API, and no other', () => {
    const served = harness.app.routes
      .filter(({ method, path }) => method !== 'ALL' && /^\/(?:v1\/|admin\/api\/|healthz|readyz)/.test(path))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/\/:([A-Za-z]+)/g, '/{$1}')}`);
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual([...new Set(served)].sort());
    expect(described.length).toBeGreaterThan(20);
  });

  it('has a schema behind every reference', () => {
    const references: string[] = [];
    JSON.stringify(document, (key, value) => {
      if (key === '$ref') references.push(value);
      return value;
    });
    expect(references.length).toBeGreaterThan(50);
    for (const reference of new Set(references)) {
      const found = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>(
          (at, step) => (at as Json | undefined)?.[step.replaceAll('~1', '/').replaceAll('~0', '~')],
          document,
        );
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });

  it('asks for a bearer key everywhere but at the probes', () => {
    expect(document.security).toEqual([{ key: [] }]);
    expect(document.components.securitySchemes.key).toMatchObject({ type: 'http', scheme: 'bearer' });
    const open = operations.filter(({ operation }) => operation.security !== undefined);
    expect(open.map(({ path, operation }) => [path, operation.security])).toEqual(PROBES.map((path) => [path, []]));
  });

  it('says of each operation what it does, what it takes and how it fails', () => {
    for (const { method, path, operation } of operations) {
      const where = `${method} ${path}`;
      expect([where, operation.summary?.length > 3, operation.tags?.length]).toEqual([where, true, 1]);
      const declared = (operation.parameters ?? [])
        .filter((parameter: Json) => parameter.in === 'path')
        .map((parameter: Json) => parameter.name);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect([where, declared]).toEqual([where, inPath]);
      const statuses = Object.keys(operation.responses);
      expect([where, statuses.some((status) => status.startsWith('2'))]).toEqual([where, true]);
      if (PROBES.includes(path)) continue;
      expect([where, ['400', '401', '429', '500', '503'].filter((status) => !statuses.includes(status))]).toEqual([
        where,
        [],
      ]);
      for (const [status, response] of Object.entries(operation.responses as Json)) {
        expect([where, status, (response as Json).description?.length > 0]).toEqual([where, status, true]);
        if (Number(status) >= 400) {
          expect((response as Json).content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Error' });
        }
      }
      if (method === 'get') expect([where, operation.requestBody]).toEqual([where, undefined]);
    }
  });

  it('has names for the shapes that clients build types from', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'Draft',
        'Message',
        'Order',
        'Appointment',
        'Snippet',
        'Error',
        'Address',
        'Business',
        'Pilot',
      ]),
    );
    const required = [
      'id',
      'version',
      'status',
      'kind',
      'to',
      'cc',
      'bcc',
      'subject',
      'body',
      'claims',
      'rag',
      'tokens',
    ];
    expect(document.components.schemas.Draft.required).toEqual(expect.arrayContaining(required));
  });

  it('is the same each time it is asked for', async () => {
    expect((await harness.get('/openapi.json')).body).toEqual(document);
  });

  it('can be read by people: every operation stands on /docs', async () => {
    const { status, body, headers } = await harness.get('/docs', { key: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    const page = String(body).replace(/\s+/g, ' ');
    for (const { method, path } of operations) expect(page).toContain(`${method.toUpperCase()} ${path}`);
    expect(page).toMatch(/^<!doctype html>/i);
  });
});

describe('the probes', () => {
  const failing = (error: Error): Harness => {
    const fail = async () => {
      throw error;
    };
    return startHarness({ db: { tenant: fail, operator: fail, roundTrips: () => 0 } as unknown as Database });
  };

  it('say that the process lives, without a key and without a database', async () => {
    const { status, body } = await failing(new Error('down')).get('/healthz', { key: null });
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok' });
  });

  it('say that it can serve', async () => {
    const { status, body } = await startHarness().get('/readyz', { key: null });
    expect(body).toEqual({ ready: true, checks: { database: 'ok', migrations: 'ok', kv: 'ok' } });
    expect(status).toBe(200);
  });

  it('say that it cannot while the database is away, and no more', async () => {
    const { status, body, headers } = await failing(new Error('postgres://app:hunter2@db')).get('/readyz', {
      key: null,
    });
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body).toEqual({ ready: false, checks: { database: 'failed', migrations: 'failed', kv: 'ok' } });
  });

  it('say that it cannot while migrations are missing', async () => {
    const behind = startHarness({
      db: { operator: async () => [{ rows: [{ newest: '1' }] }] } as unknown as Database,
    });
    const { status, body } = await behind.get('/readyz', { key: null });
    expect(status).toBe(503);
    expect(body.checks).toMatchObject({ database: 'ok', migrations: 'behind' });
  });
});
