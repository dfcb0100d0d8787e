/** When a conditional variable exists: a law about the value of one other variable. */
import { canonicalJson, invalidInput, type Json } from "@mabeam/foundation";

/** A condition as JSON. A predicate is a function and cannot be written down: it must be given again when reading. */
export type ConditionJson =
  | { readonly variable: string; readonly equals: Json }
  | { readonly variable: string; readonly predicate: true };

/** "`variable` exists and its value passes." */
export interface Condition {
  /** The name of the variable that decides. */
  readonly variable: string;
  /** The one value that passes, if the condition is an equality. */
  readonly equals?: Json;
  holds(value: Json): boolean;
  toJSON(): ConditionJson;
}

/** A condition on `variable`: equal to a value, or accepted by a predicate (which must be pure). */
export function condition(variable: string, test: Json | ((value: never) => boolean)): Condition {
  if (typeof test === "function") {
    const predicate = test as (value: Json) => boolean;
    return Object.freeze({
      variable,
      holds: (value: Json) => predicate(value),
      toJSON: () => ({ variable, predicate: true as const }),
    });
  }
  if (test === undefined) {
    throw invalidInput("invalid-condition", `A condition on "${variable}" needs a value or a predicate.`, { variable });
  }
  const holds =
    typeof test === "object"
      ? (
          (expected) => (value: Json) =>
            canonicalJson(value) === expected
        )(canonicalJson(test))
      : (value: Json) => value === test;
  return Object.freeze({ variable, equals: test, holds, toJSON: () => ({ variable, equals: test }) });
}

/** The same condition on a variable that is called otherwise. */
export function renamedCondition(original: Condition, rename: (name: string) => string): Condition {
  const variable = rename(original.variable);
  return Object.freeze({ ...original, variable, toJSON: () => ({ ...original.toJSON(), variable }) });
}
