import { expect, test } from "vitest";
import { conditionalChain, landscapeHash, nkTeam, uniform, voteWeights } from "./landscapes.test-support.ts";

test("the hash gives the published numbers", () => {
  expect(landscapeHash(1)).toBe(1_364_076_727);
  expect(landscapeHash(1, 7, 0, 1)).toBe(1_251_929_010);
  expect(uniform(1, 11, 0, 0)).toBeCloseTo(0.310739049, 9);
});

test.each([
  [1, 0.687587, 0.410536, 0.409707],
  [2, 0.70233, 0.445099, 0.410002],
  [3, 0.694521, 0.457786, 0.446835],
])("L1, instance %i, has its published optimum, mean and probe", (seed, optimum, mean, probe) => {
  const landscape = nkTeam(seed);
  expect(landscape.optimum).toBeCloseTo(optimum, 6);
  expect(landscape.mean).toBeCloseTo(mean, 6);
  expect(landscape.value({ team: [0, 1, 2] })).toBeCloseTo(probe, 6);
});

test.each([
  [1, 0.559927, -0.009669],
  [2, 0.534457, -0.110278],
  [3, 0.597913, 0.097902],
])("L2, instance %i, has its published optimum and probe", (seed, optimum, probe) => {
  const landscape = conditionalChain(seed);
  const config = { on0: true, model0: 0, strategy0: 0, temperature0: 0.5, on1: false, on2: true, model2: 2 };
  const rest = { strategy2: 1, temperature2: 0.25, on3: false, on4: false, on5: true, model5: 1, strategy5: 3 };
  expect(landscape.optimum).toBeCloseTo(optimum, 6);
  expect(landscape.value({ ...config, ...rest, temperature5: 1 })).toBeCloseTo(probe, 6);
});

test.each([
  [1, 0.89092, 0.638422],
  [2, 0.619902, 0.549083],
  [3, 0.90114, 0.659455],
])("L4, instance %i, has its published optimum and probe", (seed, optimum, probe) => {
  const landscape = voteWeights(seed);
  const weights = [1, 0.5, 0.5, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1];
  expect(landscape.optimum).toBeCloseTo(optimum, 6);
  expect(landscape.value(Object.fromEntries(weights.map((weight, i) => [`weight${i}`, weight])))).toBeCloseTo(probe, 6);
});
