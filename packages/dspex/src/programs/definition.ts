/** What a user writes to define a program, checked once and laid out for running. */
import { checkOptions, invalidInput, type Random } from "@mabeam/foundation";
import {
  asSignature,
  type Fields,
  type InputsOf,
  type OutputsOf,
  type Signature,
  type SignatureLike,
} from "../signatures/signature.ts";
import { prefixed, type Configuration, type ConfigurationOf } from "../variables/configuration.ts";
import { expectMethods } from "../variables/expect-shape.ts";
import { space, type Space } from "../variables/space.ts";
import type { Variable } from "../variables/variable.ts";
import type { Prediction } from "./prediction.ts";
import type { AnyProgram, Example, ForwardOptions, Program } from "./program.ts";
import type { Trajectory, Usage } from "./trace.ts";

/** Variables as a program takes them: a list, or a space if there are constraints. */
export type VariablesGiven = readonly Variable[] | Space;

/** The configuration that a program's own variables make up. */
export type ConfigurationFor<V> =
  V extends Space<infer Config> ? Config : V extends readonly Variable[] ? ConfigurationOf<V> : Configuration;

/** The configuration of a whole program: that of its own variables, or any where sub-programs bring theirs. */
export type WholeConfiguration<V, P> = keyof P extends never
  ? keyof ConfigurationFor<V> extends never
    ? Configuration
    : ConfigurationFor<V>
  : Configuration;

/** Programs that a program calls, by key. */
export type SubPrograms = Readonly<Record<string, AnyProgram>>;

/** How one program calls another. */
export type CallOptions = Pick<ForwardOptions, "config" | "seed" | "signal">;

/** Calls a program, or a sub-program by its key. */
export interface CallProgram {
  <I extends object, O extends object>(
    program: Program<I, O>,
    inputs: I,
    options?: CallOptions,
  ): Promise<Prediction<O>>;
  (key: string, inputs: Fields, options?: CallOptions): Promise<Prediction>;
}

/** What a running program is given beside its inputs. */
export interface ProgramContext<Config = Configuration> {
  /** Values of the program's own variables. */
  readonly config: Config;
  /** What `fit` returned, or `undefined` before any fit. */
  readonly learned: unknown;
  /** Fires when the caller gives up. */
  readonly signal: AbortSignal;
  /** Chance that follows from the call's seed. */
  readonly random: Random;
  /**
   * Runs another program as part of this call: its steps join the trace, its cost is added, and if it is one of the
   * `subPrograms` (given itself, or by its key) it runs with what is configured and learned for it here.
   * `seed` and `signal` are this call's unless given.
   */
  readonly call: CallProgram;
  /** Gives the prediction an account of this run, as `$.trajectory`. */
  readonly account: (trajectory: Trajectory) => void;
  /** Adds to what this call has cost. */
  readonly spend: (amount: Partial<Usage> & { costUsd?: number }) => void;
}

/** What a fit is given beside the trainset. */
export interface FitContext<Config = Configuration> {
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Chance that follows from the fit's seed. */
  readonly random: Random;
}

/**
 * `T` with every list and record read-only. A forward function returns `const R extends Unchanging<Outputs>`: that is
 * how the compiler keeps `{ label: "ham" }` a `"ham"` while the outputs are still to be inferred from the signature.
 */
export type Unchanging<T> = T extends readonly (infer Element)[]
  ? readonly Unchanging<Element>[]
  : T extends Date
    ? T
    : T extends object
      ? { readonly [Key in keyof T]: Unchanging<T[Key]> }
      : T;

/** A program as its author writes it; `R` is what its forward function returns. */
export interface ProgramDefinition<
  S extends SignatureLike = SignatureLike,
  V extends VariablesGiven = VariablesGiven,
  R = unknown,
  P extends SubPrograms = SubPrograms,
> {
  name: string;
  signature: S;
  /** What may be tuned. */
  variables?: V;
  /** Programs that this one calls, by key; what may be tuned of them appears here as `<key>.<variable>`. */
  subPrograms?: P;
  /** Inputs, already checked, to outputs. */
  forward(inputs: InputsOf<S>, context: ProgramContext<ConfigurationFor<V>>): R | PromiseLike<R>;
  /** What the program learns from examples, as JSON: a pure function of its arguments. */
  fit?(trainset: readonly Example<InputsOf<S>, OutputsOf<S>>[], context: FitContext<ConfigurationFor<V>>): unknown;
  /** Names of the own variables that change what is learned. Default all. */
  fitDependsOn?: readonly string[];
}

