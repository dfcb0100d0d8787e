import { memoryJournal, type Journal } from "@mabeam/foundation";
import { testClock } from "@mabeam/foundation/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choice } from "../variables/choice.ts";
import { float } from "../variables/float.ts";
import { space } from "../variables/space.ts";
import { subset } from "../variables/subset.ts";
import { randomSampler } from "./samplers/random.ts";
import { createStudy, type StudyOptions } from "./study.ts";

const plane = space([float("x", { min: 0, max: 1 }), choice("style", ["terse", "long"])]);
type Plane = { x: number; style: "terse" | "long" };

const open = (options: Partial<StudyOptions<Plane>> = {}) =>
  createStudy({ name: "s", space: plane, seed: 1, sampler: randomSampler(), ...options });

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("ask and tell", () => {
  test("what is told is there, and the best is found in both directions", async () => {
    for (const [direction, best] of [["maximize", 3] as const, ["minimize", 1] as const]) {
      const study = await open({ directions: [direction] });
      for (const value of [2, 3, 1, 3]) await study.tell(await study.ask(), value);
      expect(study.trials().map((trial) => trial.value)).toEqual([2, 3, 1, 3]);
      expect(study.bestTrial).toMatchObject({ value: best, number: best === 3 ? 1 : 2, state: "complete" });
    }
  });

  test("a mean may be told with its variance; pruned, failed and cancelled with their reasons", async () => {
    const study = await open();
    await study.tell(await study.ask(), { value: 0.5, variance: 0.1, n: 20 });
    const pruned = await study.ask();
    await pruned.report(0.1, 1);
    await pruned.report(0.2, 2);
    await pruned.setAttr("tokens", 17);
    await study.tell(pruned, { state: "pruned", reason: "hopeless" });
    await study.tell(await study.ask(), { state: "failed", reason: "no answer" });
    await study.tell(await study.ask(), { state: "cancelled" });
    expect(study.trials()).toMatchObject([
      { state: "complete", value: 0.5, variance: 0.1, n: 20 },
      { state: "pruned", value: 0.2, reason: "hopeless", reports: [{ step: 1 }, { step: 2 }], attrs: { tokens: 17 } },
      { state: "failed", reason: "no answer" },
      { state: "cancelled" },
    ]);
    expect(study.trials({ state: "failed" }).map((trial) => trial.number)).toEqual([2]);
  });

  test("a value that is no finite number is a failure, never a best", async () => {
    const study = await open();
    for (const value of [Number.NaN, Infinity]) await study.tell(await study.ask(), value);
    expect(study.trials()).toMatchObject([
      { state: "failed", reason: "the value was NaN" },
      { state: "failed", reason: "the value was Infinity" },
    ]);
    expect(study.trials()[0]).not.toHaveProperty("value");
    expect(() => study.bestTrial).toThrow(code("STUDY_FAILED"));
  });

  test("what a trial was told is final", async () => {
    const study = await open();
    const trial = await study.ask();
    await study.tell(trial, 1);
    await expect(study.tell(trial, 2)).rejects.toThrow(code("TRIAL_CLOSED"));
    await expect(trial.report(1, 1)).rejects.toThrow(code("TRIAL_CLOSED"));
    await expect(study.tell(7, 2)).rejects.toThrow(code("INVALID_INPUT"));
    expect(study.trials()).toMatchObject([{ value: 1 }]);
  });

  test.each([
    [undefined],
    ["good"],
    [{ value: "1" }],
    [{ state: "complete" }],
    [{ value: 1, variance: -1 }],
    [{ value: 1, n: 0 }],
  ])("%o is no outcome", async (outcome) => {
    const study = await open();
    const trial = await study.ask();
    await expect(study.tell(trial, outcome as never)).rejects.toThrow(code("INVALID_INPUT"));
    expect(study.trials()).toMatchObject([{ state: "running" }]);
  });

  test("enqueued configurations come first, completed, once", async () => {
    const study = await open();
    expect(await study.enqueue({ x: 0.25 })).toBe(true);
    expect(await study.enqueue({ x: 0.25, style: "terse" })).toBe(false);
    expect(await study.enqueue({ x: 0.25 }, { repeat: true })).toBe(true);
    await expect(study.enqueue({ x: 7 })).rejects.toThrow(code("INVALID_INPUT"));
    const asked = [await study.ask(), await study.ask(), await study.ask()];
    expect(asked.slice(0, 2).map((trial) => trial.config)).toEqual([
      { x: 0.25, style: "terse" },
      { x: 0.25, style: "terse" },
    ]);
    expect(asked[2]?.config.x).not.toBe(0.25);
    expect(await study.enqueue({ x: 0.25 })).toBe(false);
  });

  test("a sampler that proposes nonsense is found out", async () => {
    const study = await open({ sampler: () => ({ x: 2 }) });
    await expect(study.ask()).rejects.toThrow(/sampler proposed.*2 is not from 0 to 1/);
    expect(study.trials()).toEqual([]);
  });
});

