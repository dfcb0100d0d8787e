/**
 * The points of a space: which variables exist in a configuration, what makes it valid, how it is drawn, moved and
 * repaired. Everything goes through one walk in dependency order, {@link settle}.
 */
import { canonicalJson, invalidInput, MabeamError, type Json } from "@mabeam/foundation";
import { frozen, type Configuration } from "./configuration.ts";
import { applyRepair, messageOf, obeys, type Constraint } from "./constraints.ts";
import type { Space } from "./space.ts";
import type { Variable } from "./variable.ts";

/** What {@link Space.validate} finds. */
export type Validation = { ok: true } | { ok: false; problems: Problem[] };

/** One thing that is wrong with a configuration. */
export interface Problem {
  variable?: string;
  constraint?: string;
  message: string;
}

/** The part of a {@link Space} that deals with single configurations. */
export type Points = Pick<
  Space,
  "validate" | "default" | "sample" | "neighbours" | "active" | "canonical" | "key" | "complete" | "settle" | "repair"
>;

// Repairs of one constraint may break another: so many rounds are tried.
const repairRounds = 8;
const maximalDraws = 1_000;

/** The points of the space of these variables, given in dependency order. */
export function pointsOf(order: readonly Variable[], constraints: readonly Constraint[]): Points {
  const byName = new Map(order.map((variable) => [variable.name, variable]));

  const validate = (config: unknown): Validation => {
    const problems = isRecord(config)
      ? variableProblems(order, byName, config)
      : [{ message: "a configuration is an object of values by variable name" }];
    // A constraint may rely on values that are valid one by one.
    if (problems.length === 0) problems.push(...violations(constraints, config as Configuration));
    return problems.length === 0 ? { ok: true } : { ok: false, problems };
  };
  const repair = (config: Configuration): Configuration | undefined => {
    if (validate(config).ok) return config;
    let current = laidOver(order, config, byDefault);
    for (let round = 0; round <= repairRounds; round++) {
      if (variableProblems(order, byName, current).length > 0) return undefined;
      const violated = constraints.find((each) => !obeys(each, current));
      if (violated === undefined) return current;
      current = laidOver(order, applyRepair(violated, current), byDefault);
    }
    return undefined;
  };
  /** Of a configuration that is valid in each variable, one that obeys. */
  const obedient = (config: Configuration): Configuration | undefined =>
    constraints.every((each) => obeys(each, config)) ? config : repair(config);
  const canonical = (config: Configuration): Configuration =>
    settle(order, (variable) => {
      const value = valueIn(config, variable.name);
      return value === undefined ? undefined : variable.canonical(value);
    });
  const key = keyWriter(order, canonical);

  return {
    validate,
    settle: (choose) => settle(order, choose),
    repair,
    canonical,
    key,
    active: (config) => existing(order, config),
    default: () => {
      const config = laidOver(order, {}, byDefault);
      return obedient(config) ?? refuse("The default configuration", violations(constraints, config));
    },
    sample: (random) => {
      for (let draw = 1; ; draw++) {
        const config = settle(order, (variable) => variable.sample(random));
        const valid = obedient(config);
        if (valid !== undefined) return valid;
        if (draw === maximalDraws) refuse(`Each of ${draw} random configurations`, violations(constraints, config));
      }
    },
    neighbours: (config, random) => {
      const found = new Map<string, Configuration>();
      for (const name of existing(order, config)) {
        const value = valueIn(config, name);
        if (value === undefined) continue;
        for (const next of (byName.get(name) as Variable).neighbours(value, random)) {
          const moved = laidOver(order, { ...config, [name]: next }, (born) => born.sample(random));
          const valid = obedient(moved);
          if (valid !== undefined) found.set(key(valid), valid);
        }
      }
      found.delete(key(config));
      return [...found.values()];
    },
    complete: (partial) => {
      checkPartial(byName, partial);
      return laidOver(order, partial, byDefault);
    },
  };
}

