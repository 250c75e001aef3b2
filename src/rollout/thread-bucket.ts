/** Salt of the arms; another experiment takes another one, so that its arms do not coincide with these. */
const ARM_SALT = 'arm-1';
const BUCKETS = 10_000;

/** Stable bucket of a thread in [0, 1): murmur3 over `feature:salt:business:thread` in 10,000 buckets. */
export function threadBucket(feature: string, businessId: string, threadId: string): number {
  return (murmur3(`${feature}:${ARM_SALT}:${businessId}:${threadId}`) % BUCKETS) / BUCKETS;
}

/** MurmurHash3 x86 32-bit (Austin Appleby, public domain) over UTF-8 bytes, seed 0. */
export function murmur3(text: string): number {
  const bytes = bytesOf(text);
  const blocks = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let i = 0; i < blocks; i += 4) {
    hash ^= scramble(at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocks; i--) tail = (tail << 8) | at(bytes, i);
  if (bytes.length > blocks) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Ids are ASCII nearly always; copying them here takes a third of the time of a call to the encoder. */
function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return new TextEncoder().encode(text);
    bytes[i] = code;
  }
  return bytes;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
