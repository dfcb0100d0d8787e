import type { Clock } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { program } from "../programs/custom-program.ts";
import { float } from "../variables/float.ts";
import { evaluate } from "./evaluate.ts";
import { accuracy, exactMatch, mae } from "./metrics.ts";
import { scoreTable } from "./score-table.ts";

const examples = Array.from({ length: 12 }, (_, x) => ({ x, y: 2 * x }));

/** Doubles, except where it is told otherwise; counts its calls. */
const doubler = (behave: (x: number, seed: number) => number | Promise<number> = (x) => 2 * x) => {
  const calls: number[] = [];
  const made = program({
    name: "doubler",
    signature: "x: number -> y: number",
    variables: [float("factor", { min: 0, max: 4, default: 2 })],
    async forward({ x }, { random, spend }) {
      calls.push(x);
      spend({ inputTokens: 2, outputTokens: 1, costUsd: 0.5 });
      return { y: await behave(x, random()) };
    },
  });
  return { made, calls };
};
const close = (example: { y: number }, prediction: { y: number }) => -Math.abs(example.y - prediction.y);
const never = () => new Promise<never>(() => {});

/** Releases whoever waits, in the order that a test chooses. */
function gates() {
  const waiting = new Map<number, () => void>();
  return {
    waiting,
    wait: (x: number) => new Promise<number>((resolve) => waiting.set(x, () => resolve(2 * x))),
  };
}

