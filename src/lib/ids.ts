const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: `<prefix>_` + 10 characters of time + 16 of randomness (80 bits), Crockford base 32. Ids of one prefix sort by
 * creation time to the millisecond, so a list pages by id alone.
 */
export function newId(prefix: string, now: Date): string {
  let time = now.getTime();
  let stamp = '';
  for (let i = 0; i < 10; i++) {
    stamp = ALPHABET[time % 32] + stamp;
    time = Math.floor(time / 32);
  }
  const random = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => ALPHABET[byte % 32]).join('');
  return `${prefix}_${stamp}${random}`;
}
