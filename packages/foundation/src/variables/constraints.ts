/** Whether a value may be taken. Pure. */
import { describe } from "../core/describe.ts";
import { MabeamError } from "../core/errors.ts";
import type { OrchestrationVariable, VariableConstraint, VariableView } from "./variable.ts";

/** @throws MabeamError `CONSTRAINT_VIOLATED` by the first constraint that refuses; one that throws refuses, too */
export function checkConstraints(variable: OrchestrationVariable, value: unknown, others: VariableView): void {
  const view: VariableView = { get: (id) => (id === variable.id ? value : others.get(id)) };
  for (const constraint of variable.constraints ?? []) {
    const problem = problemWith(constraint, value, view);
    if (problem === undefined) continue;
    throw new MabeamError("CONSTRAINT_VIOLATED", `"${variable.id}" cannot take that value: ${problem}.`, {
      details: { variable: variable.id, constraint: constraint.name, value },
    });
  }
}

function problemWith(constraint: VariableConstraint, value: unknown, view: VariableView): string | undefined {
  try {
    if (constraint.check(value, view)) return undefined;
    return constraint.message ?? `it breaks "${constraint.name}"`;
  } catch (error) {
    return `"${constraint.name}" threw ${describe(error)}`;
  }
}
