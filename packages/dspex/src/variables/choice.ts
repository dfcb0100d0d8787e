/** One of a few options without an order. */
import { checkOptions, invalidInput } from "@mabeam/foundation";
import { defineVariable, listedValues, type Variable } from "./variable.ts";

/** What a {@link choice} may offer. */
export type Option = string | number | boolean;

/** Default and prior of a {@link choice}. */
export interface ChoiceOptions<Value extends Option> {
  /** @defaultValue the first option */
  default?: NoInfer<Value>;
  /** How likely each option is when drawn by chance, in their order; need not sum to 1. @defaultValue all alike */
  weights?: readonly number[];
}

/**
 * One of `options`.
 * @throws MabeamError `INVALID_INPUT` for no options, doubles, numbers that are not finite, a default that is not
 * among them, or weights that are not one per option, not negative, with a positive sum
 */
export function choice<const Name extends string, const Value extends Option>(
  name: Name,
  options: readonly Value[],
  settings: ChoiceOptions<Value> = {},
): Variable<Name, Value, false> {
  checkOptions(settings, ["default", "weights"], "choice");
  checkList(name, options);
  const list = Object.freeze([...options]);
  const places = new Map<unknown, number>(list.map((option, index) => [option, index]));
  const limits = cumulative(name, list.length, settings.weights);
  const at = (index: number): Value => list[Math.min(list.length - 1, Math.max(0, Math.round(index)))] as Value;
  return defineVariable<Name, Value>(name, {
    kind: "choice",
    default: settings.default ?? (list[0] as Value),
    coordinates: [{ kind: "categorical", levels: list.length }],
    check: (value) => (places.has(value) ? undefined : `${JSON.stringify(value)} is not one of ${shownList(list)}`),
    sample: (random) => {
      const draw = random() * (limits.at(-1) as number);
      return list[limits.findIndex((limit) => draw < limit)] as Value;
    },
    neighbours: (value) => list.filter((option) => option !== value),
    size: () => list.length,
    values: () => (list.length <= listedValues ? list : undefined),
    encode: (value) => [places.get(value) ?? 0],
    decode: ([index = 0]) => at(index),
    canonical: (value) => value,
    toJSON: () => ({ options: list, default: settings.default, weights: settings.weights }),
  });
}

/** Refuses empty lists, doubles and values that JSON does not carry. Shared with `subset`. */
export function checkList(name: string, options: readonly Option[]): void {
  const refuse = (what: string): never => {
    throw invalidInput("invalid-options", `Variable "${name}" ${what}.`, { variable: name });
  };
  if (!Array.isArray(options) || options.length === 0) refuse("needs at least one option");
  for (const option of options) {
    const fits = typeof option === "string" || typeof option === "boolean" || Number.isFinite(option);
    if (!fits) refuse(`has the option ${String(option)}: only strings, finite numbers and booleans are allowed`);
  }
  const double = options.find((option, index) => options.indexOf(option) !== index);
  if (double !== undefined) refuse(`has the option ${JSON.stringify(double)} twice`);
}

export const shownList = (list: readonly Option[]): string =>
  list.length > 12 ? `its ${list.length} options` : list.map((option) => JSON.stringify(option)).join(", ");

function cumulative(name: string, length: number, weights: readonly number[] | undefined): number[] {
  const given = Array.isArray(weights ?? []) ? (weights ?? Array.from({ length }, () => 1)) : [];
  let sum = 0;
  const limits = given.map((weight) => (sum += weight));
  if (given.length !== length || !given.every((weight) => weight >= 0) || !(sum > 0 && Number.isFinite(sum))) {
    throw invalidInput(
      "invalid-weights",
      `Variable "${name}" needs one weight per option, none negative, with a positive sum, not [${given.join(", ")}].`,
      { variable: name },
    );
  }
  return limits;
}
