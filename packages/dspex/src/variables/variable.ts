/**
 * What may be tuned. A variable is an immutable value that knows everything about itself: what it accepts, how to
 * draw, how to move a little, how to appear as coordinates. Spaces, samplers and optimizers ask it; nobody asks for
 * its kind. A new kind is one call of {@link defineVariable} that passes `variable.suite.ts`.
 *
 * Laws of every variable (the suite checks them):
 * - `default`, every sample, every neighbour and every decoded vector pass `check`;
 * - `decode(encode(value))` is `canonical(value)`, and `decode` accepts any finite numbers;
 * - a neighbour differs from the value that it was made of;
 * - the same random stream gives the same draws, and nothing else is a source of chance;
 * - `values()` are `size()` many when they are listed.
 */
import { invalidInput, type Json } from "@mabeam/foundation";
import { condition, renamedCondition, type Condition } from "./condition.ts";

/**
 * One axis of an encoded value. A numeric coordinate is a number in [0, 1]; with `levels` it is a lattice of that many
 * equally wide cells, each value in the middle of its cell. A categorical one is an index in [0, levels).
 */
export type Coordinate =
  | { readonly kind: "numeric"; readonly levels?: number }
  | { readonly kind: "categorical"; readonly levels: number };

/** A variable as plain JSON; `kind` says who reads it back. */
export type VariableJson = { readonly name: string; readonly kind: string; readonly [field: string]: Json | undefined };

/** What a kind of variable brings; {@link defineVariable} adds name, conditions and renaming. */
export interface VariableParts<Value extends Json> {
  /** A word for people and for reading JSON. Never branch on it. */
  readonly kind: string;
  /** The value where nobody chose one. */
  readonly default: Value;
  readonly coordinates: readonly Coordinate[];
  /** The problem with `value` in words, or nothing. */
  check(value: unknown): string | undefined;
  /** A draw from the prior; `random` gives numbers in [0, 1). */
  sample(random: () => number): Value;
  /** Values that differ a little from `value`: all of them if they are few, else some by chance. May be empty. */
  neighbours(value: Value, random: () => number): Value[];
  /** How many values there are; `Infinity` for a continuum. */
  size(): number;
  /** All values, where there are at most {@link listedValues}; else `undefined`. */
  values(): readonly Value[] | undefined;
  /** One number per coordinate. */
  encode(value: Value): number[];
  /** The nearest value: rounds, clips, and repairs what is left. */
  decode(numbers: readonly number[]): Value;
  /** The one form of equal values (a subset's list sorted, a number snapped to its step). */
  canonical(value: Value): Value;
  /** The fields that this kind needs to be read back. */
  toJSON(): { readonly [field: string]: Json | undefined };
}

/** `values()` of a variable lists at most so many. */
export const listedValues = 1_000;

/** A named variable. `Conditional` is whether it exists only under conditions. */
export interface Variable<
  Name extends string = string,
  Value extends Json = Json,
  Conditional extends boolean = boolean,
> extends Omit<VariableParts<Value>, "toJSON"> {
  readonly name: Name;
  readonly conditional: Conditional;
  /** All must hold for the variable to exist. A condition on a variable that does not exist does not hold. */
  readonly conditions: readonly Condition[];
  /**
   * The same variable, existing only if `variable` has the value `test`, or `test` says yes to its value. Repeated
   * calls add up: all must hold.
   */
  when<Parent extends Json>(
    variable: Variable<string, Parent>,
    test: NoInfer<Parent> | ((value: Parent) => boolean),
  ): Variable<Name, Value, true>;
  when(variable: string, test: Json | ((value: Json) => boolean)): Variable<Name, Value, true>;
  /** The same variable with its own name and those in its conditions changed. */
  renamed(rename: (name: string) => string): Variable<string, Value, Conditional>;
  toJSON(): VariableJson;
}

/**
 * Makes a variable of the parts that its kind brings.
 * @throws MabeamError `INVALID_INPUT` for a bad name, or a default that the variable itself does not accept
 */
export function defineVariable<Name extends string, Value extends Json>(
  name: Name,
  parts: VariableParts<Value>,
): Variable<Name, Value, false> {
  checkName(name);
  const problem = parts.check(parts.default);
  if (problem !== undefined) {
    throw invalidInput("invalid-default", `The default of variable "${name}" is not one of its values: ${problem}.`, {
      variable: name,
      value: parts.default,
    });
  }
  return assemble(name, parts, []) as Variable<Name, Value, false>;
}

function assemble<Value extends Json>(
  name: string,
  parts: VariableParts<Value>,
  conditions: readonly Condition[],
): Variable<string, Value> {
  return Object.freeze({
    ...parts,
    name,
    conditional: conditions.length > 0,
    conditions,
    when: (variable: Variable | string, test: Json | ((value: never) => boolean)) =>
      assemble(name, parts, [
        ...conditions,
        condition(typeof variable === "string" ? variable : variable.name, test),
      ]) as Variable<string, Value, true>,
    renamed: (rename: (name: string) => string) => {
      const next = rename(name);
      checkName(next);
      return assemble(
        next,
        parts,
        conditions.map((each) => renamedCondition(each, rename)),
      );
    },
    toJSON: (): VariableJson => ({
      name,
      kind: parts.kind,
      ...parts.toJSON(),
      ...(conditions.length > 0 ? { when: conditions.map((each) => each.toJSON()) } : {}),
    }),
  });
}

// "__proto__" is refused because configurations are plain objects, where this key would not be an ordinary one.
function checkName(name: unknown): asserts name is string {
  if (typeof name === "string" && name.length > 0 && name.length <= 256 && name !== "__proto__") return;
  const shown = typeof name === "string" ? JSON.stringify(name.slice(0, 40)) : String(name);
  throw invalidInput(
    "invalid-name",
    `A variable's name must be a string of 1 to 256 characters other than "__proto__", not ${shown}.`,
  );
}
