/** Where the coordinates of each variable of a space lie in one vector, and configurations as such vectors. */
import type { Configuration } from "../../../variables/configuration.ts";
import type { Space } from "../../../variables/space.ts";
import type { Coordinate, Variable } from "../../../variables/variable.ts";

/** The coordinates of a whole space. */
export interface Layout {
  readonly coordinates: readonly Coordinate[];
  /** Where a variable's coordinates begin. */
  offsetOf(variable: Variable): number;
  /** The vector of a configuration; `NaN` in every coordinate of a variable that does not exist in it. */
  readonly encode: (config: Configuration) => Float64Array;
  /** The space's key of a configuration. */
  readonly key: (config: Configuration) => string;
}

const layouts = new WeakMap<Space, Layout>();

/** The layout of a space; made once per space. As configurations never change, each is encoded once. */
export function layoutOf(space: Space): Layout {
  const known = layouts.get(space);
  if (known !== undefined) return known;
  const offsets = new Map<string, number>();
  const coordinates: Coordinate[] = [];
  for (const variable of space.variables) {
    offsets.set(variable.name, coordinates.length);
    coordinates.push(...variable.coordinates);
  }
  const encoded = new WeakMap<Configuration, Float64Array>();
  const keys = new WeakMap<Configuration, string>();
  const layout: Layout = {
    coordinates,
    offsetOf: (variable) => offsets.get(variable.name) as number,
    encode: (config) => {
      const vector = encoded.get(config) ?? encodeIn(space, config, offsets, coordinates.length);
      encoded.set(config, vector);
      return vector;
    },
    key: (config) => {
      const key = keys.get(config) ?? space.key(config);
      keys.set(config, key);
      return key;
    },
  };
  layouts.set(space, layout);
  return layout;
}

function encodeIn(
  space: Space,
  config: Configuration,
  offsets: ReadonlyMap<string, number>,
  length: number,
): Float64Array {
  const vector = new Float64Array(length).fill(Number.NaN);
  for (const name of space.active(config)) {
    const variable = space.get(name) as Variable;
    const value = Object.hasOwn(config, name) ? config[name] : undefined;
    // A value that the space no longer has says nothing.
    if (value === undefined || variable.check(value) !== undefined) continue;
    vector.set(variable.encode(value), offsets.get(name) as number);
  }
  return vector;
}
