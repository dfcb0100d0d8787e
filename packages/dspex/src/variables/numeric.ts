/** What `float` and `integer` have in common: a number on a {@link Scale}. */
import { invalidInput } from "@mabeam/foundation";
import { normalDeviate } from "./normal-deviate.ts";
import type { Range, Scale } from "./scale.ts";
import { listedValues, type VariableParts } from "./variable.ts";

/** Refuses bounds that are no numbers, an empty range, and steps or logarithms that make no sense. */
export function checkRange(name: string, range: Range): void {
  const { min, max, step, log } = range;
  const refuse = (what: string): never => {
    throw invalidInput("invalid-range", `Variable "${name}" ${what}.`, { variable: name, min, max });
  };
  if (!Number.isFinite(min) || !Number.isFinite(max)) refuse(`needs finite bounds, not min ${min} and max ${max}`);
  if (min > max) refuse(`has an empty range: min ${min} is above max ${max}`);
  if (step !== undefined && !(Number.isFinite(step) && step > 0)) refuse(`needs a step above 0, not ${step}`);
  if (log === true && min <= 0) refuse(`has a logarithmic range, which must start above 0, not at ${min}`);
  if (log === true && step !== undefined) refuse("has both log and step: choose one");
}

/** The parts of a variable whose values are the numbers of `scale`; `problem` judges a number within the bounds. */
export function numericParts(
  kind: string,
  range: Range,
  scale: Scale,
  options: { default: number | undefined; whole: boolean },
): VariableParts<number> {
  const { min, max } = range;
  const { levels } = scale;
  const canonical = (value: number): number => (levels === undefined ? value + 0 : scale.fromUnit(scale.toUnit(value)));
  const check = (value: unknown): string | undefined => {
    if (typeof value !== "number" || !Number.isFinite(value)) return `${shown(value)} is not a finite number`;
    if (value < min || value > max) return `${value} is not from ${min} to ${max}`;
    if (options.whole && !Number.isInteger(value)) return `${value} is not a whole number`;
    const offLattice = levels !== undefined && Math.abs(canonical(value) - value) > 1e-9 * (range.step ?? 1);
    return offLattice ? `${value} is not ${min} plus a multiple of ${range.step}` : undefined;
  };
  const gap = range.step ?? (options.whole ? 1 : undefined);
  const adjacent = (value: number): number[] =>
    gap === undefined ? [] : [value - gap, value + gap].map(canonical).filter((each) => check(each) === undefined);
  return {
    kind,
    default: options.default ?? scale.fromUnit(0.5),
    coordinates: [{ kind: "numeric", ...(levels === undefined ? {} : { levels }) }],
    check,
    sample: (random) => scale.fromUnit(random()),
    neighbours: (value, random) => neighbours(scale, canonical(value), adjacent(canonical(value)), random),
    size: () => levels ?? (options.whole ? max - min + 1 : Infinity),
    values: () => {
      if (options.whole && levels === undefined && max - min < listedValues) {
        return Array.from({ length: max - min + 1 }, (_, index) => min + index);
      }
      if (levels === undefined || levels > listedValues) return undefined;
      return Array.from({ length: levels }, (_, level) => scale.fromUnit((level + 0.5) / levels));
    },
    encode: (value) => [scale.toUnit(value)],
    decode: (numbers) => scale.fromUnit(numbers[0] ?? 0.5),
    canonical,
    toJSON: () => ({
      min,
      max,
      ...(range.log === true ? { log: true } : {}),
      ...(range.step === undefined ? {} : { step: range.step }),
      default: options.default,
    }),
  };
}

// Wide, middle and fine moves, as parts of the range: early search needs the first, polishing the last.
const moveWidths = [0.2, 0.05, 0.01];

/** The adjacent values, if there are such, and one Gaussian move of each width. */
function neighbours(scale: Scale, value: number, adjacent: readonly number[], random: () => number): number[] {
  const at = scale.toUnit(value);
  const moves = moveWidths.map((width) => scale.fromUnit(reflect(at + width * normalDeviate(random))));
  return [...new Set([...adjacent, ...moves])].filter((each) => each !== value);
}

/** Folds a place outside [0, 1] back inside, so that the ends are not favoured. */
function reflect(unit: number): number {
  const folded = Math.abs(unit) % 2;
  return folded > 1 ? 2 - folded : folded;
}

const shown = (value: unknown): string => (typeof value === "string" ? JSON.stringify(value) : String(value));
