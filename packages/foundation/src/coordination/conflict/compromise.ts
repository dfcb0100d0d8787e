/**
 * `conflict.compromise`: one value for agents that want different ones. The median is the choice for a shared number:
 * nobody gains by exaggerating (Moulin 1980), and less than half of the agents cannot move it out of the others' range.
 */
import { invalidInput } from "../../core/errors.ts";
import { canonicalJson } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import { decimal } from "../decimal.ts";
import { checkInput, checkList, checkWord, isAmount, isRecord, shown } from "../mechanism-input.ts";
import { mean, median, midrange, trimmedMean, weightedMean, weightedMedian } from "./averages.ts";
import type { Weighted } from "./averages.ts";

const methods = ["mean", "median", "weighted-mean", "weighted-median", "trimmed-mean", "midrange", "mode"] as const;

/** How {@link compromise} finds its value. Only the `weighted-` methods look at weights. */
export type CompromiseMethod = (typeof methods)[number];

/** What {@link compromise} takes. */
export interface CompromiseInput {
  /** What each agent wants: a finite number, for `mode` any JSON. `weight` is 1 unless given, a decimal ≥ 0. */
  requests: readonly { agent: string; value: Json; weight?: number }[];
  method: CompromiseMethod;
  /** For `trimmed-mean`: how many values to drop at each end, or, below one half, which part of them (rounded down). */
  trim?: number;
  /** The value is moved into these. */
  bounds?: { min: number; max: number };
  /** Rounds half up, to a whole number within `bounds`. */
  integer?: boolean;
}

/** What {@link compromise} gives. */
export interface CompromiseOutcome<Value extends Json = Json> {
  value: Value;
  method: CompromiseMethod;
  /** The bound that the value was moved to, if it was. */
  bound?: "min" | "max";
}

/**
 * Finds a value between requests. Sums are exact: no overflow, and nothing depends on the order of requests.
 * `median` of an even number is the midpoint of the middle two; `weighted-median` takes the midpoint with the next value
 * when exactly half the weight lies on each side.
 *
 * @throws MabeamError `INVALID_INPUT` with reason `empty`, `duplicate-agent`, `not-numeric`, `invalid-weight` (negative
 * or not finite), `no-weight` (all are zero), `tie` (for `mode`), `trim-too-large`, `invalid-trim`, `invalid-bounds`,
 * `infeasible` (no whole number within the bounds), `invalid-method`
 */
export function compromise(
  input: CompromiseInput & { method: Exclude<CompromiseMethod, "mode"> },
): CompromiseOutcome<number>;
export function compromise(input: CompromiseInput): CompromiseOutcome;
export function compromise(input: CompromiseInput): CompromiseOutcome {
  const { requests, method, trim, bounds, integer = false } = checkInput(input, "conflict.compromise");
  const rule = checkWord(method, methods, "method");
  const range = bounds === undefined ? undefined : checkBounds(bounds);
  if (typeof integer !== "boolean")
    throw invalidInput("invalid-integer", `integer must be true or false, not ${shown(integer)}.`);
  const wanted = checkRequests(checkList(requests, "requests"));
  if (rule === "mode") return fit(modeOf(wanted), rule, range, integer);
  const values = wanted.map(({ agent, value, weight }) => ({ value: numeric(value, agent), weight: decimal(weight) }));
  return fit(average(values, rule, trim), rule, range, integer);
}

interface Request {
  agent: string;
  value: Json;
  weight: number;
}

function checkRequests(requests: unknown[]): Request[] {
  const agents = new Set<string>();
  return requests.map((request) => {
    if (!isRecord(request) || typeof request["agent"] !== "string" || request["agent"] === "")
      throw invalidInput("invalid-request", `A request is { agent, value, weight? }, not ${shown(request)}.`);
    const { agent, value, weight = 1 } = request as { agent: string; value: Json; weight?: unknown };
    if (agents.has(agent)) throw invalidInput("duplicate-agent", `${shown(agent)} asks twice.`, { agent });
    agents.add(agent);
    if (!isAmount(weight)) {
      const message = `The weight of ${shown(agent)} must be a finite number, not negative; it is ${shown(weight)}.`;
      throw invalidInput("invalid-weight", message, { agent, weight });
    }
    return { agent, value, weight };
  });
}