/** Writes `canonicalJson(canonical(config))`; samplers want many keys, and here the names are known beforehand. */
function keyWriter(
  order: readonly Variable[],
  canonical: (config: Configuration) => Configuration,
): (config: Configuration) => string {
  const members = order
    .map(({ name }) => ({ name, label: `${JSON.stringify(name)}:` }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return (config) => {
    const values = canonical(config);
    const parts: string[] = [];
    for (const { name, label } of members) {
      const value = valueIn(values, name);
      if (value !== undefined) parts.push(label + canonicalJson(value));
    }
    return `{${parts.join(",")}}`;
  };
}

/**
 * Asks for the value of each variable that exists in what has been settled before it, in dependency order. What comes of
 * it is frozen: trials, programs and samplers hold the same configuration.
 */
function settle(order: readonly Variable[], value: (variable: Variable) => Json | undefined): Configuration {
  const settled: Record<string, Json> = {};
  for (const variable of order) {
    if (!existsIn(variable, settled)) continue;
    const chosen = value(variable);
    if (chosen !== undefined) settled[variable.name] = frozen(chosen);
  }
  return Object.freeze(settled);
}

const laidOver = (
  order: readonly Variable[],
  config: Configuration,
  otherwise: (variable: Variable) => Json,
): Configuration => settle(order, (variable) => valueIn(config, variable.name) ?? otherwise(variable));

const byDefault = (variable: Variable): Json => variable.default;

/** Names of the variables that exist. A value that is given although its variable does not exist decides nothing. */
function existing(order: readonly Variable[], config: Configuration): string[] {
  const found: string[] = [];
  settle(order, (variable) => {
    found.push(variable.name);
    return valueIn(config, variable.name);
  });
  return found;
}

function existsIn(variable: Variable, config: Configuration): boolean {
  return variable.conditions.every((each) => {
    const value = valueIn(config, each.variable);
    return value !== undefined && each.holds(value);
  });
}

// Own members only: a variable may be called "constructor".
const valueIn = (config: Configuration, name: string): Json | undefined =>
  Object.hasOwn(config, name) ? config[name] : undefined;

const isRecord = (value: unknown): value is Configuration =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function variableProblems(
  order: readonly Variable[],
  byName: ReadonlyMap<string, Variable>,
  config: Configuration,
): Problem[] {
  const names = existing(order, config);
  const expected = new Set(names);
  const surplus = Object.keys(config)
    .filter((name) => config[name] !== undefined && !expected.has(name))
    .map((name) => ({ variable: name, message: surplusMessage(name, byName) }));
  return [...surplus, ...names.flatMap((name) => valueProblem(byName.get(name) as Variable, valueIn(config, name)))];
}

function surplusMessage(name: string, byName: ReadonlyMap<string, Variable>): string {
  return byName.has(name) ? `"${name}" does not exist under these values` : `there is no variable "${name}"`;
}

function valueProblem(variable: Variable, value: Json | undefined): Problem[] {
  const message = value === undefined ? `"${variable.name}" has no value` : variable.check(value);
  return message === undefined ? [] : [{ variable: variable.name, message }];
}

function violations(constraints: readonly Constraint[], config: Configuration): Problem[] {
  return constraints
    .filter((each) => !obeys(each, config))
    .map((each) => ({ constraint: each.name, message: messageOf(each) }));
}

function checkPartial(byName: ReadonlyMap<string, Variable>, partial: Configuration): void {
  if (!isRecord(partial)) {
    throw invalidInput("invalid-configuration", `A configuration is a record of values, not ${String(partial)}.`);
  }
  for (const name of Object.keys(partial)) {
    const value = valueIn(partial, name);
    if (value === undefined) continue;
    const variable = byName.get(name);
    const problem = variable === undefined ? surplusMessage(name, byName) : variable.check(value);
    if (problem === undefined) continue;
    throw invalidInput("invalid-configuration", `Configuration, variable "${name}": ${problem}.`, { variable: name });
  }
}

function refuse(what: string, problems: readonly Problem[]): never {
  const said = problems.map((problem) => problem.message).join("; ");
  throw new MabeamError(
    "CONSTRAINT_VIOLATED",
    `${what} violates the space's constraints (${said}) and could not be repaired. Give the constraint a repair, or change the defaults or ranges.`,
    { details: { constraints: problems.map((problem) => problem.constraint) } },
  );
}