describe("one journal", () => {
  test("several workers number without gaps or doubles, and agree in the end", async () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.boolean()), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        const journal = memoryJournal();
        const workers = await Promise.all([0, 1, 2].map(() => open({ journal })));
        const held: number[][] = [[], [], []];
        // All at once: the journal's compare-and-set decides who comes first.
        await Promise.all(
          moves.map(async ([who, asks]) => {
            const worker = workers[who] as (typeof workers)[number];
            const mine = held[who] as number[];
            if (asks || mine.length === 0) mine.push((await worker.ask()).number);
            else await worker.tell(mine.shift() as number, who);
          }),
        );
        for (const worker of workers) await worker.refresh();
        const [first, ...others] = workers.map((worker) => worker.trials());
        for (const other of others) expect(other).toEqual(first);
        expect(first?.map((trial) => trial.number)).toEqual(first?.map((_, index) => index));
      }),
      { numRuns: 30 },
    );
  });

  test("a study is resumed by its name; another space, direction or seed is refused", async () => {
    const journal = memoryJournal();
    const study = await open({ journal });
    await study.tell(await study.ask(), 1);
    const resumed = await createStudy({ name: "s", space: plane, journal });
    expect(resumed.trials()).toEqual(study.trials());
    expect(resumed.seed).toBe(1);
    await expect(open({ journal, space: plane.remove("style") as never })).rejects.toThrow(/another space/);
    await expect(open({ journal, directions: ["minimize"] })).rejects.toThrow(/another direction/);
    await expect(open({ journal, seed: 2 })).rejects.toThrow(code("INVALID_INPUT"));
    expect((await open({ journal, name: "t" })).trials()).toEqual([]);
  });

  test("a trial is asked again once its lease has ended, with the same number and configuration", async () => {
    const [journal, clock] = [memoryJournal(), testClock()];
    const first = await open({ journal, clock });
    const second = await open({ journal, clock });
    const lost = await first.ask();
    await lost.report(0.5, 0);
    await clock.advance(59_999);
    expect((await second.ask()).number).toBe(1);
    await clock.advance(1);
    const again = await second.ask();
    expect([again.number, again.config]).toEqual([lost.number, lost.config]);
    expect(second.trials()[0]?.reports).toEqual([]);
    // Both may tell: the first counts.
    await first.tell(lost, 1);
    await expect(second.tell(again, 2)).rejects.toThrow(code("TRIAL_CLOSED"));
  });

  test("an objective that never waits leaves timers their turn: an abort ends the run", async () => {
    const study = await open();
    const run = study.optimize(() => 1, { budget: { trials: 100_000 }, signal: AbortSignal.timeout(30) });
    await expect(run).rejects.toThrow(code("ABORTED"));
    expect(study.trials().length).toBeLessThan(100_000);
  });

  test("a trial that another worker took over and told is dropped, and the run goes on", async () => {
    const journal = memoryJournal();
    const [mine, other] = [await open({ journal }), await open({ journal })];
    const seen: number[] = [];
    const objective = async ({ number }: { number: number }): Promise<number> => {
      if (number === 1) await other.refresh().then(() => other.tell(1, 0.75));
      return number;
    };
    const progress = { onProgress: ({ trial }: { trial: { number: number } }) => seen.push(trial.number) };
    const result = await mine.optimize(objective, { budget: { trials: 4 }, ...progress });
    expect(result).toMatchObject({ stopped: "trials", finished: 4 });
    expect(mine.trials().map((trial) => trial.value)).toEqual([0, 0.75, 2, 3]);
    expect(seen).toEqual([0, 2, 3]);
  });

  test("a trial's configuration cannot be changed by whoever asked for it", async () => {
    const tools = subset("tools", ["a", "b", "c"]);
    const [journal, given] = [memoryJournal(), ["a", "b"] as const];
    const study = await createStudy({ name: "s", space: space([tools]), journal });
    await study.enqueue({ tools: given });
    const resumed = await createStudy({ name: "s", space: space([tools]), journal });
    for (const { config } of [await resumed.ask(), await study.ask()]) {
      expect(Object.isFrozen(config) && Object.isFrozen(config.tools)).toBe(true);
      expect(() => ((config as { tools: unknown }).tools = [])).toThrow(TypeError);
    }
    expect(Object.isFrozen(given)).toBe(false);
  });

  test("a closed study lets go of its trials, and answers nothing more", async () => {
    const journal = memoryJournal();
    const first = await open({ journal });
    const { number, config } = await first.ask();
    await Promise.all([first.close(), first.close()]);
    await expect(first.ask()).rejects.toThrow(code("CLOSED"));
    await expect(first.refresh()).rejects.toThrow(code("CLOSED"));
    const again = await (await open({ journal })).ask();
    expect({ number: again.number, config: again.config }).toEqual({ number, config });
  });
});

