/** Some of a list of items: members of a team, tools, features. */
import { checkOptions, hash32, invalidInput } from "@mabeam/foundation";
import { checkList, shownList, type Option } from "./choice.ts";
import { frozen } from "./configuration.ts";
import { drawSize, subsetsOfSize } from "./combinations.ts";
import { defineVariable, listedValues, type Variable } from "./variable.ts";

/** Bounds of a {@link subset}. */
export interface SubsetOptions<Item extends Option> {
  /** Fewest items, the required ones counted. @defaultValue the number of required items */
  min?: number;
  /** Most items. @defaultValue all */
  max?: number;
  /** Items that are always in. */
  required?: readonly NoInfer<Item>[];
  /** @defaultValue all items; where `max` forbids it, the required ones and the first of the others */
  default?: readonly NoInfer<Item>[];
}

/**
 * A list of some of `items`, in their order. Lists in another order are accepted and mean the same.
 * Drawn by chance, all permitted subsets are equally likely.
 * @throws MabeamError `INVALID_INPUT` for no items, doubles, required items that are not among them, or bounds that no
 * subset fits
 */
export function subset<const Name extends string, const Item extends Option>(
  name: Name,
  items: readonly Item[],
  options: SubsetOptions<Item> = {},
): Variable<Name, readonly Item[], false> {
  checkOptions(options, ["min", "max", "required", "default"], "subset");
  checkList(name, items);
  checkLists(name, options);
  const required = new Set<Item>(options.required ?? []);
  const bounds = checkBounds(name, items, required, options);
  const free = items.filter((item) => !required.has(item));
  const known = new Set<unknown>(items);
  // How many of the free items may be in.
  const [least, most] = [bounds.min - required.size, bounds.max - required.size];
  const withFree = (chosen: ReadonlySet<Item>): readonly Item[] =>
    Object.freeze(items.filter((item) => required.has(item) || chosen.has(item)));
  const freeOf = (value: readonly Item[]): Set<Item> => new Set(value.filter((item) => !required.has(item)));

  return defineVariable<Name, readonly Item[]>(name, {
    kind: "subset",
    default: frozen(options.default ?? withFree(new Set(free.slice(0, most)))),
    coordinates: free.map(() => ({ kind: "categorical", levels: 2 })),
    check: (value) => problemOf(value, known, required, bounds),
    sample: (random) => withFree(drawSome(free, drawSize(free.length, least, most, random), random)),
    neighbours: (value, random) => moves(free, freeOf(value), least, most, random).map(withFree),
    size: () => subsetsOfSize(free.length, least, most),
    values: () => {
      if (subsetsOfSize(free.length, least, most) > listedValues) return undefined;
      return combinations(free, least, most).map((chosen) => withFree(new Set(chosen)));
    },
    encode: (value) => free.map((item) => (value.includes(item) ? 1 : 0)),
    decode: (numbers) => withFree(repaired(free, numbers, least, most)),
    canonical: (value) => withFree(freeOf(value)),
    toJSON: () => ({ items, min: options.min, max: options.max, required: options.required, default: options.default }),
  });
}

function checkLists(name: string, { required = [], default: chosen = [] }: SubsetOptions<Option>): void {
  if (Array.isArray(required) && Array.isArray(chosen)) return;
  throw invalidInput("invalid-options", `Variable "${name}" takes lists of items for required and default.`, {
    variable: name,
  });
}

function checkBounds<Item extends Option>(
  name: string,
  items: readonly Item[],
  required: ReadonlySet<Item>,
  options: SubsetOptions<Item>,
): { min: number; max: number } {
  const min = Math.max(options.min ?? 0, required.size);
  const max = options.max ?? items.length;
  const refuse = (what: string): never => {
    throw invalidInput("invalid-range", `Variable "${name}" ${what}.`, { variable: name, min, max });
  };
  const stranger = [...required].find((item) => !items.includes(item));
  if (stranger !== undefined) refuse(`requires ${JSON.stringify(stranger)}, which is not one of its items`);
  const whole = [options.min ?? 0, max].every((bound) => Number.isInteger(bound) && bound >= 0);
  if (!whole) refuse(`needs whole numbers from 0 for min and max, not ${options.min} and ${options.max}`);
  if (min > max) refuse(`has an empty range: at least ${min} but at most ${max} items`);
  if (min > items.length) refuse(`wants at least ${min} items of only ${items.length}`);
  return { min, max: Math.min(max, items.length) };
}

