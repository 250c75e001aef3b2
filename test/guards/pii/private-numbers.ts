/** A card number of the brand with its Luhn digit: `cardOf('411111111111111')` has sixteen digits. */
export function cardOf(withoutCheckDigit: string): string {
  let sum = 0;
  for (let index = 0; index < withoutCheckDigit.length; index++) {
    const digit = Number(withoutCheckDigit.at(-1 - index));
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${withoutCheckDigit}${(10 - (sum % 10)) % 10}`;
}

/** An IBAN with its check digits for a country and an account part. */
export function ibanOf(country: string, account: string): string {
  const digits = [...`${account}${country}00`].map((character) => Number.parseInt(character, 36)).join('');
  const check = 98n - (BigInt(digits) % 97n);
  return `${country}${String(check).padStart(2, '0')}${account}`;
}

/** Groups of the given sizes with a separator between; the last size repeats. */
export function grouped(value: string, sizes: readonly number[], separator: string): string {
  const groups: string[] = [];
  let position = 0;
  for (let index = 0; position < value.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)] as number;
    groups.push(value.slice(position, position + size));
    position += size;
  }
  return groups.join(separator);
}

export function fullWidth(value: string): string {
  return value.replace(/[0-9A-Za-z]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));
}

export function inDigitsFrom(value: string, zero: number): string {
  return value.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
}
