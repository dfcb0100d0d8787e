/** Reading a space back from JSON. */
import { invalidInput, type Json } from "@mabeam/foundation";
import { choice, type Option } from "./choice.ts";
import type { ConditionJson } from "./condition.ts";
import type { Constraint } from "./constraints.ts";
import { float, type FloatOptions } from "./float.ts";
import { integer, type IntegerOptions } from "./integer.ts";
import { space, type Space, type SpaceJson } from "./space.ts";
import { subset } from "./subset.ts";
import type { Variable, VariableJson } from "./variable.ts";

/** Makes a variable of what its `toJSON` wrote; conditions are added by the caller. */
export type VariableReader = (json: VariableJson) => Variable;

/** The functions that JSON does not carry. */
export interface SpaceFromJsonOptions {
  /** Every constraint that the JSON names; others are not added. */
  constraints?: readonly Constraint[];
  /** Predicates of `when`, by the name of the conditional variable; the n-th stands for its n-th predicate. */
  predicates?: ReadonlyMap<string, readonly ((value: Json) => boolean)[]>;
  /** Readers of further kinds of variables, by kind. */
  readers?: ReadonlyMap<string, VariableReader>;
}

// The fields were written by the same kinds' toJSON; the factories check their values.
const ownReaders: ReadonlyMap<string, VariableReader> = new Map<string, VariableReader>([
  ["float", ({ name, ...json }) => float(name, optionsIn(json) as unknown as FloatOptions)],
  ["integer", ({ name, ...json }) => integer(name, optionsIn(json) as unknown as IntegerOptions)],
  ["choice", ({ name, options, ...json }) => choice(name, options as readonly Option[], optionsIn(json))],
  ["subset", ({ name, items, ...json }) => subset(name, items as readonly Option[], optionsIn(json))],
]);

const optionsIn = ({ kind: _kind, when: _when, ...options }: Omit<VariableJson, "name">): object => options;

/**
 * The space that `toJSON` wrote. Constraints, and predicates of conditions, are functions: they must be given again.
 * @throws MabeamError `INVALID_INPUT` for an unknown kind, a constraint or predicate that is not given, and whatever
 * the variables and the space refuse
 */
export function spaceFromJSON(json: SpaceJson, options: SpaceFromJsonOptions = {}): Space {
  if (typeof json !== "object" || json === null || !Array.isArray(json.variables)) {
    throw invalidInput("invalid-space", "A space as JSON is an object with a list `variables`.");
  }
  const variables = (json.variables as readonly VariableJson[]).map((each) => readVariable(each, options));
  const constraints = (json.constraints ?? []).map((name) => {
    const constraint = options.constraints?.find((each) => each.name === name);
    if (constraint !== undefined) return constraint;
    throw invalidInput("missing-constraint", `The space has a constraint "${name}": pass it in \`constraints\`.`, {
      constraint: name,
    });
  });
  return space(variables, { constraints });
}

function readVariable(json: VariableJson, options: SpaceFromJsonOptions): Variable {
  const reader = options.readers?.get(json.kind) ?? ownReaders.get(json.kind);
  if (reader === undefined) {
    throw invalidInput(
      "unknown-kind",
      `Variable "${json.name}" is of the kind "${json.kind}", which nobody here can read: pass it in \`readers\`.`,
      { variable: json.name, kind: json.kind },
    );
  }
  const predicates = [...(options.predicates?.get(json.name) ?? [])];
  const conditions = (json["when"] ?? []) as unknown as readonly ConditionJson[];
  return conditions.reduce<Variable>((variable, each) => {
    if ("equals" in each) return variable.when(each.variable, each.equals);
    const predicate = predicates.shift();
    if (predicate !== undefined) return variable.when(each.variable, predicate);
    throw invalidInput(
      "missing-predicate",
      `"${json.name}" depends on "${each.variable}" by a predicate, which JSON does not carry: pass it in \`predicates\`.`,
      { variable: json.name },
    );
  }, reader(json));
}
