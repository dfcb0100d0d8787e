import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMabeam, memoryJournal, seededRandom } from "@mabeam/foundation";
import { describe, expect, it } from "vitest";
import {
  choice,
  createTeam,
  evaluate,
  exactMatch,
  float,
  integer,
  program,
  simba,
  type OptimizerProgress,
} from "../../index.ts";
import { examples, planted, quality } from "./planted.test-support.ts";

const metric = exactMatch("label");
const budget = { evaluations: 4000 };

describe("the search", () => {
  it("finds a planted optimum sooner than random search does, over 12 seeds", async () => {
    let [wins, ours, theirs] = [0, 0, 0];
    for (let seed = 0; seed < 12; seed++) {
      const best = await simba(planted, { trainset: examples, metric, budget, seed });
      // Random search with as many program runs: each draw is scored on as many examples as select has.
      const random = seededRandom(seed);
      let found = { mean: -1, config: planted.config };
      for (let runs = 0; runs + 40 <= budget.evaluations; runs += 40) {
        const config = planted.space.sample(random);
        const { mean } = await evaluate(planted.withConfig(config), random.shuffle(examples).slice(0, 40), metric);
        if (mean > found.mean) found = { mean, config };
      }
      const [a, b] = [quality(best.config), quality(found.config)];
      ours += a / 12;
      theirs += b / 12;
      if (a > b) wins++;
    }
    expect(ours).toBeGreaterThan(theirs + 0.03);
    expect(wins).toBeGreaterThanOrEqual(8);
  }, 60_000);

  it("keeps the baseline in at least 95 % of runs on pure noise", async () => {
    // Whatever is configured, the answer is a coin: nothing can be learned, much can be imagined.
    const noise = program({
      name: "noise",
      signature: "id: integer -> label: 'a' | 'b'",
      variables: [float("x", { min: 0, max: 1 }), choice("y", ["p", "q", "r"])],
      forward: ({ id }, { config }) => ({ label: seededRandom(`${id} ${JSON.stringify(config)}`)() < 0.5 ? "a" : "b" }),
    });
    const trainset = Array.from({ length: 120 }, (_, id) => ({ id, label: "a" as const }));
    let kept = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { improved } = await simba(noise, { trainset, metric, budget: { evaluations: 1000 }, seed });
      if (!improved) kept++;
    }
    expect(kept).toBeGreaterThanOrEqual(38);
  }, 60_000);

  it("scores programs that learn on what they were not fitted to: a member that memorises gains nothing", async () => {
    const learner = program({
      name: "learner",
      signature: "x: number -> label: 'a' | 'b'",
      variables: [choice("way", ["rule", "memory"])],
      fit: (trainset) => Object.fromEntries(trainset.map(({ x, label }) => [String(x), label])),
      forward: ({ x }, { config, learned }) => {
        const memory = (learned as Record<string, "a" | "b">)[String(x)];
        // The rule is right in 8 of 10; the memory is perfect on what it has seen and blind otherwise.
        const rule = Math.round(x * 1e6) % 10 < 8 === x > 0 ? "a" : "b";
        return { label: config.way === "rule" ? rule : (memory ?? "b") };
      },
    });
    const trainset = Array.from({ length: 200 }, (_, index) => {
      const x = Math.sin(1 + 17 * index);
      return { x, label: x > 0 ? ("a" as const) : ("b" as const) };
    });
    const start = learner.withConfig({ way: "rule" });
    const best = await simba(start, { trainset, metric, budget: { evaluations: 1500 } });
    expect(best.config).toEqual({ way: "rule" });
  });

  it("takes the same course for the same seed, whatever the concurrency", async () => {
    const run = async (seed: number, concurrency: number) => {
      const { config, candidates, history, score } = await simba(planted, {
        trainset: examples,
        metric,
        budget,
        seed,
        concurrency,
      });
      return { config, candidates, history, score };
    };
    const [first, second, other] = [await run(5, 1), await run(5, 8), await run(6, 8)];
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("takes the same course whatever the units of the metric", async () => {
    const run = async (unit: number) => {
      const scaled: typeof metric = Object.assign(
        (example: Parameters<typeof metric>[0], prediction: Parameters<typeof metric>[1]) =>
          unit * Number(metric(example, prediction)),
        {},
      );
      const { config, candidates } = await simba(planted, { trainset: examples, metric: scaled, budget, seed: 3 });
      return { config, admitted: candidates.map(({ admitted }) => admitted) };
    };
    // Powers of two, so that scaling rounds nothing.
    const plain = await run(1);
    expect(plain.admitted.filter(Boolean).length).toBeGreaterThan(3);
    expect(await run(1024)).toEqual(plain);
    expect(await run(1 / 1024)).toEqual(plain);
  });

  it("tries no more candidates than its budget of trials", async () => {
    for (const trials of [2, 5, 10]) {
      const { candidates } = await simba(planted, { trainset: examples, metric, budget: { ...budget, trials } });
      expect(candidates.length).toBe(trials);
    }
  });

  it("gives up soon after its signal fires, also when the program never waits for anything", async () => {
    const startedAt = performance.now();
    const run = simba(planted, {
      trainset: examples,
      metric,
      budget: { evaluations: 1_000_000 },
      signal: AbortSignal.timeout(100),
    });
    await expect(run).rejects.toMatchObject({ code: "ABORTED" });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("never runs the program more often than its budget allows", async () => {
    for (const evaluations of [400, 777, 1500]) {
      let runs = 0;
      const counted = program({
        name: "counted",
        signature: "x: number -> label: 'a' | 'b'",
        variables: [float("edge", { min: -1, max: 1, default: 0.9 })],
        forward: ({ x }, { config }) => {
          runs++;
          return { label: x > config.edge ? "a" : "b" };
        },
      });
      const trainset = Array.from({ length: 100 }, (_, index) => {
        const x = Math.sin(index);
        return { x, label: x > 0 ? ("a" as const) : ("b" as const) };
      });
      const { spent } = await simba(counted, { trainset, metric, budget: { evaluations } });
      expect(runs).toBeLessThanOrEqual(evaluations);
      expect(spent.evaluations).toBe(runs);
    }
  });

  it("reports its progress, and ends with what it has found in words", async () => {
    const seen: OptimizerProgress[] = [];
    const best = await simba(planted, {
      trainset: examples,
      metric,
      budget,
      seed: 2,
      onProgress: (progress) => seen.push(progress),
    });
    expect(new Set(seen.map(({ phase }) => phase))).toEqual(new Set(["search", "select", "done"]));
    expect(seen.at(-1)?.evaluations).toBe(best.spent.evaluations);
    expect(best.improved).toBe(true);
    expect(best.report()).toMatch(/^Better than the baseline by \+0\./);
    expect(best.program.toJSON()).toMatchObject({ config: best.config, scores: { select: { mean: best.score.mean } } });
  });
});

describe("a team", () => {
  const expert = (name: string, right: number) =>
    program({
      name,
      signature: "id: integer, truth: 'a' | 'b' -> label: 'a' | 'b', confidence: number",
      variables: [integer("care", { min: 0, max: 3 })],
      forward: ({ id, truth }, { config }) => {
        // All are equally sure of themselves: only the outcome tells them apart.
        const knows = seededRandom(`${name} ${id}`)() < right + 0.05 * config.care;
        return { label: knows ? truth : truth === "a" ? "b" : "a", confidence: 0.7 };
      },
    });
  const trainset = Array.from({ length: 300 }, (_, id) => {
    const label = id % 3 === 0 ? ("a" as const) : ("b" as const);
    return { id, truth: label, label, confidence: 1 };
  });

  it("loses the members that mislead it, and is compared with its best single one", async () => {
    await using mabeam = await createMabeam({ seed: 1 });
    const members = {
      liar: expert("liar", 0.2),
      good: expert("good", 0.75),
      fair: expert("fair", 0.7),
      fool: expert("fool", 0.25),
    };
    const team = await createTeam(mabeam, members, { output: "label" });
    const registered = [mabeam.agents.count(), mabeam.variables.list().length];
    const best = await simba(team, { trainset, metric, budget: { evaluations: 8000 }, seed: 1 });
    expect(best.improved).toBe(true);
    expect(best.score.mean).toBeGreaterThan(best.baseline.mean + 0.1);
    const { "team.members": chosen, "team.weights.liar": weight = 1 } = best.config as Record<string, any>;
    expect(chosen).toContain("good");
    expect(chosen.includes("liar") ? weight : 0).toBeLessThan(0.5);
    expect(best.controls.bestSingle?.config["team.members"]).toEqual(["good"]);
    // The live team is as it was.
    expect([mabeam.agents.count(), mabeam.variables.list().length]).toEqual(registered);
    expect(team.config["team.members"]).toEqual(["liar", "good", "fair", "fool"]);
  }, 30_000);
});

describe("stopping and going on", () => {
  it("rejects ABORTED, leaves the program as it was, and goes on from the journal", async () => {
    const journal = memoryJournal();
    const stop = new AbortController();
    const before = planted.config;
    const aborted = simba(planted, {
      trainset: examples,
      metric,
      budget,
      seed: 4,
      journal,
      signal: stop.signal,
      onProgress: ({ step }) => step === 3 && stop.abort("enough"),
    });
    await expect(aborted).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(planted.config).toBe(before);
    const resumed = await simba(planted, { trainset: examples, metric, budget, seed: 4, journal });
    const whole = await simba(planted, { trainset: examples, metric, budget, seed: 4 });
    expect(resumed.candidates).toEqual(whole.candidates);
    expect(resumed.config).toEqual(whole.config);
  });

  it("refuses a journal that holds another run", async () => {
    const journal = memoryJournal();
    await simba(planted, { trainset: examples, metric, budget, seed: 4, journal });
    const other = simba(planted, { trainset: examples, metric, budget, seed: 5, journal });
    await expect(other).rejects.toMatchObject({
      code: "INVALID_INPUT",
      details: { reason: "other-run", differing: ["seed"] },
    });
  });

  it("killed with SIGKILL again and again, ends as an uninterrupted run does, and repeats no journaled score", async () => {
    const folder = await mkdtemp(join(tmpdir(), "simba-"));
    try {
      const run = (journal: string, out: string) =>
        fork(join(import.meta.dirname, "simba.process.ts"), [join(folder, journal), join(folder, out)], {
          execArgv: ["--conditions=mabeam-source", "--import", "tsx"],
          silent: true,
        });
      const straight = run("straight", "straight.json");
      await once(straight, "exit");
      const runsOf = async (out: string) => JSON.parse(await readFile(join(folder, out), "utf8"));
      const expected = await runsOf("straight.json");

      let kills = 0;
      for (const killAt of [2, 4, 6]) {
        const child = run("killed", "killed.json");
        child.on("message", (step) => step === killAt && child.kill("SIGKILL"));
        const [, signal] = await once(child, "exit");
        if (signal === "SIGKILL") kills++;
      }
      await once(run("killed", "killed.json"), "exit");
      const { runs, ...result } = await runsOf("killed.json");
      expect(kills).toBe(3);
      const { runs: allRuns, ...whole } = expected;
      expect(result).toEqual(whole);
      expect(runs).toBeLessThan(allRuns);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});

describe("bad input", () => {
  it.each([
    ["no trainset", { trainset: [] }, "empty-trainset"],
    ["too few examples", { trainset: examples.slice(0, 20) }, "too-few-examples"],
    ["an empty valset", { valset: [] }, "empty-valset"],
    ["a metric to minimize", { metric: Object.assign(() => 1, { direction: "minimize" }) }, "minimize"],
    ["a budget that decides nothing", { budget: { evaluations: 10 } }, "budget-too-small"],
    ["a budget that it cannot keep", { budget: { evaluations: 2000, lmCalls: 5 } }, "unknown-budget"],
    ["NaN", { seed: Number.NaN }, "invalid-number"],
    ["a negative batch", { batchSize: -1 }, "invalid-number"],
  ])("refuses %s", async (_, wrong, reason) => {
    const run = simba(planted, { trainset: examples, metric, budget, ...(wrong as object) });
    await expect(run).rejects.toMatchObject({ code: "INVALID_INPUT", details: { reason } });
  });

  it("fails with the reason when the program never works, instead of scoring its failures", async () => {
    const broken = program({
      name: "broken",
      signature: "x: number -> label: 'a' | 'b'",
      variables: [float("y", { min: 0, max: 1 })],
      forward: () => {
        throw new TypeError("no such host");
      },
    });
    await expect(simba(broken, { trainset: examples, metric, budget })).rejects.toMatchObject({
      code: "STUDY_FAILED",
      message: expect.stringContaining("no such host"),
    });
  });

  it("refuses a program without variables", async () => {
    const fixed = program({
      name: "fixed",
      signature: "x: number -> label: 'a' | 'b'",
      forward: () => ({ label: "a" as const }),
    });
    await expect(simba(fixed, { trainset: examples, metric, budget })).rejects.toMatchObject({
      details: { reason: "empty-space" },
    });
  });
});