function problemOf(
  value: unknown,
  known: ReadonlySet<unknown>,
  required: ReadonlySet<Option>,
  bounds: { min: number; max: number },
): string | undefined {
  if (!Array.isArray(value)) return `${JSON.stringify(value)} is not a list of items`;
  const stranger = value.find((item) => !known.has(item));
  if (stranger !== undefined) return `${JSON.stringify(stranger)} is not one of ${shownList([...known] as Option[])}`;
  if (new Set(value).size !== value.length) return `${JSON.stringify(value)} has an item twice`;
  const missing = [...required].find((item) => !value.includes(item));
  if (missing !== undefined) return `${JSON.stringify(missing)} is required but missing`;
  if (value.length < bounds.min) return `${value.length} items are fewer than ${bounds.min}`;
  return value.length > bounds.max ? `${value.length} items are more than ${bounds.max}` : undefined;
}

/** `count` of `items`, all choices equally likely (a partial Fisher–Yates shuffle). */
function drawSome<Item>(items: readonly Item[], count: number, random: () => number): Set<Item> {
  const rest = [...items];
  for (let place = 0; place < count; place++) {
    const from = place + Math.floor(random() * (rest.length - place));
    [rest[place], rest[from]] = [rest[from] as Item, rest[place] as Item];
  }
  return new Set(rest.slice(0, count));
}

/** Every flip of one item that the bounds allow, and as many swaps of one in for one out, by chance. */
function moves<Item>(
  free: readonly Item[],
  chosen: ReadonlySet<Item>,
  least: number,
  most: number,
  random: () => number,
): Set<Item>[] {
  const flips = free
    .filter((item) => (chosen.has(item) ? chosen.size > least : chosen.size < most))
    .map((item) => flipped(chosen, item));
  const inside = free.filter((item) => chosen.has(item));
  const outside = free.filter((item) => !chosen.has(item));
  if (inside.length === 0 || outside.length === 0) return flips;
  const swaps = free.map(() => {
    const out = inside[Math.floor(random() * inside.length)] as Item;
    return flipped(flipped(chosen, out), outside[Math.floor(random() * outside.length)] as Item);
  });
  return [...flips, ...swaps];
}

function flipped<Item>(chosen: ReadonlySet<Item>, item: Item): Set<Item> {
  const next = new Set(chosen);
  if (!next.delete(item)) next.add(item);
  return next;
}

/**
 * Items whose number is above a half, brought within the bounds by their numbers. Equal numbers are ordered by a hash
 * of the whole vector: a fixed order would favour the first items whenever many bits must be repaired.
 */
function repaired<Item>(free: readonly Item[], numbers: readonly number[], least: number, most: number): Set<Item> {
  const on = free.filter((_, index) => (numbers[index] ?? 0) > 0.5).length;
  const count = Math.min(most, Math.max(least, on));
  if (count === on) return new Set(free.filter((_, index) => (numbers[index] ?? 0) > 0.5));
  const salt = hash32(...numbers);
  const ranked = free
    .map((item, index) => ({ item, number: numbers[index] ?? 0, tie: hash32(salt, index) }))
    .toSorted((a, b) => b.number - a.number || a.tie - b.tie);
  return new Set(ranked.slice(0, count).map((each) => each.item));
}

function combinations<Item>(items: readonly Item[], least: number, most: number): Item[][] {
  let found: Item[][] = [[]];
  for (const [index, item] of items.entries()) {
    const left = items.length - index - 1;
    found = found
      .flatMap((chosen) => [chosen, [...chosen, item]])
      .filter((chosen) => chosen.length <= most && chosen.length + left >= least);
  }
  return found;
}
