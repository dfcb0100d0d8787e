/** What a case is: something that is prepared once in a contestant's process, and then measured round by round. */
import type { Contestant, Soon, World } from "./contestant.ts";
import type { Scale } from "./scale.ts";

/** What a round found, by the names that the table knows. */
export type Figures = Readonly<Record<string, number>>;

/** Measures once. @throws Error when the agents did not do what they were asked to */
export type Round = () => Soon<Figures>;

export interface Case {
  readonly name: string;
  /** Without these a contestant does not take part. */
  readonly needs: readonly (keyof World)[];
  /** Default: the scale's. Fewer for what takes long in itself. */
  readonly rounds?: number;
  /** Rounds before those, that do not count. Default 2: the compilers of Node's engine need about so long. */
  readonly warmUps?: number;
  /** Each round in a process of its own, and cold: for what a service does once, when it starts. */
  readonly fresh?: boolean;
  /** `undefined` when the contestant turns out not to be able to. */
  prepare(contestant: Contestant, scale: Scale): Promise<Round | undefined>;
}

/** Ids that look like those of users, the same for all contestants. */
export function agentIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `agent-${index}`);
}

/** The same in an order that no cache foresees, and that is the same in every run. */
export function scattered(ids: readonly string[]): string[] {
  const order = [...ids];
  let seed = 1;
  for (let last = order.length - 1; last > 0; last--) {
    // Park and Miller's generator.
    seed = (seed * 48_271) % 2_147_483_647;
    const other = seed % (last + 1);
    [order[last], order[other]] = [order[other] as string, order[last] as string];
  }
  return order;
}

/** Spawns, one after the other, and waits for each. */
export async function spawnAll(
  world: World,
  ids: readonly string[],
  options?: Parameters<World["spawn"]>[1],
): Promise<void> {
  for (const id of ids) {
    const spawned = world.spawn(id, options);
    if (spawned instanceof Promise) await spawned;
  }
}

/** A bench whose agents did nothing would be worthless. @throws Error unless both are equal */
export function mustBe(actual: number | boolean, expected: number | boolean, what: string): void {
  if (actual !== expected) throw new Error(`The bench is wrong: ${what} is ${actual} instead of ${expected}.`);
}
