import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWellFormedKey, newApiKey } from '../../src/access/api-key.ts';
import { authorize, requireAdmin, requireScope } from '../../src/access/authenticate.ts';
import { type Actor, SCOPES } from '../../src/access/scopes.ts';
import { sha256Hex } from '../../src/lib/hash.ts';

describe('an API key', () => {
  it('has a prefix, a random part and a checksum, and is stored as its hash', async () => {
    const { key, hash, prefix } = await newApiKey();
    expect(key).toMatch(/^dgk_[0-9A-Za-z]{40}[0-9a-f]{6}$/);
    expect(hash).toBe(await sha256Hex(key));
    expect(key.startsWith(prefix)).toBe(true);
    expect(prefix).toHaveLength(10);
    expect(await isWellFormedKey(key)).toBe(true);
  });

  it('is never the same', async () => {
    const keys = await Promise.all(Array.from({ length: 200 }, newApiKey));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(200);
    expect(new Set(keys.map(({ prefix }) => prefix)).size).toBe(200);
  });

  it('with one character mistyped is not one', async () => {
    const { key } = await newApiKey();
    const position = fc.integer({ min: 0, max: key.length - 1 });
    const character = fc.constantFrom(...'0123456789ABCDEFabcdef_-');
    await fc.assert(
      fc.asyncProperty(position, character, async (at, by) => {
        fc.pre(key[at] !== by);
        expect(await isWellFormedKey(key.slice(0, at) + by + key.slice(at + 1))).toBe(false);
      }),
    );
  });

  it.each(['', 'dgk_', `dgk_${'a'.repeat(46)}`, `sk_${'a'.repeat(47)}`, 'x'.repeat(100_000), `dgk_${'é'.repeat(46)}`])(
    'is not %.30j',
    async (text) => {
      expect(await isWellFormedKey(text)).toBe(false);
    },
  );

  it('with something around it is not one', async () => {
    const { key } = await newApiKey();
    for (const text of [`${key}a`, ` ${key}`, `${key}\n`, key.toUpperCase(), key.slice(0, -1)]) {
      expect(await isWellFormedKey(text)).toBe(false);
    }
  });
});

describe('what an actor may do', () => {
  const admin: Actor = { kind: 'admin', name: 'admin-key' };
  const key = (...scopes: string[]): Actor => ({ kind: 'key', name: 'key:1', keyId: '1', businessId: 'b1', scopes });

  it.each(SCOPES)('%s: the admin anywhere, a key in its own business with this scope', (scope) => {
    expect(() => authorize(admin, scope, 'any')).not.toThrow();
    expect(() => authorize(key(scope), scope, 'b1')).not.toThrow();
    expect(() => authorize(key(scope), scope, 'b2')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    const others = SCOPES.filter((other) => other !== scope);
    expect(() => authorize(key(...others), scope, 'b1')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => requireScope(key(...others), scope)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => authorize(key('*', 'admin'), scope, 'b1')).toThrow();
  });

  it('another business does not exist for a key, whether it has the scope or not', () => {
    expect(() => authorize(key(), 'drafts:read', 'b2')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('administration is the admin’s alone', () => {
    expect(() => requireAdmin(admin)).not.toThrow();
    expect(() => requireAdmin(key(...SCOPES))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});
