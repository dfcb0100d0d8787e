/**
 * The moves by which a child differs from its parent. Each looks at the space alone: a team's own dimensions are known
 * by their names (`team.members`, `team.topology`, …), everything else is a parameter of whoever stands before the dot.
 * Pure.
 */
import type { Random } from "@mabeam/foundation";
import type { Configuration } from "../../variables/configuration.ts";
import { restricted } from "../../variables/configuration.ts";
import type { Space } from "../../variables/space.ts";

/**
 * What a move changes. `adopt` takes a block from a candidate that did better on an example; `explore` starts afresh,
 * where the sampler thinks best.
 */
export type MoveName = "parameters" | "members" | "topology" | "aggregation" | "adopt" | "explore";

/** Variables that belong together: those of one agent, or one side of the team. */
export interface Block {
  readonly move: Exclude<MoveName, "adopt" | "explore">;
  /** The agent, or the team's dimension. */
  readonly name: string;
  readonly variables: readonly string[];
}

/** The blocks of a space, in the order of its variables. */
export function blocksOf(space: Space): Block[] {
  const blocks = new Map<string, { move: Block["move"]; name: string; variables: string[] }>();
  for (const { name, coordinates } of space.variables) {
    const [move, owner] = placeOf(name, coordinates.length);
    const block = blocks.get(`${move} ${owner}`) ?? { move, name: owner, variables: [] };
    block.variables.push(name);
    blocks.set(`${move} ${owner}`, block);
  }
  return [...blocks.values()];
}

function placeOf(name: string, coordinates: number): [move: Block["move"], owner: string] {
  const words = name.split(".");
  const at = words.lastIndexOf("team");
  if (at < 0) return ["parameters", words.slice(0, -1).join(".") || "program"];
  const owner = words.slice(0, at + 1).join(".");
  switch (words[at + 1]) {
    case "aggregation":
    case "weights":
      return ["aggregation", owner];
    case "members":
      return ["members", owner];
    case "topology":
    case "rounds":
      return ["topology", owner];
    default:
      // A dimension that a user's orchestration variable named: a selection is a set of members, a layout one choice.
      return [coordinates > 1 ? "members" : "topology", owner];
  }
}

/** A configuration in which some of the block's variables have moved a little; `undefined` if none of them can. */
export function nudge(space: Space, parent: Configuration, block: Block, random: Random): Configuration | undefined {
  const movable = block.variables.filter((name) => parent[name] !== undefined);
  const chosen = random.shuffle(movable).slice(0, 1 + random.integer(Math.min(3, Math.max(1, movable.length))));
  let config = parent;
  for (const name of chosen) {
    const variable = space.get(name);
    const value = config[name];
    if (variable === undefined || value === undefined) continue;
    const moves = variable.neighbours(value, random);
    if (moves.length > 0) config = space.complete({ ...config, [name]: random.pick(moves) }) as Configuration;
  }
  return space.repair(config) as Configuration | undefined;
}

/** The parent with the block's variables as `other` has them. */
export function transplant(
  space: Space,
  parent: Configuration,
  other: Configuration,
  block: Block,
): Configuration | undefined {
  const theirs = restricted(other, new Set(block.variables));
  if (Object.keys(theirs).length === 0) return undefined;
  return space.repair(space.complete({ ...parent, ...theirs }) as Configuration) as Configuration | undefined;
}

/** Blocks in which two configurations differ. */
export function differingBlocks(space: Space, blocks: readonly Block[], a: Configuration, b: Configuration): Block[] {
  return blocks.filter(({ variables }) =>
    variables.some((name) => {
      const variable = space.get(name);
      const [x, y] = [a[name], b[name]];
      if (x === undefined || y === undefined || variable === undefined) return x !== y;
      return JSON.stringify(variable.encode(x)) !== JSON.stringify(variable.encode(y));
    }),
  );
}
