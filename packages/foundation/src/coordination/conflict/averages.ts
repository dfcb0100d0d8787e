/** Averages of numbers, computed exactly and rounded once. Lists are never empty. */
import { compare, decimal, product, quotient, sum } from "../decimal.ts";
import type { Decimal } from "../decimal.ts";

/** A value with a weight above zero. */
export interface Weighted {
  value: number;
  weight: Decimal;
}

export function mean(values: readonly number[]): number {
  return quotient(sum(values.map(decimal)), decimal(values.length));
}

/** The middle value, or the midpoint of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? midpoint(sorted[middle - 1] as number, sorted[middle] as number)
    : (sorted[Math.floor(middle)] as number);
}

/** The middle of the least and the greatest value. */
export function midrange(values: readonly number[]): number {
  const sorted = ascending(values);
  return midpoint(sorted[0] as number, sorted.at(-1) as number);
}

/** The mean without the `each` least and `each` greatest values. */
export function trimmedMean(values: readonly number[], each: number): number {
  return mean(ascending(values).slice(each, values.length - each));
}

export function weightedMean(values: readonly Weighted[]): number {
  const weighted = values.map(({ value, weight }) => product(decimal(value), weight));
  return quotient(sum(weighted), sum(values.map(({ weight }) => weight)));
}

/** The least value with half of the weight at or below it; with exactly half, the midpoint to the next value. */
export function weightedMedian(values: readonly Weighted[]): number {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const total = sum(sorted.map(({ weight }) => weight));
  const two = decimal(2);
  let below: Decimal = decimal(0);
  for (const [index, { value, weight }] of sorted.entries()) {
    below = sum([below, weight]);
    const order = compare(product(below, two), total);
    const next = sorted[index + 1];
    if (order === 0 && next !== undefined) return midpoint(value, next.value);
    if (order >= 0) return value;
  }
  return (sorted.at(-1) as Weighted).value;
}

function midpoint(a: number, b: number): number {
  return mean([a, b]);
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
