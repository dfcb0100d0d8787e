/**
 * How mechanisms look at what they are given. A bad configuration refuses the call; what one participant sends (a
 * ballot, a bid) is judged by the mechanism itself, which drops it and goes on.
 */
import { invalidInput } from "../core/errors.ts";

/** The input as a record of unknown members. */
export function checkInput(input: unknown, mechanism: string): Record<string, unknown> {
  if (!isRecord(input)) throw invalidInput("not-an-object", `${mechanism} takes one object, not ${shown(input)}.`);
  return input;
}

/** A list that must not be empty. */
export function checkList(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw invalidInput("not-a-list", `${what} must be a list, not ${shown(value)}.`);
  if (value.length === 0) throw invalidInput("empty", `${what} must not be empty.`);
  return value;
}

/** One of a few words. */
export function checkWord<Word extends string>(value: unknown, words: readonly Word[], what: string): Word {
  if ((words as readonly unknown[]).includes(value)) return value as Word;
  throw invalidInput(`invalid-${what}`, `${what} must be one of ${words.join(", ")}, not ${shown(value)}.`, { value });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A finite number, not negative. */
export function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** A value for an error message, short. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return String(value);
}