describe("evaluate", () => {
  test("gives results in the examples' order whatever the order in which they end, at most `concurrency` at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat()), async (concurrency, choices) => {
        const { waiting, wait } = gates();
        let most = 0;
        const running = evaluate(doubler(wait).made, examples, close, { concurrency });
        let over = false;
        void running.finally(() => (over = true));
        while (!over) {
          most = Math.max(most, waiting.size);
          const open = [...waiting.keys()];
          const chosen = open[(choices.next().value as number) % Math.max(1, open.length)];
          if (chosen !== undefined) waiting.get(chosen)?.();
          if (chosen !== undefined) waiting.delete(chosen);
          await new Promise((resolve) => setImmediate(resolve));
        }
        const { results, mean } = await running;
        expect(results.map(({ index, example }) => [index, example.x])).toEqual(examples.map(({ x }) => [x, x]));
        expect(mean).toBeCloseTo(0);
        expect(most).toBeLessThanOrEqual(concurrency);
      }),
      { numRuns: 10 },
    );
  });

  test("a metric may answer a number, yes or no, or words, now or later", async () => {
    const metrics = [() => 0.25, () => true, async () => ({ score: 0.5, feedback: "fair" }), () => ({ score: false })];
    const means = await Promise.all(metrics.map(async (metric) => evaluate(doubler().made, examples, metric)));
    expect(means.map(({ mean }) => mean)).toEqual([0.25, 1, 0.5, 0]);
    expect(means[2]?.results[0]).toMatchObject({ score: 0.5, feedback: "fair" });
  });

  test("a metric sees the whole run of its example", async () => {
    const steps: unknown[] = [];
    await evaluate(doubler().made, examples.slice(0, 1), (_example, prediction, trajectory) => {
      steps.push(...(trajectory?.steps ?? []));
      return prediction.y === 0;
    });
    expect(steps).toMatchObject([{ program: "doubler", inputs: { x: 0 }, outputs: { y: 0 } }]);
  });

  test("a failure of program or metric scores failureScore, with its error, and ends nothing", async () => {
    const broken = doubler((x) => {
      if (x === 3) throw new RangeError("no three");
      return x === 4 ? NaN : 2 * x;
    });
    const metric = (example: { x: number }) => {
      if (example.x === 5) throw new TypeError("no five");
      return example.x === 6 ? NaN : 1;
    };
    const { results, mean } = await evaluate(broken.made, examples, metric);
    expect(results.filter(({ error }) => error !== undefined)).toMatchObject([
      { index: 3, score: 0, error: { message: "no three" }, costUsd: 0.5 },
      { index: 4, score: 0, error: { code: "OUTPUT_INVALID" } },
      { index: 5, score: 0, error: { message: "no five" }, prediction: { y: 10 } },
      { index: 6, score: 0, error: { code: "INVALID_INPUT" } },
    ]);
    expect(mean).toBeCloseTo(8 / 12);
    expect((await evaluate(broken.made, examples, metric, { failureScore: -1 })).mean).toBeCloseTo(4 / 12);
  });

  test("where less is better, a failure is not quietly the best score", async () => {
    const broken = doubler(() => Promise.reject(new Error("down")));
    await expect(evaluate(broken.made, examples, mae("y"))).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: { reason: "failure-score" },
    });
    expect((await evaluate(broken.made, examples, mae("y"), { failureScore: 9 })).mean).toBe(9);
    const off = await evaluate(doubler((x) => 2 * x + 3).made, examples, mae("y"));
    expect(off).toMatchObject({ mean: 3, direction: "minimize" });
  });

  test("an abort rejects at once, and tells the program", async () => {
    const controller = new AbortController();
    const running = evaluate(doubler(never).made, examples, close, { signal: controller.signal });
    await new Promise((resolve) => setImmediate(resolve));
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(running).rejects.toMatchObject({ code: "ABORTED", cause: reason });
    const metricHangs = evaluate(doubler().made, examples, never, { signal: AbortSignal.timeout(5) });
    await expect(metricHangs).rejects.toMatchObject({ code: "ABORTED" });
  });

  test("a program that never waits leaves timers their turn: an abort and a time budget end it", async () => {
    const many = Array.from({ length: 200_000 }, (_, x) => ({ x, y: 2 * x }));
    // A fortieth of a millisecond each at the very least: five seconds in all.
    const busy = doubler((x) => {
      const until = performance.now() + 0.025;
      while (performance.now() < until);
      return 2 * x;
    });
    await expect(evaluate(busy.made, many, close, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: "ABORTED",
    });
    const cut = await evaluate(busy.made, many, close, { budget: { timeMs: 20 } });
    expect(cut.stopped).toBe("time");
    expect(cut.results.map(({ index }) => index)).toEqual([...cut.results.keys()]);
    expect(busy.calls.length).toBeLessThan(many.length);
  });

  test("a stop rule decides the same at any concurrency", async () => {
    const at = async (concurrency: number) => {
      const { results, stopped } = await evaluate(doubler().made, examples, close, {
        concurrency,
        order: [5, 3, 9, 1, 0],
        until: (soFar) => soFar.some(({ example }) => example.x === 9),
      });
      expect(stopped).toBe("until");
      return results.map(({ index }) => index);
    };
    expect(await at(1)).toEqual([3, 5, 9]);
    expect(await at(5)).toEqual([3, 5, 9]);
  });

  test("a budget of evaluations is never exceeded, and what came first is kept", async () => {
    const { made, calls } = doubler();
    const evaluation = await evaluate(made, examples, close, {
      budget: { evaluations: 5 },
      order: [11, 10, 9, 8, 7, 6],
    });
    expect(calls.length).toBe(5);
    expect(evaluation).toMatchObject({
      stopped: "evaluations",
      spent: { evaluations: 5, costUsd: 2.5, inputTokens: 10 },
    });
    expect(evaluation.results.map(({ index }) => index)).toEqual([7, 8, 9, 10, 11]);
  });

  test("a budget of time drops what is under way, and fails if nothing was done", async () => {
    let ring = () => {};
    let time = 0;
    const clock: Clock = {
      now: () => time,
      monotonic: () => time,
      after: (delayMs, callback) => {
        ring = () => {
          time += delayMs;
          callback();
        };
        return { keepAlive: () => {}, cancel: () => {} };
      },
    };
    const slow = doubler((x) => (x < 2 ? 2 * x : never()));
    const evaluation = await evaluate(slow.made, examples, close, {
      clock,
      budget: { timeMs: 500 },
      onProgress: ({ done }) => done === 2 && setImmediate(ring),
    });
    expect(evaluation).toMatchObject({ stopped: "time", spent: { timeMs: 500 }, results: { length: 2 } });
    const nothing = evaluate(doubler(never).made, examples, close, { clock, budget: { timeMs: 500 } });
    setImmediate(() => ring());
    await expect(nothing).rejects.toMatchObject({ code: "BUDGET_EXHAUSTED" });
  });

  test("repetitions have seeds of their own, and count as one example", async () => {
    const drawn = doubler((_, chance) => chance);
    const evaluation = await evaluate(drawn.made, examples.slice(0, 2), (_, { y }) => y, { repeats: 3 });
    const draws = evaluation.results.map(({ score }) => score);
    expect(evaluation.results.map(({ index, sample }) => [index, sample])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    expect(new Set(draws.slice(0, 3)).size).toBe(3);
    expect(evaluation.interval[0]).toBeCloseTo(evaluation.mean);
    expect(evaluation.interval[1]).toBeCloseTo(evaluation.mean);
  });

  test("the interval follows from the seed", async () => {
    const uneven = async (seed: number) =>
      (await evaluate(doubler().made, examples, ({ x }) => x ** 2, { seed })).interval;
    expect(await uneven(1)).toEqual(await uneven(1));
    expect(await uneven(1)).not.toEqual(await uneven(2));
  });

  test("progress is told in order, with the mean so far", async () => {
    const told: [number, number, number, number][] = [];
    await evaluate(doubler().made, examples.slice(0, 3), ({ x }) => x, {
      onProgress: ({ done, total, mean, latest }) => told.push([done, total, mean, latest.index]),
    });
    expect(told).toEqual([
      [1, 3, 0, 0],
      [2, 3, 0.5, 1],
      [3, 3, 1, 2],
    ]);
  });

  test("a score table spares what it knows and learns what it does not", async () => {
    const { made, calls } = doubler((x) => (x === 1 ? Promise.reject(new Error("one")) : 2 * x));
    const scores = scoreTable();
    const added: string[] = [];
    scores.onAdd(({ item }) => added.push(item));
    const first = await evaluate(made, examples.slice(0, 4), close, { scores });
    const all = await evaluate(made, structuredClone(examples), close, { scores, budget: { evaluations: 8 } });
    expect(calls.length).toBe(12);
    expect(all.spent.evaluations).toBe(8);
    expect(all.stopped).toBeUndefined();
    expect(all.results.slice(0, 4).map(({ score, error, prediction }) => ({ score, error, prediction }))).toEqual(
      first.results.map(({ score, error, prediction }) => ({ score, error, prediction })),
    );
    expect(added.length).toBe(12);
    await evaluate(made.withConfig({ factor: 3 }), examples.slice(0, 2), close, { scores });
    await evaluate(made, examples.slice(0, 2), close, { scores, repeats: 2 });
    expect(calls.length).toBe(16);
  });

  test("a table that went through JSON knows the same, dates too", async () => {
    let calls = 0;
    const dated = program({
      name: "dated",
      signature: "at: date -> next: date",
      forward: ({ at }) => {
        calls++;
        return { next: new Date(at.getTime() + 1) };
      },
    });
    const set = [
      { at: new Date(5), next: new Date(6) },
      { at: new Date(7), next: new Date(8) },
    ];
    const [scores, copy] = [scoreTable(), scoreTable()];
    await evaluate(dated, set, accuracy("next"), { scores });
    for (const { program: key, item, sample, entry } of JSON.parse(JSON.stringify([...scores.entries()])))
      copy.set(key, item, sample, entry);
    const again = await evaluate(dated, structuredClone(set), accuracy("next"), { scores: copy });
    expect(calls).toBe(2);
    expect(again.results.map(({ prediction }) => prediction?.next)).toEqual([new Date(6), new Date(8)]);
  });

  test("never shows a program the answer, also where it may revise it", async () => {
    const reviser = program({
      name: "r",
      signature: "x: number, y?: number -> y: number",
      forward: ({ y }) => ({ y: y ?? -1 }),
    });
    expect((await evaluate(reviser, examples, exactMatch)).mean).toBe(0);
    const needy = program({ name: "n", signature: "x: number, y: number -> y: number", forward: ({ y }) => ({ y }) });
    await expect(evaluate(needy, examples, exactMatch)).rejects.toMatchObject({ details: { field: "y" } });
  });

  test.each<[unknown]>([
    [{ concurrency: 0 }],
    [{ concurrency: 1.5 }],
    [{ repeats: 0 }],
    [{ budget: { evaluations: 0 } }],
    [{ budget: { timeMs: NaN } }],
    [{ failureScore: NaN }],
    [{ order: [] }],
    [{ order: [1, 1] }],
    [{ order: [12] }],
    [{ order: [0.5] }],
    [{ order: 3 }],
    [{ concurency: 2 }],
    [{ budget: { lmCalls: 5 } }],
    [{ until: 3 }],
    [{ signal: 5 }],
    [{ onProgress: 5 }],
    [{ scores: {} }],
    [null],
  ])("case %#: refuses %j", async (options) => {
    await expect(evaluate(doubler().made, examples, close, options as never)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  test("refuses no examples, examples that are none, and no metric", async () => {
    const invalid = { code: "INVALID_INPUT" };
    await expect(evaluate(doubler().made, [], close)).rejects.toMatchObject(invalid);
    await expect(evaluate(doubler().made, [null as never], close)).rejects.toMatchObject(invalid);
    await expect(evaluate(doubler().made, examples, undefined as never)).rejects.toMatchObject(invalid);
    await expect(evaluate(null as never, examples, close)).rejects.toMatchObject(invalid);
  });

  test("many at once leave no listeners and no warnings behind", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    await evaluate(doubler().made, examples, close, {
      concurrency: 64,
      repeats: 20,
      signal: new AbortController().signal,
    });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});

describe("an evaluation", () => {
  test("is written as CSV that quotes what it must, and as JSON", async () => {
    const echo = program({ name: "echo", signature: "q -> a", forward: ({ q }) => ({ a: `${q}, "so"\nthere` }) });
    const evaluation = await evaluate(echo, [{ q: "why" }], () => ({ score: 1, feedback: "ok" }));
    expect(evaluation.toCSV().split("\r\n")).toEqual([
      "index,sample,score,feedback,error,inputTokens,outputTokens,costUsd,latencyMs,example.q,prediction.a",
      expect.stringMatching(/^0,0,1,ok,,0,0,0,[\d.e-]+,why,"why, ""so""\nthere"$/),
      "",
    ]);
    expect(JSON.parse(JSON.stringify(evaluation))).toMatchObject({
      mean: 1,
      interval: [1, 1],
      direction: "maximize",
      results: [{ index: 0, example: { q: "why" }, prediction: { a: 'why, "so"\nthere' }, score: 1 }],
    });
  });

  test("is printed with its figures first, and the worst below", async () => {
    const { made } = doubler((x) => (x === 7 ? Promise.reject(new Error("no seven")) : 2 * x));
    const lines = (await evaluate(made, examples, exactMatch)).toString().split("\n");
    expect(lines[0]).toMatch(
      /^mean 0\.917 \[0\.\d{3}, 1\.000\] · 12 results, 1 failed · 12 evaluations, 36 tokens, \$6\.0000/,
    );
    expect(lines[3]).toBe("7        0.000  failed: no seven");
    expect(lines.length).toBe(13);
  });
});
