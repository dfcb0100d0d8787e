/**
 * Which kind of move pays? Each kind is an arm of a bandit with a Beta posterior of "a child made this way is
 * admitted"; the next one is drawn by Thompson sampling (Thompson 1933; Chapelle and Li 2011). Pure.
 */
import type { Random } from "@mabeam/foundation";

/** What an arm has brought. */
export interface Arm {
  readonly tried: number;
  readonly admitted: number;
}

/** The arm to try next, among those that apply. */
export function thompson(arms: ReadonlyMap<string, Arm>, applicable: readonly string[], random: Random): string {
  let best = { name: applicable[0] as string, draw: -1 };
  for (const name of applicable) {
    const { tried, admitted } = arms.get(name) ?? { tried: 0, admitted: 0 };
    const draw = betaDraw(1 + admitted, 1 + tried - admitted, random);
    if (draw > best.draw) best = { name, draw };
  }
  return best.name;
}

/** The arms after one more child. */
export function credited(arms: ReadonlyMap<string, Arm>, name: string, admitted: boolean): Map<string, Arm> {
  const before = arms.get(name) ?? { tried: 0, admitted: 0 };
  return new Map(arms).set(name, { tried: before.tried + 1, admitted: before.admitted + (admitted ? 1 : 0) });
}

/** Beta(a, b) for whole a, b ≥ 1: the a-th smallest of a + b − 1 uniform draws. */
function betaDraw(a: number, b: number, random: Random): number {
  const draws = Array.from({ length: a + b - 1 }, () => random()).toSorted((x, y) => x - y);
  return draws[a - 1] as number;
}
