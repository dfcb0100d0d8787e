/** A program with a planted optimum, whose quality is known without running it. */
import { seededRandom } from "@mabeam/foundation";
import { choice, float, integer, program } from "../../index.ts";
import type { Configuration } from "../../variables/configuration.ts";

/** The share of examples that a configuration is right on: 0.95 at the optimum, 0.5 far from it. */
export function quality(config: Configuration): number {
  const { a, b, mode, level, noise } = config as { a: number; b: number; mode: string; level: number; noise: number };
  const distance =
    (a - 0.8) ** 2 + (b + 0.3) ** 2 + 0.1 * Math.abs(level - 4) + (mode === "right" ? 0 : 0.3) + 0.3 * noise;
  return Math.max(0.5, 0.95 - 0.5 * distance);
}

export const planted = program({
  name: "planted",
  signature: "x: number -> label: 'a' | 'b'",
  variables: [
    float("a", { min: -1, max: 1 }),
    float("b", { min: -1, max: 1 }),
    choice("mode", ["wrong", "left", "right"]),
    integer("level", { min: 0, max: 8, default: 0 }),
    float("noise", { min: 0, max: 1, default: 0.5 }),
  ],
  // Items differ in difficulty, the same for every configuration.
  forward: ({ x }, { config }) => {
    const hard = seededRandom(`item ${x}`)();
    const right = x > 0 ? ("a" as const) : ("b" as const);
    return { label: hard < quality(config) ? right : right === "a" ? "b" : "a" };
  },
});

export const examples = Array.from({ length: 400 }, (_, index) => {
  const x = Math.sin(1 + 3 * index);
  return { x, label: x > 0 ? ("a" as const) : ("b" as const) };
});