describe("optimize", () => {
  const value = (trial: { config: Plane }): number => -((trial.config.x - 0.3) ** 2);

  test("the budget is the study's total, also over runs and lanes", async () => {
    const study = await open();
    await study.tell(await study.ask(), 1);
    let [now, most] = [0, 0];
    let allIn = (): void => {};
    const four = new Promise<void>((resolve) => (allIn = resolve));
    const result = await study.optimize(
      async (trial) => {
        most = Math.max(most, ++now);
        // Waits for ever unless four are evaluated at once.
        if (now === 4) allIn();
        await four;
        now -= 1;
        return value(trial);
      },
      { budget: { trials: 20 }, concurrency: 4 },
    );
    expect(result).toMatchObject({ stopped: "trials", finished: 20, bestTrial: { number: 0 } });
    expect(study.trials()).toHaveLength(20);
    expect(most).toBe(4);
    expect(await study.optimize(value, { budget: { trials: 20 } })).toMatchObject({ finished: 20 });
    expect(study.trials()).toHaveLength(20);
  });

  test("two workers share one budget", async () => {
    const journal = memoryJournal();
    const workers = [await open({ journal }), await open({ journal })];
    await Promise.all(workers.map((worker) => worker.optimize(value, { budget: { trials: 25 }, concurrency: 2 })));
    await workers[0]?.refresh();
    expect(workers[0]?.trials({ state: "complete" })).toHaveLength(25);
    expect(workers[0]?.trials()).toHaveLength(25);
  });

  test("at one lane, runs in pieces give the trials of one run", async () => {
    const [whole, journal] = [await open(), memoryJournal()];
    await whole.optimize(value, { budget: { trials: 15 } });
    for (const trials of [4, 5, 15]) await (await open({ journal })).optimize(value, { budget: { trials } });
    expect((await open({ journal })).trials()).toEqual(whole.trials());
  });

  test("an objective that throws fails its trial; too many in a row fail the run, with their reasons", async () => {
    const study = await open();
    const flaky = (trial: { number: number }): number => {
      if (trial.number % 3 !== 0) throw new Error(`broken ${trial.number}`);
      return 1;
    };
    await study.optimize(flaky, { budget: { trials: 9 }, maxFailures: 3 });
    expect(study.trials({ state: "failed" })).toHaveLength(6);
    const always = (): number => {
      throw new Error("no key");
    };
    await expect(study.optimize(always, { budget: { trials: 99 }, maxFailures: 3 })).rejects.toMatchObject({
      code: "STUDY_FAILED",
      message: expect.stringContaining("no key"),
      details: { failures: [{ number: 9 }, { number: 10 }, { number: 11, reason: "no key" }] },
    });
  });

  test("an abort rejects, and the trial under way is asked again by whoever resumes", async () => {
    const journal = memoryJournal();
    const study = await open({ journal });
    const abort = new AbortController();
    let noticed: unknown;
    const run = study.optimize(
      (trial, { signal }) => {
        if (trial.number < 3) return 1;
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject((noticed = signal.reason)));
          abort.abort("enough");
        });
      },
      { budget: { trials: 10 }, signal: abort.signal },
    );
    await expect(run).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(noticed).toBe("enough");
    expect(study.trials().map((trial) => trial.state)).toEqual(["complete", "complete", "complete", "running"]);
    expect((await (await open({ journal })).ask()).number).toBe(3);
    await expect(study.optimize(value, { budget: { trials: 10 }, signal: abort.signal })).rejects.toThrow(
      code("ABORTED"),
    );
  });

  test("closing the study ends a run", async () => {
    const study = await open();
    const run = study.optimize(() => new Promise<number>(() => void study.close()), { budget: { trials: 2 } });
    await expect(run).rejects.toThrow(code("CLOSED"));
  });

  test("when time is up no trial is started", async () => {
    const clock = testClock();
    const study = await open({ clock });
    const slow = async (): Promise<number> => {
      await clock.advance(400);
      return 1;
    };
    expect(await study.optimize(slow, { budget: { timeMs: 1_000 } })).toMatchObject({ stopped: "time", finished: 3 });
  });

  test("a long evaluation keeps its lease", async () => {
    const [journal, clock] = [memoryJournal(), testClock()];
    const [busy, idle] = [await open({ journal, clock }), await open({ journal, clock })];
    const asked: number[] = [];
    const long = async (): Promise<number> => {
      for (let minute = 0; minute < 3; minute++) await clock.advance(60_000);
      asked.push((await idle.ask()).number);
      return 1;
    };
    await busy.optimize(long, { budget: { trials: 1 } });
    expect(asked).toEqual([1]);
  });

  test.each([[{}], [{ trials: 0 }], [{ trials: Number.NaN }], [{ timeMs: -1 }]])("%o is no budget", async (budget) => {
    await expect((await open()).optimize(value, { budget })).rejects.toThrow(code("INVALID_INPUT"));
  });

  test("progress and events say what happened", async () => {
    const study = await open();
    const seen: string[] = [];
    study.events.on("trial:asked", (trial) => seen.push(`asked ${trial.number}`));
    study.events.on("trial:told", (trial) => seen.push(`told ${trial.number}: ${trial.value}`));
    await study.optimize((trial) => trial.number, {
      budget: { trials: 2 },
      onProgress: ({ trial, finished, best }) => seen.push(`${trial.number} ${finished} ${best?.value}`),
    });
    expect(seen).toEqual(["asked 0", "told 0: 0", "0 1 0", "asked 1", "told 1: 1", "1 2 1"]);
  });
});

