/**
 * Synthetic problems shaped like the tuning of teams, with known optima: the yardsticks of samplers. Everything comes
 * from one 32-bit hash, so that any language gives the same landscapes. Larger is better; `seed` chooses an instance.
 */
import { choice } from "../../variables/choice.ts";
import type { Configuration } from "../../variables/configuration.ts";
import { float } from "../../variables/float.ts";
import { space, type Space } from "../../variables/space.ts";
import { subset } from "../../variables/subset.ts";

/** A problem: what may be chosen, what it is worth, and what the best and the average choice are worth. */
export interface Landscape {
  readonly space: Space;
  value(config: Configuration): number;
  readonly optimum: number;
  readonly mean: number;
}

function mix(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

export function landscapeHash(first: number, ...rest: number[]): number {
  return rest.reduce((x, value) => mix((Math.imul(31, x) + value + 0x9e3779b9) >>> 0), mix(first));
}

/** A uniform number of the hash of its arguments. */
export const uniform = (...keys: [number, ...number[]]): number => landscapeHash(...keys) / 2 ** 32;

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** L1, an NK landscape: which of 14 agents are on, each one's contribution depending on three others. */
export function nkTeam(seed: number): Landscape {
  const agents = range(14);
  const cap = 7;
  const neighbours = agents.map((i) =>
    agents
      .filter((j) => j !== i)
      .toSorted((a, b) => landscapeHash(seed, 7, i, a) - landscapeHash(seed, 7, i, b))
      .slice(0, 3),
  );
  const valueOf = (team: ReadonlySet<number>): number => {
    if (team.size === 0) return 0;
    const contributions = agents.map((i) => {
      const bits = [i, ...(neighbours[i] as number[])].map((j, place) => (team.has(j) ? 2 ** place : 0));
      return uniform(
        seed,
        11,
        i,
        bits.reduce((sum, bit) => sum + bit, 0),
      );
    });
    return average(contributions) - (0.15 * team.size) / agents.length - 0.1 * Math.max(0, team.size - cap);
  };
  const feasible = range(2 ** agents.length)
    .map((mask) => new Set(agents.filter((i) => (mask >> i) % 2 === 1)))
    .filter((team) => team.size >= 1 && team.size <= cap)
    .map(valueOf);
  return {
    space: space([subset("team", agents)]),
    value: (config) => valueOf(new Set(config["team"] as number[])),
    optimum: Math.max(...feasible),
    mean: average(feasible),
  };
}

const slots = range(6);
const costs = [1, 3, 8];

/** L2, a chain of six slots, each off or with a model, a strategy and a temperature; neighbours interact. */
export function conditionalChain(seed: number): Landscape {
  const gain = (i: number, m: number, k: number): number =>
    0.15 + (0.35 * uniform(seed, 21, i, m, 0) * (1 + m)) / 3 + 0.5 * uniform(seed, 22, i, k) - 0.25;
  const loss = (i: number, k: number, temperature: number): number =>
    (0.3 + 0.9 * uniform(seed, 24, i, k)) * (temperature - uniform(seed, 23, i, k)) ** 2;
  const joint = (i: number, k: number, l: number): number => -0.35 + 0.7 * uniform(seed, 25, i, k, l);

  const value = (config: Configuration): number => {
    let [sum, cost] = [0, 0];
    for (const i of slots) {
      if (config[`on${i}`] !== true) continue;
      const [m, k] = [config[`model${i}`] as number, config[`strategy${i}`] as number];
      sum += gain(i, m, k) - loss(i, k, config[`temperature${i}`] as number);
      cost += costs[m] as number;
      if (config[`on${i + 1}`] === true) sum += joint(i, k, config[`strategy${i + 1}`] as number);
    }
    return (sum - 0.15 * Math.max(0, cost - 24)) / 6;
  };

  // Dynamic programming over (strategy of the last slot, or 4 for off; cost so far), at the best temperatures.
  let best = new Map([["4,0", 0]]);
  for (const i of slots) {
    const next = new Map<string, number>();
    const offer = (key: string, sum: number): unknown => next.set(key, Math.max(sum, next.get(key) ?? -Infinity));
    for (const [state, sum] of best) {
      const [last, cost] = state.split(",").map(Number) as [number, number];
      offer(`4,${cost}`, sum);
      for (const [m, price] of costs.entries()) {
        for (const k of range(4)) {
          offer(`${k},${cost + price}`, sum + gain(i, m, k) + (last < 4 ? joint(i - 1, last, k) : 0));
        }
      }
    }
    best = next;
  }
  const totals = [...best].map(([state, sum]) => sum - 0.15 * Math.max(0, Number(state.split(",")[1]) - 24));

  return {
    space: space(
      slots.flatMap((i) => [
        choice(`on${i}`, [true, false]),
        choice(`model${i}`, [0, 1, 2]).when(`on${i}`, true),
        choice(`strategy${i}`, [0, 1, 2, 3]).when(`on${i}`, true),
        float(`temperature${i}`, { min: 0, max: 1 }).when(`on${i}`, true),
      ]),
    ),
    value,
    optimum: Math.max(...totals) / 6,
    mean: [0.039, 0.048, 0.048][seed - 1] ?? 0.045,
  };
}

/** L4, an ensemble of nine voters with weights in [0, 1]: the probability that the weighted majority is right. */
export function voteWeights(seed: number): Landscape {
  const voters = range(9);
  const skill = voters.map((i) => 0.5 + 0.4 * uniform(seed, 41, i) ** 2);
  const accuracy = (weights: readonly number[]): number => {
    let right = 0;
    for (const pattern of range(2 ** voters.length)) {
      let [margin, probability] = [0, 1];
      for (const i of voters) {
        const correct = (pattern >> i) % 2 === 1;
        margin += (correct ? 1 : -1) * (weights[i] as number);
        probability *= correct ? (skill[i] as number) : 1 - (skill[i] as number);
      }
      right += Math.abs(margin) <= 1e-12 ? probability / 2 : margin > 0 ? probability : 0;
    }
    return right;
  };
  return {
    space: space(voters.map((i) => float(`weight${i}`, { min: 0, max: 1 }))),
    value: (config) => accuracy(voters.map((i) => config[`weight${i}`] as number)),
    // Nitzan and Paroush 1982: weights by log odds are best.
    optimum: accuracy(skill.map((p) => Math.log(p / (1 - p)))),
    mean: [0.783, 0.572, 0.75][seed - 1] ?? 0.7,
  };
}
