/** The order in which variables are coordinated: what a variable depends on first, then by id. Pure. */
import { MabeamError } from "../core/errors.ts";

export interface Dependent {
  readonly id: string;
  readonly dependsOn?: readonly string[];
}

/**
 * Dependencies on variables that are not there (yet) are no hindrance.
 * @throws MabeamError `CYCLE` (`details.cycle`: the ids along it)
 */
export function dependencyOrder<T extends Dependent>(variables: readonly T[]): T[] {
  const byId = new Map(variables.map((variable) => [variable.id, variable]));
  const done = new Set<string>();
  const order: T[] = [];
  const visit = (variable: T, path: readonly string[]): void => {
    if (done.has(variable.id)) return;
    if (path.includes(variable.id)) throw cycle([...path.slice(path.indexOf(variable.id)), variable.id]);
    for (const dependency of [...(variable.dependsOn ?? [])].toSorted()) {
      const found = byId.get(dependency);
      if (found !== undefined) visit(found, [...path, variable.id]);
    }
    done.add(variable.id);
    order.push(variable);
  };
  for (const id of [...byId.keys()].toSorted()) visit(byId.get(id) as T, []);
  return order;
}

function cycle(ids: string[]): MabeamError {
  return new MabeamError(
    "CYCLE",
    `The variables depend on each other in a circle: ${ids.join(" → ")}; take one dependency out.`,
    {
      details: { cycle: ids },
    },
  );
}
