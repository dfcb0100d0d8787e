/** A variable that is one value shared by its agents. */
import { invalidInput } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { checkConstructor, type OrchestrationVariable, type VariableConstraint } from "../variable.ts";

/** Anything that can say whether a value fits: a zod schema, for one. */
export interface ValueSchema {
  safeParse(value: unknown): { success: boolean };
}

/** What {@link parameter} takes. */
export interface ParameterOptions<V extends Json> {
  agents: readonly string[];
  value: V;
  schema?: ValueSchema;
  dependsOn?: readonly string[];
  constraints?: readonly VariableConstraint<V>[];
}

/**
 * Coordination tells each agent `adjust_parameters` with `{ [id]: value }`.
 * @throws MabeamError `INVALID_INPUT` for options that are malformed or unknown
 */
export function parameter<V extends Json>(id: string, options: ParameterOptions<V>): OrchestrationVariable<V> {
  checkConstructor(id, options, ["value", "schema"]);
  const { schema } = options;
  if (schema !== undefined && typeof schema?.safeParse !== "function")
    throw invalidInput("invalid-schema", `schema of "${id}" must have a safeParse, as a zod schema has.`);
  const fits: VariableConstraint<V>[] =
    schema === undefined
      ? []
      : [
          {
            name: "schema",
            message: "the value must fit the schema",
            check: (value) => schema.safeParse(value).success,
          },
        ];
  return {
    id,
    type: "parameter",
    agents: [...options.agents],
    value: options.value,
    version: 1,
    dependsOn: options.dependsOn ?? [],
    constraints: [...fits, ...(options.constraints ?? [])],
    coordinate: (variable) =>
      variable.agents.map((agent) => ({
        agent,
        action: "adjust_parameters",
        parameters: { [variable.id]: variable.value },
        priority: 0,
        timeoutMs: 5000,
        variable: variable.id,
      })),
  };
}
