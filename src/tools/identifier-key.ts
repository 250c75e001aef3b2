/** Key under which order, tracking, invoice and appointment numbers are compared: NFKC, upper case, A–Z and 0–9 only. */
export function identifierKey(value: string): string {
  return value
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
}
