import { hmacSha256, sha256Hex } from '../lib/hash.ts';

const PREFIX = 'dgk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 40;
const CHECKSUM_LENGTH = 6;

export interface NewApiKey {
  key: string;
  hash: string;
  prefix: string;
}

/** A new key: `dgk_` + 40 characters of randomness (238 bits) + 6 of checksum. Shown once; only its SHA-256 is stored. */
export function newApiKey(): Promise<NewApiKey> {
  return keyFrom(async () => crypto.getRandomValues(new Uint8Array(64)));
}

/** The key of one form: the same for the same secret and seed, so that a form that comes twice makes one key. */
export async function derivedApiKey(secret: string, seed: string): Promise<NewApiKey> {
  const encoded = new TextEncoder().encode(secret);
  let block = 0;
  return keyFrom(async () => {
    block += 1;
    return new Uint8Array(await hmacSha256(encoded, `api key ${block}:${seed}`));
  });
}

async function keyFrom(nextBytes: () => Promise<Uint8Array>): Promise<NewApiKey> {
  let secret = '';
  while (secret.length < SECRET_LENGTH) {
    for (const byte of await nextBytes()) {
      // 248 is the largest multiple of 62 in a byte: above it, characters would not be equally likely.
      if (byte < 248 && secret.length < SECRET_LENGTH) secret += ALPHABET[byte % 62];
    }
  }
  const key = `${PREFIX}${secret}${await checksum(secret)}`;
  return { key, hash: await sha256Hex(key), prefix: key.slice(0, PREFIX.length + 6) };
}

/** Whether a text is a key of ours by form and checksum; typing errors and other people's tokens cost no look-up. */
export async function isWellFormedKey(key: string): Promise<boolean> {
  if (!new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`).test(key)) return false;
  const secret = key.slice(PREFIX.length, -CHECKSUM_LENGTH);
  return (await checksum(secret)) === key.slice(-CHECKSUM_LENGTH);
}

async function checksum(secret: string): Promise<string> {
  return (await sha256Hex(`${PREFIX}${secret}`)).slice(0, CHECKSUM_LENGTH);
}
