import { describe, expect, test } from "vitest";
import * as z from "zod";
import { signature } from "../signatures/signature.ts";
import { float } from "../variables/float.ts";
import { program } from "./custom-program.ts";
import { fitCache } from "./fit-cache.ts";

/** Learns the mean of what it was shown, shifted; `scale` matters only when it answers. */
const learner = (fits: { count: number }, gate?: Promise<void>) =>
  program({
    name: "mean",
    signature: "x: number -> y: number",
    variables: [float("shift", { min: 0, max: 10, default: 0 }), float("scale", { min: 1, max: 10, default: 1 })],
    fitDependsOn: ["shift"],
    async fit(trainset, { config, random }) {
      fits.count++;
      await gate;
      const mean = trainset.reduce((sum, { y }) => sum + y, 0) / trainset.length;
      return { mean: mean + config.shift, drawn: random() };
    },
    forward: ({ x }, { config, learned }) => ({
      y: learned === undefined ? x : (learned as { mean: number }).mean * config.scale,
    }),
  });

const trainset = [
  { x: 1, y: 2 },
  { x: 2, y: 4 },
];

describe("fitting", () => {
  test("gives a new program that has learned, and the same seed learns the same", async () => {
    const unfitted = learner({ count: 0 });
    const fitted = await unfitted.fit(trainset, { seed: 1 });
    expect(unfitted.learned).toBeUndefined();
    expect(await unfitted.forward({ x: 9 })).toEqual({ y: 9 });
    expect(await fitted.forward({ x: 9 })).toEqual({ y: 3 });
    expect((await unfitted.fit(trainset, { seed: 1 })).learned).toEqual(fitted.learned);
    expect((await unfitted.fit(trainset, { seed: 2 })).learned).not.toEqual(fitted.learned);
  });

  test("is kept by a new configuration, and never repeated by a call", async () => {
    const fits = { count: 0 };
    const fitted = await learner(fits).fit(trainset, { config: { shift: 1 } });
    expect(fitted.config).toEqual({ shift: 1, scale: 1 });
    expect(await fitted.forward({ x: 0 }, { config: { shift: 5, scale: 2 } })).toEqual({ y: 8 });
    expect(await fitted.forward({ x: 0 }, { learned: { mean: 1 } })).toEqual({ y: 1 });
    expect(fits.count).toBe(1);
  });

  test("survives the way through an artifact, which holds no examples", async () => {
    const fitted = await learner({ count: 0 }).fit(trainset);
    const text = JSON.stringify(fitted);
    expect(JSON.parse(text)).toMatchObject({ format: 1, name: "mean", learned: { mean: 3 } });
    const loaded = await learner({ count: 0 }).load(JSON.parse(text));
    expect(await loaded.forward({ x: 0 })).toEqual({ y: 3 });
  });

  test("refuses examples whose inputs are missing or wrong, by their place", async () => {
    const fits = { count: 0 };
    const wrong = [{ x: "s" }, { y: 1 }, null, { x: undefined, y: 1 }];
    for (const example of wrong) {
      await expect(learner(fits).fit([trainset[0], example] as never)).rejects.toMatchObject({
        code: "INVALID_INPUT",
        details: { index: 1 },
      });
    }
    expect(fits.count).toBe(0);
    for (const options of [{ sed: 1 }, { signal: 5 }, null]) {
      await expect(learner(fits).fit(trainset, options as never)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    expect(fits.count).toBe(0);
  });

  test("looks at each example once, however often it is configured and fitted anew; outputs may be partial", async () => {
    let looks = 0;
    const x = z.custom<number>((value) => (looks++, typeof value === "number"));
    const made = program({
      name: "watched",
      signature: signature({ inputs: { x }, outputs: { y: z.number() } }),
      variables: [float("shift", { min: 0, max: 1 })],
      fit: () => null,
      forward: () => ({ y: 0 }),
    });
    looks = 0;
    const examples = [...trainset, { x: 3 } as { x: number; y: number }];
    for (const shift of [0, 0.5, 1]) await made.withConfig({ shift }).fit(examples);
    expect(looks).toBe(3);
  });

  test("gives sub-programs the whole's examples, which need not hold their inputs", async () => {
    const part = learner({ count: 0 });
    const whole = program({
      name: "whole",
      signature: "text -> y: number",
      subPrograms: { part },
      forward: async ({ text }, { call }) => call(part, { x: text.length }),
    });
    const fitted = await whole.fit([{ text: "a", y: 4 }]);
    expect(await fitted.forward({ text: "b" })).toEqual({ y: 4 });
  });

  test("reaches sub-programs, whose learned state stays with them", async () => {
    const mean = learner({ count: 0 });
    const twice = () =>
      program({
        name: "twice",
        signature: "x: number -> y: number",
        subPrograms: { mean },
        async forward(inputs, { call }) {
          return { y: 2 * (await call(mean, inputs)).y };
        },
      });
    const fitted = await twice().fit(trainset);
    expect(await twice().forward({ x: 5 })).toEqual({ y: 10 });
    expect(await fitted.forward({ x: 5 })).toEqual({ y: 6 });
    expect(fitted.subPrograms()["mean"]?.learned).toMatchObject({ mean: 3 });
    expect(mean.learned).toBeUndefined();
    const loaded = await twice().load(JSON.parse(JSON.stringify(fitted)));
    expect(await loaded.forward({ x: 5 }, { config: { "mean.scale": 10 } })).toEqual({ y: 60 });
  });

  test.each([[() => 1], [new Map()], [NaN], [undefined]])(
    "case %#: refuses to learn what is not JSON",
    async (state) => {
      const odd = program({ name: "odd", signature: "a -> b", fit: () => state, forward: () => ({ b: "" }) });
      await expect(odd.fit([{ a: "", b: "" }])).rejects.toMatchObject({ code: "OUTPUT_INVALID" });
    },
  );

  test("is abandoned when it is aborted", async () => {
    const controller = new AbortController();
    const fitting = learner({ count: 0 }, new Promise(() => {})).fit(trainset, { signal: controller.signal });
    controller.abort("enough");
    await expect(fitting).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
  });
});

describe("a fit cache", () => {
  test("fits once for equal settings, seed and trainset, and again where one differs", async () => {
    const fits = { count: 0 };
    const [mean, cache] = [learner(fits), fitCache()];
    const fit = async (config: object, set = trainset, seed = 0) =>
      mean.fit(set, { cache, config: { ...config }, seed });
    const first = await fit({ shift: 1, scale: 1 });
    expect((await fit({ shift: 1, scale: 7 })).learned).toBe(first.learned);
    expect(fits.count).toBe(1);
    await fit({ shift: 2 });
    await fit({ shift: 1 }, [...trainset]);
    await fit({ shift: 1 }, trainset, 5);
    expect(fits.count).toBe(4);
    await learner(fits).fit(trainset, { cache, config: { shift: 1 } });
    expect(fits.count).toBe(5);
    expect(cache.size).toBe(5);
  });

  test("makes one of equal fits that overlap, which goes on while one still waits for it", async () => {
    const fits = { count: 0 };
    let open = () => {};
    const [mean, cache] = [learner(fits, new Promise((resolve) => (open = resolve))), fitCache()];
    const controller = new AbortController();
    const impatient = mean.fit(trainset, { cache, signal: controller.signal });
    const patient = mean.fit(trainset, { cache });
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: "ABORTED" });
    open();
    expect((await patient).learned).toMatchObject({ mean: 3 });
    expect(fits.count).toBe(1);
  });

  test("aborts a fit that nobody waits for any more, and forgets those that failed", async () => {
    let told = false;
    let attempts = 0;
    const flaky = program({
      name: "flaky",
      signature: "a -> b",
      fit: (_, { signal }) => {
        attempts++;
        if (attempts === 2) throw new TypeError("bad luck");
        if (attempts > 2) return { attempts };
        return new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => {
            told = true;
            reject(new Error("stopped"));
          }),
        );
      },
      forward: () => ({ b: "" }),
    });
    const cache = fitCache();
    const set = [{ a: "", b: "" }];
    const controller = new AbortController();
    const fitting = flaky.fit(set, { cache, signal: controller.signal });
    controller.abort();
    await expect(fitting).rejects.toMatchObject({ code: "ABORTED" });
    expect(told).toBe(true);
    await expect(flaky.fit(set, { cache })).rejects.toThrow("bad luck");
    expect((await flaky.fit(set, { cache })).learned).toEqual({ attempts: 3 });
  });

  test("keeps at most its capacity, the most recent", async () => {
    const fits = { count: 0 };
    const [mean, cache] = [learner(fits), fitCache({ capacity: 2 })];
    for (const shift of [1, 2, 1, 3, 1, 2]) await mean.fit(trainset, { cache, config: { shift } });
    expect(fits.count).toBe(4);
    expect(cache.size).toBe(2);
    expect(() => fitCache({ capacity: 0 })).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});
