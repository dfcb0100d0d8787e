/**
 * A set of variables with its laws. A space is an immutable value: every change gives a new one. It knows which
 * variables exist in a configuration (conditions), which configurations obey (constraints), and the one form of equal
 * configurations. Everything that tunes works on a space; nothing that tunes needs to know what the variables mean.
 */
import { checkOptions, invalidInput, type Json } from "@mabeam/foundation";
import type { Configuration, ConfigurationOf, Flatten } from "./configuration.ts";
import { bound, checkConstraints, prefixedConstraint, type Constraint } from "./constraints.ts";
import { inDependencyOrder } from "./dependencies.ts";
import { expectMethods, expectSpace } from "./expect-shape.ts";
import { pointsOf, type Validation } from "./points.ts";
import { countConfigurations } from "./space-size.ts";
import type { Variable, VariableJson } from "./variable.ts";

/** A space as plain JSON. Functions (constraints, predicates) are named but not contained. */
export interface SpaceJson {
  readonly variables: readonly VariableJson[];
  readonly constraints?: readonly string[];
}

type Without<Config, Name extends string> = string extends keyof Config ? Configuration : Flatten<Omit<Config, Name>>;
type Picked<Config, Name extends string> = string extends keyof Config
  ? Configuration
  : Flatten<Pick<Config, Name & keyof Config>>;
type Renamed<Config, Prefix extends string> = {
  [Name in keyof Config as Name extends string ? `${Prefix}${Name}` : never]: Config[Name];
};

/** An immutable set of variables with constraints; `Config` is the type of its points. */
export interface Space<Config extends object = Configuration> {
  /** In the order in which they were given. */
  readonly variables: readonly Variable[];
  readonly constraints: readonly Constraint[];

  /** @throws MabeamError `INVALID_INPUT` for a name that is taken */
  add<const Added extends Variable>(variable: Added): Space<Flatten<Config & ConfigurationOf<readonly [Added]>>>;
  /** The variable of this name, if there is one. */
  get(name: string): Variable | undefined;
  /** Without a variable, and without constraints that look at it. @throws as {@link Space.pick} */
  remove<const Name extends string>(name: Name): Space<Without<Config, Name>>;
  /**
   * Only these variables, and the constraints that look at no others.
   * @throws MabeamError `INVALID_INPUT` for an unknown name, or when a condition needs a variable that is left out
   */
  pick<const Name extends string>(names: readonly Name[]): Space<Picked<Config, Name>>;
  /** Both; each one's constraints see their own variables. @throws MabeamError `INVALID_INPUT` for a common name */
  merge<Other extends object>(other: Space<Other>): Space<Flatten<Config & Other>>;
  /** Every name with `prefix` before it, in conditions too; constraints still see the names without it. */
  prefix<const Prefix extends string>(prefix: Prefix): Space<Renamed<Config, Prefix>>;

  /** Whether `config` has exactly the variables that exist in it, each with a value of its own, and obeys. */
  validate(config: unknown): Validation;
  /**
   * Every variable at its default, repaired if a constraint wants it.
   * @throws MabeamError `CONSTRAINT_VIOLATED` when no repair helps
   */
  default(): Config;
  /**
   * A configuration by chance; `random` gives numbers in [0, 1). One that violates is repaired, or else drawn again.
   * @throws MabeamError `CONSTRAINT_VIOLATED` after 1,000 draws in vain
   */
  sample(random: () => number): Config;
  /**
   * Valid configurations that differ from `config` by one move of one variable (and what that brings into existence,
   * drawn by chance, and what constraints repair). May be empty.
   */
  neighbours(config: Config, random: () => number): Config[];
  /** How many configurations; constraints are not counted, and deciders with very many values give an upper bound. */
  size(): number;
  /** Names, each after those that decide over its existence. */
  dependencyOrder(): string[];

