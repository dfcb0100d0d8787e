/**
 * Exact amounts. A number stands for the decimal that it shows: three times 0.1 is 0.3, and whatever is taken and given
 * back, in any order, leaves nothing behind. Floating point would drift, and refuse the third tenth of 0.3.
 */

/** `digits` · 10^`exponent`. */
export interface Exact {
  readonly digits: bigint;
  readonly exponent: number;
}

export const nothing: Exact = { digits: 0n, exponent: 0 };

/** The decimal that a finite number shows. */
export function exact(value: number): Exact {
  if (Number.isSafeInteger(value)) return { digits: BigInt(value), exponent: 0 };
  const [mantissa = "0", power = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** The nearest number. */
export function toNumber({ digits, exponent }: Exact): number {
  return Number(`${digits}e${exponent}`);
}

export function plus(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  const digits = scaled(a, exponent) + scaled(b, exponent);
  // Zero sheds its exponent, so that one tiny amount does not make all later sums long.
  return digits === 0n ? nothing : { digits, exponent };
}

export function minus(a: Exact, b: Exact): Exact {
  return plus(a, { digits: -b.digits, exponent: b.exponent });
}

export function times(a: Exact, b: Exact): Exact {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

export function isLess(a: Exact, b: Exact): boolean {
  const exponent = Math.min(a.exponent, b.exponent);
  return scaled(a, exponent) < scaled(b, exponent);
}

export function least(a: Exact, b: Exact): Exact {
  return isLess(b, a) ? b : a;
}

/** a / b, rounded up to a whole number; both are positive. */
export function wholeQuotient(a: Exact, b: Exact): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const divisor = scaled(b, exponent);
  return Number((scaled(a, exponent) + divisor - 1n) / divisor);
}

/** Twice what a number shows: `toNumber` of a quotient is then the number nearest to the truth. */
const decimals = 36;

/** a / b, rounded down to 36 decimals; both are positive. Exact if it has no more than these. */
export function quotientBelow(a: Exact, b: Exact): Exact {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: (scaled(a, exponent) * tenTo(decimals)) / scaled(b, exponent), exponent: -decimals };
}

function scaled({ digits, exponent }: Exact, to: number): bigint {
  return exponent === to ? digits : digits * tenTo(exponent - to);
}

const powers: bigint[] = [];

function tenTo(exponent: number): bigint {
  return (powers[exponent] ??= 10n ** BigInt(exponent));
}
