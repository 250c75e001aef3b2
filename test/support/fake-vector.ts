/** A unit vector of 512 dimensions that depends on the text alone. It means nothing. */
export function fakeVector(text: string): number[] {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  const raw = Array.from({ length: 512 }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state >>> 8) % 2_001) / 1_000 - 1;
  });
  const length = Math.hypot(...raw) || 1;
  return raw.map((value) => Number((value / length).toFixed(5)));
}
