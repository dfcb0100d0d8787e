/** How many configurations a conditional space has. */
import type { Json } from "@mabeam/foundation";
import type { Variable } from "./variable.ts";

// Beyond so many combinations of deciding values the exact count is not worth its time.
const exactCombinations = 1_000_000;

/**
 * Counts configurations of variables in dependency order: exactly where the values of deciding variables can be
 * listed, else as if every conditional variable always existed, an upper bound. Variables that share no condition are
 * counted apart and multiplied.
 */
export function countConfigurations(order: readonly Variable[]): number {
  return families(order).reduce((product, family) => product * countFamily(family), 1);
}

function countFamily(family: readonly Variable[]): number {
  const deciding = new Set(family.flatMap((variable) => variable.conditions.map((each) => each.variable)));
  const deciders = family.filter((variable) => deciding.has(variable.name));
  const combinations = deciders.reduce((product, variable) => product * variable.size(), 1);
  const listed = deciders.every((variable) => variable.values() !== undefined);
  if (!listed || combinations > exactCombinations) {
    return family.reduce((product, variable) => product * variable.size(), 1);
  }
  const chosen = new Map<string, Json>();
  const count = (index: number): number => {
    const variable = family[index];
    if (variable === undefined) return 1;
    if (!exists(variable, chosen)) return count(index + 1);
    if (!deciding.has(variable.name)) return variable.size() * count(index + 1);
    let sum = 0;
    for (const value of variable.values() ?? []) {
      chosen.set(variable.name, value);
      sum += count(index + 1);
    }
    chosen.delete(variable.name);
    return sum;
  };
  return count(0);
}

const exists = (variable: Variable, chosen: ReadonlyMap<string, Json>): boolean =>
  variable.conditions.every((each) => {
    const value = chosen.get(each.variable);
    return value !== undefined && each.holds(value);
  });

/** Groups that are connected by conditions, each still in dependency order. */
function families(order: readonly Variable[]): Variable[][] {
  const familyOf = new Map<string, Variable[]>();
  for (const variable of order) {
    const joined = new Set(variable.conditions.map((each) => familyOf.get(each.variable) as Variable[]));
    const merged = order.filter((each) => each === variable || [...joined].some((family) => family.includes(each)));
    for (const member of merged) familyOf.set(member.name, merged);
  }
  return [...new Set(familyOf.values())];
}
