/** The study that the crash tests kill and resume. */
import { choice } from "../variables/choice.ts";
import type { Configuration } from "../variables/configuration.ts";
import { float } from "../variables/float.ts";
import { space } from "../variables/space.ts";
import { subset } from "../variables/subset.ts";

const method = choice("method", ["plain", "tuned"]);

export const crashSpace = space([
  method,
  float("x", { min: 0, max: 1 }),
  float("depth", { min: 0.001, max: 1, log: true }).when(method, "tuned"),
  subset("members", ["a", "b", "c"], { min: 1 }),
]);

export function crashObjective(config: Configuration): number {
  const depth = (config["depth"] as number | undefined) ?? 0.5;
  return -(((config["x"] as number) - 0.3) ** 2) - Math.abs(Math.log(depth / 0.02)) / 10;
}
