/** The simplest answers that a space has: every set of members reduced to one. Pure. */
import type { Configuration } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";
import { blocksOf } from "./simba/moves.ts";

/** `config` with each single member alone, where the space allows it; none if there is no set of members. */
export function singlesOf(space: Space, config: Configuration): Configuration[] {
  const names = blocksOf(space)
    .filter(({ move, name }) => move === "members" && name === "team")
    .flatMap(({ variables }) => variables);
  return names.flatMap((name) => {
    const variable = space.get(name);
    const all = variable?.decode(variable.coordinates.map(() => 1));
    if (variable === undefined || !Array.isArray(all)) return [];
    return all
      .map((member: string) => [member])
      .filter((members) => variable.check(members) === undefined)
      .map((members) => space.complete({ ...config, [name]: members }) as Configuration)
      .filter((single) => space.validate(single).ok);
  });
}
