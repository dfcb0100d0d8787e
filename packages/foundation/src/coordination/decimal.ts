/**
 * Exact arithmetic for amounts and weights. A number stands for the decimal that JSON shows: 0.1 is one tenth, so that
 * 0.1 + 0.1 + 0.1 is 0.3 and no sum overflows. Only results become numbers again, correctly rounded.
 */

/** `digits` · 10^`exponent`, exactly. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The decimal that a finite number shows. */
export function decimal(value: number): Decimal {
  if (Number.isSafeInteger(value)) return { digits: BigInt(value), exponent: 0 };
  const [mantissa = "0", power = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

export const zero: Decimal = { digits: 0n, exponent: 0 };

/** The sum; its exponent is the smallest of all. */
export function sum(terms: Iterable<Decimal>): Decimal {
  const byExponent = new Map<number, bigint>();
  for (const { digits, exponent } of terms) byExponent.set(exponent, (byExponent.get(exponent) ?? 0n) + digits);
  const exponent = Math.min(...byExponent.keys(), 0);
  let digits = 0n;
  for (const [from, part] of byExponent) digits += part * tenTo(from - exponent);
  return { digits, exponent };
}

export function product(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

/** Differences up to this part of the greater amount count as none, unless both are whole numbers. */
const tolerance = 12;

/**
 * Below zero if a < b, above if a > b, zero if they tie. Whole numbers tie only when they are equal; others also within a
 * relative 1e-12, because a weight of 0.3333333333333333 was meant to be a third.
 */
export function compare(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const [left, right] = [a.digits * tenTo(a.exponent - exponent), b.digits * tenTo(b.exponent - exponent)];
  if (left === right) return 0;
  const exact = exponent >= 0;
  const greater = size(left) > size(right) ? size(left) : size(right);
  if (!exact && size(left - right) * tenTo(tolerance) <= greater) return 0;
  return left < right ? -1 : 1;
}

/** The nearest number to a / b; beyond the range of numbers the greatest (or least) one. `b` is not zero. */
export function quotient(a: Decimal, b: Decimal): number {
  const negative = a.digits < 0n !== b.digits < 0n;
  const [numerator, denominator] = [size(a.digits), size(b.digits)];
  if (numerator === 0n) return 0;
  // Enough digits that the nearest double is certain; a last digit 1 stands for whatever remains behind them.
  const shift = Math.max(0, 40 - (digitsOf(numerator) - digitsOf(denominator)));
  const scaled = numerator * tenTo(shift);
  const digits = scaled / denominator;
  const sticky = scaled % denominator === 0n ? "0" : "1";
  const value = Number(`${digits}${sticky}e${a.exponent - b.exponent - shift - 1}`);
  const finite = Math.min(value, Number.MAX_VALUE);
  return negative ? -finite : finite;
}

/** The nearest number; see {@link quotient}. */
export function toNumber(value: Decimal): number {
  return quotient(value, { digits: 1n, exponent: 0 });
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function digitsOf(value: bigint): number {
  return value.toString().length;
}

const powers: bigint[] = [];

function tenTo(exponent: number): bigint {
  return (powers[exponent] ??= 10n ** BigInt(exponent));
}