/** A definition that has been checked. */
export interface Layout {
  readonly name: string;
  readonly signature: Signature;
  /** The program's own variables. */
  readonly own: Space;
  /** Own and sub-programs' variables. */
  readonly space: Space;
  readonly parts: Readonly<Record<string, AnyProgram>>;
  readonly fitDependsOn: readonly string[];
  readonly forward: (inputs: Fields, context: ProgramContext) => unknown;
  readonly fit: ((trainset: readonly Example[], context: FitContext) => unknown) | undefined;
}

const known = ["name", "signature", "variables", "subPrograms", "forward", "fit", "fitDependsOn"];

/** @throws MabeamError `INVALID_INPUT` or `SIGNATURE_INVALID` for a definition that cannot run */
export function layOut(definition: ProgramDefinition): Layout {
  checkOptions(definition, known, "program");
  const { name, variables = [], subPrograms = {} } = definition;
  if (typeof name !== "string" || name === "" || name.length > 256) {
    throw invalidInput("invalid-name", `A program's name must be a text of 1 to 256 characters, not ${String(name)}.`);
  }
  if (typeof definition.forward !== "function")
    throw invalidInput("invalid-forward", `Program "${name}" needs a forward function.`);
  if (definition.fit !== undefined && typeof definition.fit !== "function") {
    throw invalidInput("invalid-fit", `The fit of program "${name}" must be a function.`);
  }
  const own = ownSpace(name, variables);
  if (typeof subPrograms !== "object" || subPrograms === null) {
    throw invalidInput("not-a-program", `The sub-programs of "${name}" are a record of programs by key.`);
  }
  const parts = Object.freeze({ ...subPrograms });
  checkKeys(name, own, parts);
  const names = own.variables.map((variable) => variable.name);
  if (definition.fitDependsOn !== undefined && !Array.isArray(definition.fitDependsOn)) {
    throw invalidInput("invalid-fit", `fitDependsOn of program "${name}" is a list of names of its variables.`);
  }
  const unknown = definition.fitDependsOn?.find((each) => !names.includes(each));
  if (unknown !== undefined) {
    throw invalidInput("unknown-variable", `fitDependsOn of program "${name}" names "${unknown}", which it has not.`, {
      variable: unknown,
    });
  }
  return {
    name,
    signature: asSignature(definition.signature) as unknown as Signature,
    own,
    space: Object.entries(parts).reduce((all, [key, part]) => all.merge(part.space.prefix(`${key}.`)) as Space, own),
    parts,
    fitDependsOn: definition.fitDependsOn ?? names,
    // Called on the definition, so that a method may use `this`.
    forward: (inputs, context) => definition.forward(inputs, context),
    fit: definition.fit === undefined ? undefined : (trainset, context) => definition.fit?.(trainset, context),
  };
}

function ownSpace(program: string, variables: unknown): Space {
  if (Array.isArray(variables)) return space(variables as readonly Variable[]) as Space;
  expectMethods(variables, ["validate", "merge", "complete"], `A list of variables, or a space, for "${program}"`);
  return variables as Space;
}

/** Where nobody has configured anything: own defaults, and every sub-program as it was given. */
export function initialConfiguration({ space: all, parts }: Layout): Configuration {
  const given = Object.entries(parts).map(([key, part]) => prefixed(part.config, `${key}.`));
  return all.complete(Object.assign({}, ...given) as Configuration);
}

// A key without dots, and no own variable under it: what stands before the first dot then says whose a variable is.
function checkKeys(name: string, own: Space, parts: Readonly<Record<string, AnyProgram>>): void {
  for (const [key, part] of Object.entries(parts)) {
    if (!/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(key) || key === "__proto__") {
      throw invalidInput("invalid-key", `"${key}" cannot be the key of a sub-program of "${name}": use a plain name.`, {
        key,
      });
    }
    if (typeof (part as Partial<AnyProgram> | null)?.forward !== "function" || part.space === undefined) {
      throw invalidInput("not-a-program", `The sub-program "${key}" of "${name}" is not a program.`, { key });
    }
    const taken = own.variables.find((variable) => variable.name.startsWith(`${key}.`));
    if (taken !== undefined) {
      throw invalidInput(
        "name-taken",
        `Variable "${taken.name}" of "${name}" has a name that belongs to its sub-program "${key}": rename one.`,
        { key, variable: taken.name },
      );
    }
  }
}
