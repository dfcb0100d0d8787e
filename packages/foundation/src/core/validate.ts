/** Small checks for entry points and hot paths. Each throws `INVALID_INPUT` and says which value is wrong. */
import { invalidInput } from "./errors.ts";

/** Ids are non-empty strings of at most 256 characters. */
export function checkId(id: unknown, what: string): asserts id is string {
  if (typeof id !== "string" || id.length === 0 || id.length > 256) {
    const shown = typeof id === "string" ? `a string of ${id.length} characters` : String(id);
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
      `${what} must be a finite number from ${min} to ${max}, not ${String(value)}.`,
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
    throw invalidInput("invalid-options", `${what} takes options, a record, not ${String(options)}.`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw invalidInput("unknown-option", `"${unknown}" is no option of ${what}; there are ${known.join(", ")}.`, {
    option: unknown,
  });
}
