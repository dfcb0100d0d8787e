/** What callers without a compiler may hand over by mistake, refused at the door. Each throws `INVALID_INPUT`. */
import { invalidInput } from "@mabeam/foundation";

/** An object with these methods. */
export function expectMethods(value: unknown, methods: readonly string[], what: string): void {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const missing = methods.find((method) => typeof given[method] !== "function");
  if (missing === undefined) return;
  throw invalidInput("invalid-option", `${what} is needed, and ${shown(value)} has no method ${missing}.`, {
    method: missing,
  });
}

/** A function, or nothing. */
export function expectFunction(value: unknown, what: string): void {
  if (value === undefined || typeof value === "function") return;
  throw invalidInput("invalid-option", `${what} must be a function, not ${shown(value)}.`, { option: what });
}

/** An AbortSignal, or nothing. */
export function expectSignal(value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return;
  throw invalidInput("invalid-option", `signal must be an AbortSignal, not ${shown(value)}.`, { option: "signal" });
}

/** A space. */
export function expectSpace(value: unknown): void {
  expectMethods(value, ["validate", "complete", "canonical", "sample", "toJSON"], "A space, as space() makes it,");
}

const shown = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? `a value of the kind ${Object.prototype.toString.call(value)}`
    : `${String(value)}`;