describe("the study as data", () => {
  test("a table has a column per variable, empty where it does not exist", async () => {
    const style = choice("style", ["plain, simple", "long"]);
    const made = space([style, float("x", { min: 0, max: 1 }).when(style, "long")]);
    const study = await createStudy({ name: "t", space: made });
    await study.enqueue({ style: "plain, simple" });
    await study.enqueue({ style: "long", x: 0.5 });
    await study.tell(await study.ask(), 1);
    await study.tell(await study.ask(), { state: "failed", reason: 'said "no"' });
    expect(study.toCSV().split("\r\n")).toEqual([
      "number,state,value,variance,n,reason,config.style,config.x",
      '0,complete,1,,,,"plain, simple",',
      '1,failed,,,,"said ""no""",long,0.5',
      "",
    ]);
    expect(study.toJSON()).toMatchObject({
      name: "t",
      directions: ["maximize"],
      trials: [{ number: 0 }, { number: 1 }],
    });
  });

  test.each([
    [{ name: "" }],
    [{ directions: [] }],
    [{ directions: ["maximize", "minimize"] as const }],
    [{ directions: ["up"] as never }],
    [{ directions: null as never }],
    [{ direction: "minimize" } as never],
    [{ space: {} as never }],
    [{ space: undefined as never }],
    [{ journal: 5 as never }],
    [{ sampler: 5 as never }],
    [{ seed: Number.NaN }],
  ])("%o makes no study", async (options) => {
    await expect(open(options)).rejects.toThrow(code("INVALID_INPUT"));
  });

  test("what is no trial, configuration, objective or option is refused, and nothing is written", async () => {
    await expect(createStudy(undefined as never)).rejects.toThrow(code("INVALID_INPUT"));
    const study = await open();
    const budget = { trials: 1 };
    for (const attempt of [
      () => study.tell(null as never, 1),
      () => study.enqueue(null as never),
      () => study.enqueue({ x: 0 }, { repeated: true } as never),
      () => study.optimize(() => 1, undefined as never),
      () => study.optimize(5 as never, { budget }),
      () => study.optimize(() => 1, { budget: { trials: 1, lmCalls: 5 } as never }),
      () => study.optimize(() => 1, { budget, signal: 5 as never }),
      () => study.optimize(() => 1, { budget, onProgress: 5 as never }),
      () => study.optimize(() => 1, { budget, concurency: 2 } as never),
    ])
      await expect(attempt()).rejects.toThrow(code("INVALID_INPUT"));
    expect(study.trials()).toEqual([]);
    expect((await study.ask()).number).toBe(0);
  });

  test("a journal of the caller stays open", async () => {
    const journal: Journal = memoryJournal();
    await (await open({ journal })).close();
    await expect(journal.append("other", [1])).resolves.toBe(1);
  });
});