  /** Names of the variables that exist in `config`, in dependency order. */
  active(config: Configuration): string[];
  /** The one form of equal configurations: what does not exist removed, each value canonical, in dependency order. */
  canonical(config: Configuration): Config;
  /** A text that is the same for equal configurations and no others. */
  key(config: Configuration): string;
  /**
   * `partial` laid over the defaults; what does not exist then is dropped. Constraints are not looked at.
   * @throws MabeamError `INVALID_INPUT` for unknown names and for values that their variables refuse
   */
  complete(partial: Configuration): Config;
  /**
   * A configuration made variable by variable, in dependency order: `choose` is asked for each variable that exists in
   * what was chosen before it; where it gives nothing, the variable stays without a value. Nothing is checked.
   */
  settle(choose: (variable: Variable) => Json | undefined): Configuration;
  /** `config` itself if it is valid, else what repairs make of it, if that is valid. */
  repair(config: Configuration): Config | undefined;

  toJSON(): SpaceJson;
}

/** Laws of a space. */
export interface SpaceOptions<Config extends object> {
  constraints?: readonly Constraint<Config>[];
}

/**
 * A space of `variables`.
 * @throws MabeamError `INVALID_INPUT` for a name that occurs twice, a condition on an unknown variable or value, or an
 * ill-formed constraint; `CYCLE` for conditions in a circle
 */
export function space<const Variables extends readonly Variable[]>(
  variables: Variables,
  options: SpaceOptions<ConfigurationOf<Variables>> = {},
): Space<ConfigurationOf<Variables>> {
  checkOptions(options, ["constraints"], "space");
  if (!Array.isArray(variables)) {
    throw invalidInput("invalid-variables", `A space is made of a list of variables, not of ${typeof variables}.`);
  }
  return build<ConfigurationOf<Variables>>(variables, (options.constraints ?? []) as readonly Constraint[]);
}

function build<Config extends object>(
  variables: readonly Variable[],
  constraints: readonly Constraint[],
): Space<Config> {
  const byName = indexed(variables);
  const names = [...byName.keys()];
  const order = inDependencyOrder(byName);
  checkConstraints(constraints, byName);

  const pick = (wanted: readonly string[]): Space => {
    const kept = new Set(wanted);
    for (const name of kept) checkKnown(name, byName);
    return build(
      variables.filter((variable) => kept.has(variable.name)),
      constraints.filter((each) => (each.variables ?? names).every((name) => kept.has(name))),
    );
  };
  const made: Space = {
    variables: Object.freeze([...variables]),
    constraints: Object.freeze([...constraints]),
    add: (variable) => build([...variables, variable], boundTo(variables, constraints)),
    get: (name) => byName.get(name),
    remove: (name: string) => {
      checkKnown(name, byName);
      return pick(names.filter((each) => each !== name));
    },
    pick,
    merge: (other) => {
      expectSpace(other);
      return build(
        [...variables, ...other.variables],
        [...boundTo(variables, constraints), ...boundTo(other.variables, other.constraints)],
      );
    },
    prefix: (prefix: string) =>
      build(
        variables.map((variable) => variable.renamed((name) => prefix + name)),
        constraints.map((each) => prefixedConstraint(each, prefix, names)),
      ),
    ...pointsOf(order, constraints),
    size: () => countConfigurations(order),
    dependencyOrder: () => order.map((variable) => variable.name),
    toJSON: () => ({
      variables: variables.map((variable) => variable.toJSON()),
      ...(constraints.length > 0 ? { constraints: constraints.map((each) => each.name) } : {}),
    }),
  };
  return Object.freeze(made) as unknown as Space<Config>;
}

function indexed(variables: readonly Variable[]): Map<string, Variable> {
  const byName = new Map<string, Variable>();
  for (const variable of variables) {
    expectMethods(variable, ["check", "sample", "canonical"], "A variable, as float() or choice() makes it,");
    if (byName.has(variable.name)) {
      throw invalidInput("duplicate-name", `The space has two variables "${variable.name}". Rename or prefix one.`, {
        variable: variable.name,
      });
    }
    byName.set(variable.name, variable);
  }
  return byName;
}

function checkKnown(name: string, byName: ReadonlyMap<string, Variable>): void {
  if (byName.has(name)) return;
  throw invalidInput("unknown-variable", `The space has no variable "${name}".`, { variable: name });
}

const boundTo = (variables: readonly Variable[], constraints: readonly Constraint[]): Constraint[] =>
  constraints.map((each) =>
    bound(
      each,
      variables.map((variable) => variable.name),
    ),
  );
