/**
 * Laws about whole configurations that can be computed before anything is spent ("costs stay within the budget").
 * They belong to the space; samplers treat them as a projection by `repair`, or by rejection, never as a penalty.
 */
import { invalidInput } from "@mabeam/foundation";
import { expectFunction, expectMethods } from "./expect-shape.ts";
import { prefixed, restricted, unprefixed, type Configuration } from "./configuration.ts";

/** A named law of configurations. Its functions must be pure. */
export interface Constraint<Config extends object = Configuration> {
  readonly name: string;
  /**
   * The variables that it looks at: it then sees only these, and moves to any sub-space that has them all.
   * @defaultValue all variables of the space that it was given to
   */
  readonly variables?: readonly string[];
  /** Whether a configuration, valid in each single variable, obeys. */
  check(config: Config): boolean;
  /** What is wrong when it does not obey. @defaultValue `constraint "<name>" is violated` */
  readonly message?: string;
  /** A configuration nearby that obeys. */
  repair?(config: Config): Config;
}

/** What a violated constraint says. */
export function messageOf(constraint: Constraint): string {
  return constraint.message ?? `constraint "${constraint.name}" is violated`;
}

/** Whether `config` obeys, seen through the constraint's window. */
export function obeys(constraint: Constraint, config: Configuration): boolean {
  return constraint.check(windowOf(constraint, config));
}

/** One application of `repair`; what the constraint does not see stays. */
export function applyRepair(constraint: Constraint, config: Configuration): Configuration {
  if (constraint.repair === undefined) return config;
  if (constraint.variables === undefined) return constraint.repair(config);
  const seen = new Set(constraint.variables);
  const unseen = Object.fromEntries(Object.entries(config).filter(([name]) => !seen.has(name)));
  return { ...unseen, ...restricted(constraint.repair(windowOf(constraint, config)), seen) };
}

function windowOf(constraint: Constraint, config: Configuration): Configuration {
  return constraint.variables === undefined ? config : restricted(config, new Set(constraint.variables));
}

/** The same law, no longer about "all variables" but about `names`: what it meant before its space grew. */
export function bound(constraint: Constraint, names: readonly string[]): Constraint {
  return constraint.variables === undefined ? derived(constraint, { variables: names }) : constraint;
}

/** The same law about prefixed variables; its own functions still see the names that they were written for. */
export function prefixedConstraint(constraint: Constraint, prefix: string, names: readonly string[]): Constraint {
  const repair = constraint.repair?.bind(constraint);
  return derived(constraint, {
    name: prefix + constraint.name,
    variables: (constraint.variables ?? names).map((name) => prefix + name),
    check: (config) => constraint.check(unprefixed(config, prefix)),
    ...(repair === undefined ? {} : { repair: (config) => prefixed(repair(unprefixed(config, prefix)), prefix) }),
  });
}

// Not a spread: a constraint may be an instance of a class, whose methods a spread would lose.
function derived(constraint: Constraint, changes: Partial<Constraint>): Constraint {
  return Object.assign(Object.create(constraint) as Constraint, changes);
}

/** Refuses what is no list of laws, doubles, and windows on variables that are not there. */
export function checkConstraints(constraints: readonly Constraint[], names: Pick<ReadonlySet<string>, "has">): void {
  if (!Array.isArray(constraints)) {
    throw invalidInput("invalid-constraint", `Constraints are a list, not ${typeof constraints}.`);
  }
  const seen = new Set<string>();
  for (const constraint of constraints as readonly Constraint[]) {
    expectMethods(constraint, ["check"], "A constraint, { name, check, repair? },");
    const { name, variables = [], repair } = constraint;
    expectFunction(repair, `repair of constraint "${name}"`);
    if (typeof name !== "string" || name === "" || seen.has(name)) {
      throw invalidInput(
        "invalid-constraint",
        `Constraints need names, each once; "${String(name)}" is empty or taken.`,
        {
          constraint: name,
        },
      );
    }
    seen.add(name);
    const stranger = variables.find((variable) => !names.has(variable));
    if (stranger !== undefined) {
      throw invalidInput("unknown-variable", `Constraint "${name}" looks at "${stranger}", which the space lacks.`, {
        constraint: name,
        variable: stranger,
      });
    }
  }
}
