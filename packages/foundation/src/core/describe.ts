/**
 * What somebody threw or passed in, in words, for messages. Total: also for values that refuse to become text, since an
 * error about a value must never be the second accident.
 */
export function describe(value: unknown): string {
  try {
    return value instanceof Error ? `${value.message}` : String(value);
  } catch {
    return `${typeof value === "function" ? "a function" : "an object"} without text`;
  }
}
