/** Small checks for entry points and hot paths. Each throws `INVALID_INPUT` and says which value is wrong. */
import { describe } from "./describe.ts";
import { invalidInput } from "./errors.ts";

/** Ids are non-empty strings of at most 256 characters. */
export function checkId(id: unknown, what: string): asserts id is string {
  if (typeof id !== "string" || id.length === 0 || id.length > 256) {
    const shown = typeof id === "string" ? `a string of ${id.length} characters` : describe(id);
    throw invalidInput("invalid-id", `${what} must be a non-empty string of at most 256 characters, not ${shown}.`);
  }
}

/** A finite number within [min, max]. */
export function checkNumber(
  value: unknown,
  what: string,
  range: { min?: number; max?: number } = {},
): asserts value is number {
  const { min = -Infinity, max = Infinity } = range;
  if (typeof value !== "number" || !Number.isFinite(value) || value < min || value > max) {
    throw invalidInput(
      "invalid-number",
      `${what} must be a finite number from ${min} to ${max}, not ${describe(value)}.`,
      { value },
    );
  }
}

/** A whole number within [min, max]. */
export function checkInteger(
  value: unknown,
  what: string,
  range: { min?: number; max?: number } = {},
): asserts value is number {
  checkNumber(value, what, range);
  if (!Number.isInteger(value))
    throw invalidInput("invalid-number", `${what} must be a whole number, not ${value}.`, { value });
}

/** A record of options with no names but the known ones: a typing error is no silent default. */
export function checkOptions(options: unknown, known: readonly string[], what: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalidInput("invalid-options", `${what} takes options, a record, not ${describe(options)}.`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw invalidInput("unknown-option", `"${unknown}" is no option of ${what}; there are ${known.join(", ")}.`, {
    option: unknown,
  });
}

/** A list of non-empty strings. */
export function checkStrings(value: unknown, what: string): asserts value is readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "")) return;
  throw invalidInput("invalid-list", `${what} must be a list of non-empty strings, not ${describe(value)}.`);
}

export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw invalidInput("invalid-signal", `signal must be an AbortSignal, not ${describe(signal)}.`);
}

/** A value that has these methods, as the contract of an exchangeable part asks. */
export function checkMethods(value: unknown, what: string, methods: readonly string[]): void {
  const missing =
    typeof value === "object" && value !== null
      ? methods.find((method) => typeof (value as Record<string, unknown>)[method] !== "function")
      : methods[0];
  if (missing === undefined) return;
  throw invalidInput("missing-method", `${what} must have the method ${missing}(); ${describe(value)} has not.`);
}