function average(values: Weighted[], method: Exclude<CompromiseMethod, "mode">, trim: unknown): number {
  const numbers = values.map(({ value }) => value);
  switch (method) {
    case "mean":
      return mean(numbers);
    case "median":
      return median(numbers);
    case "midrange":
      return midrange(numbers);
    case "trimmed-mean":
      return trimmedMean(numbers, dropped(trim, numbers.length));
    case "weighted-mean":
      return weightedMean(withWeight(values));
    case "weighted-median":
      return weightedMedian(withWeight(values));
  }
}

function withWeight(values: Weighted[]): Weighted[] {
  const heavy = values.filter(({ weight }) => weight.digits > 0n);
  if (heavy.length === 0)
    throw invalidInput("no-weight", "All requests have weight 0, so none says anything about the value.");
  return heavy;
}

function dropped(trim: unknown, count: number): number {
  if (!isAmount(trim) || (!Number.isInteger(trim) && trim > 1))
    throw invalidInput("invalid-trim", `trim must be a count, or a part below 0.5, not ${shown(trim)}.`, { trim });
  const each = Number.isInteger(trim) ? trim : Math.floor(trim * count + 1e-9);
  if (2 * each >= count || (trim < 1 && trim >= 0.5)) {
    const message = `Dropping ${trim} at each end leaves nothing of ${count} values; trim less.`;
    throw invalidInput("trim-too-large", message, { trim, count });
  }
  return each;
}

function modeOf(requests: Request[]): Json {
  const groups = new Map<string, { value: Json; count: number }>();
  for (const { agent, value } of requests) {
    if (value === undefined || (typeof value === "number" && !Number.isFinite(value)))
      throw invalidInput("not-numeric", `${shown(agent)} wants ${shown(value)}, which is no JSON value.`, { agent });
    const key = canonicalJson(value);
    const group = groups.get(key) ?? { value, count: 0 };
    group.count++;
    groups.set(key, group);
  }
  const most = Math.max(...[...groups.values()].map(({ count }) => count));
  const tied = [...groups.values()].filter(({ count }) => count === most).map(({ value }) => value);
  if (tied.length > 1) {
    throw invalidInput("tie", `${tied.length} values are wanted equally often (${most} times each).`, { tied });
  }
  return tied[0] as Json;
}

function fit(
  value: Json,
  method: CompromiseMethod,
  bounds: { min: number; max: number } | undefined,
  integer: boolean,
): CompromiseOutcome {
  if (bounds === undefined && !integer) return { value: value === 0 ? 0 : value, method };
  const number = numeric(value, "the outcome");
  const { min, max } = bounds ?? { min: -Infinity, max: Infinity };
  const bound = number < min ? ("min" as const) : number > max ? ("max" as const) : undefined;
  const clamped = Math.min(Math.max(number, min), max);
  // Adding 0 turns −0, which JSON does not know, into 0.
  return { value: (integer ? wholeWithin(clamped, min, max) : clamped) + 0, method, ...(bound && { bound }) };
}

function wholeWithin(value: number, min: number, max: number): number {
  const below = Math.floor(value);
  const rounded = value - below >= 0.5 ? below + 1 : below;
  const whole = Math.min(Math.max(rounded, Math.ceil(min)), Math.floor(max));
  if (whole < min || whole > max)
    throw invalidInput("infeasible", `There is no whole number from ${min} to ${max}.`, { min, max });
  return whole;
}

function checkBounds(bounds: unknown): { min: number; max: number } {
  const { min, max } = isRecord(bounds) ? bounds : {};
  if (typeof min !== "number" || typeof max !== "number" || !Number.isFinite(min) || !Number.isFinite(max) || min > max)
    throw invalidInput("invalid-bounds", `bounds is { min, max } with min ≤ max, not ${shown(min)} to ${shown(max)}.`);
  return { min, max };
}

function numeric(value: unknown, agent: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalidInput("not-numeric", `${shown(agent)} wants ${shown(value)}, which is no finite number.`, { agent });
}
