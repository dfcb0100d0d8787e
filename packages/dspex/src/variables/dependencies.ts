/** Which variable decides over the existence of which, and the order in which they are settled. */
import { invalidInput, MabeamError } from "@mabeam/foundation";
import type { Variable } from "./variable.ts";

/**
 * The variables with every one after those that its conditions name; otherwise in the given order.
 * @throws MabeamError `INVALID_INPUT` for a condition on an unknown variable or on a value that it never has, `CYCLE`
 * (`details.path`) when conditions lead back to where they began
 */
export function inDependencyOrder(variables: ReadonlyMap<string, Variable>): Variable[] {
  for (const variable of variables.values()) checkConditions(variable, variables);
  const order = new Set<Variable>();
  const path: string[] = [];
  const visit = (variable: Variable): void => {
    if (order.has(variable)) return;
    const start = path.indexOf(variable.name);
    if (start >= 0) throw cycle([...path.slice(start), variable.name]);
    path.push(variable.name);
    for (const { variable: parent } of variable.conditions) visit(variables.get(parent) as Variable);
    path.pop();
    order.add(variable);
  };
  for (const variable of variables.values()) visit(variable);
  return [...order];
}

function checkConditions(variable: Variable, variables: ReadonlyMap<string, Variable>): void {
  for (const condition of variable.conditions) {
    const parent = variables.get(condition.variable);
    const details = { variable: variable.name, condition: condition.variable };
    if (parent === undefined) {
      throw invalidInput(
        "unknown-variable",
        `"${variable.name}" exists only under a condition on "${condition.variable}", which the space lacks. Add it.`,
        details,
      );
    }
    const problem = condition.equals === undefined ? undefined : parent.check(condition.equals);
    if (problem !== undefined) {
      throw invalidInput(
        "impossible-condition",
        `"${variable.name}" would never exist: its condition on "${parent.name}" fails because ${problem}.`,
        details,
      );
    }
  }
}

const cycle = (path: string[]): MabeamError =>
  new MabeamError("CYCLE", `Variables depend on each other in a circle: ${path.join(" → ")}. Remove one condition.`, {
    details: { path },
  });
