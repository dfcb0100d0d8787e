/** What users hand to the pool, checked. Each check throws `INVALID_INPUT` and says which value is wrong. */
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkId, checkNumber, checkOptions, checkSignal } from "../core/validate.ts";
import type { Capacity, ResourceRequestOptions } from "./resource-pool.ts";

/** The capacity of each dimension, by name. */
export function checkCapacities(capacities: unknown): ReadonlyMap<string, Capacity> {
  const checked = new Map<string, Capacity>();
  for (const [dimension, capacity] of entriesOf(capacities, "define")) {
    checkId(dimension, "The name of a dimension");
    checked.set(dimension, checkCapacity(dimension, capacity));
  }
  return checked;
}

/** What is above zero of `amounts`, by dimension. */
export function checkAmounts(amounts: unknown, has: (dimension: string) => boolean): ReadonlyMap<string, number> {
  const checked = new Map<string, number>();
  for (const [dimension, amount] of entriesOf(amounts, "request")) {
    if (!has(dimension)) {
      const message = `There is no dimension ${describe(dimension)}; add it with resources.define().`;
      throw invalidInput("unknown-dimension", message, { dimension });
    }
    checkNumber(amount, `The amount of "${dimension}"`, { min: 0 });
    if (amount > 0) checked.set(dimension, amount);
  }
  if (checked.size === 0)
    throw invalidInput("no-amount", "A request needs an amount above 0 of at least one dimension.");
  return checked;
}

export function checkRequestOptions(options: ResourceRequestOptions): void {
  checkOptions(options, ["priority", "leaseMs", "wait", "signal"], "request");
  const { priority, leaseMs, wait, signal } = options;
  if (priority !== undefined) checkNumber(priority, "priority");
  if (leaseMs !== undefined) checkAboveZero(leaseMs, "leaseMs");
  if (wait !== undefined && typeof wait !== "boolean")
    throw invalidInput("not-a-boolean", `wait must be true or false, not ${describe(wait)}.`);
  checkSignal(signal);
}

function entriesOf(record: unknown, what: string): [string, unknown][] {
  const isRecord = typeof record === "object" && record !== null && !Array.isArray(record);
  const entries = isRecord ? Object.entries(record) : [];
  if (entries.length > 0) return entries;
  const shown = isRecord ? "an empty one" : describe(record);
  throw invalidInput("no-dimensions", `${what} takes a record by dimension, as { cpu: 2 }, not ${shown}.`);
}

function checkCapacity(dimension: string, capacity: unknown): Capacity {
  const what = `The capacity of "${dimension}"`;
  if (typeof capacity !== "object") {
    checkNumber(capacity, what, { min: 0 });
    return capacity;
  }
  checkOptions(capacity, ["tokens", "perMs", "burst"], what);
  const { tokens, perMs, burst = tokens } = capacity as Record<string, unknown>;
  checkAboveZero(tokens, `${what}, tokens,`);
  checkAboveZero(perMs, `${what}, perMs,`);
  checkAboveZero(burst, `${what}, burst,`);
  return { tokens, perMs, burst };
}

function checkAboveZero(value: unknown, what: string): asserts value is number {
  checkNumber(value, what, { min: 0 });
  if (value === 0) throw invalidInput("invalid-number", `${what} must be above 0.`, { value });
}
