import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { signature } from "../signatures/signature.ts";
import { choice } from "../variables/choice.ts";
import { space } from "../variables/space.ts";
import { callMemo } from "./call-memo.ts";
import { program } from "./custom-program.ts";
import type { AnyProgram } from "./program.ts";
import type { TraceEntry } from "./trace.ts";

const style = space([choice("style", ["plain", "loud"])]);

/** A program that counts its runs; `text` must not be "bad", or it fails. */
function counted(name = "counted") {
  const runs: unknown[] = [];
  const made = program({
    name,
    signature: "text: json -> answer: json",
    variables: style,
    forward: async ({ text }, { config, learned, spend }) => {
      runs.push(text);
      spend({ costUsd: 1 });
      await Promise.resolve();
      if (text === "bad") throw new Error("boom");
      return { answer: [text ?? null, config.style, learned ?? null] as never };
    },
    fit: (trainset) => ({ seen: trainset.length }),
  });
  return { made: made as unknown as AnyProgram, runs };
}

type Memo = ReturnType<typeof callMemo>;
const ask = (memo: Memo, asked: AnyProgram, text: unknown, seed = 0, trace: TraceEntry[] = []) =>
  memo.recall(asked, { text }, seed, (steps) => asked.forward({ text }, { seed, trace: steps }), trace);

/** Latency is measured, not remembered. */
const withoutTime = (trace: readonly TraceEntry[]) => trace.map((entry) => ({ ...entry, latencyMs: 0 }));

describe("a memo of calls", () => {
  test("runs an equally configured program once for the same inputs, however often it is configured anew", async () => {
    const { made, runs } = counted();
    const memo = callMemo();
    const first = await ask(memo, made, "a");
    expect(await ask(memo, made.withConfig({ style: "plain" }), "a")).toBe(first);
    expect(await ask(memo, made.withConfig({ style: "loud" }).withConfig({ style: "plain" }), "a")).toBe(first);
    expect(runs).toEqual(["a"]);
    expect(memo.size).toBe(1);
  });

  test("runs anew for another configuration, learned state, seed or input", async () => {
    const { made, runs } = counted();
    const memo = callMemo();
    const fitted = await made.fit([{ text: "a" }]);
    const asked: [AnyProgram, unknown, number][] = [
      [made, "a", 0],
      [made.withConfig({ style: "loud" }), "a", 0],
      [fitted, "a", 0],
      [made.withLearned("by heart"), "a", 0],
      [made, "a", 1],
      [made, "b", 0],
    ];
    const once = await Promise.all(asked.map(([each, text, seed]) => ask(memo, each, text, seed)));
    expect(runs).toHaveLength(asked.length);
    expect(once[2]).toEqual({ answer: ["a", "plain", { seen: 1 }] });
    const again = await Promise.all(asked.map(([each, text, seed]) => ask(memo, each, text, seed)));
    expect(again).toEqual(once);
    expect(runs).toHaveLength(asked.length);
  });

  test("never takes one program for another that looks alike, also if they share a signature or a space", async () => {
    const memo = callMemo();
    const common = signature("text -> answer");
    const expert = (opinion: string, shared: "signature" | "space"): AnyProgram =>
      program({
        name: "expert",
        signature: shared === "signature" ? common : "text -> answer",
        variables: shared === "space" ? style : [choice("style", ["plain", "loud"])],
        forward: () => ({ answer: opinion }),
      });
    for (const shared of ["signature", "space"] as const) {
      const answers = await Promise.all(["yes", "no"].map((opinion) => ask(memo, expert(opinion, shared), "a")));
      expect(answers).toEqual([{ answer: "yes" }, { answer: "no" }]);
    }
  });

  test("answers as the program would have, whatever is asked in whatever order", async () => {
    const text = fc.constantFrom<unknown>(
      "",
      "1",
      1,
      true,
      "true",
      null,
      "null",
      "undefined",
      'a|text="b"',
      "__proto__",
    );
    const call = fc.record({ text, loud: fc.boolean(), seed: fc.integer({ min: 0, max: 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 30 }), fc.integer({ min: 1, max: 5 }), async (calls, capacity) => {
        const { made } = counted();
        const memo = callMemo({ capacity });
        for (const { text: asked, loud, seed } of calls) {
          const configured = made.withConfig({ style: loud ? "loud" : "plain" });
          const trace: TraceEntry[] = [];
          const expected: TraceEntry[] = [];
          const answer = await ask(memo, configured, asked, seed, trace);
          expect(answer).toEqual(await configured.forward({ text: asked }, { seed, trace: expected }));
          expect(withoutTime(trace)).toEqual(withoutTime(expected));
          expect(memo.size).toBeLessThanOrEqual(capacity);
        }
      }),
    );
  });

  test("tells inputs apart that JSON does not, and objects by identity", async () => {
    const memo = callMemo();
    const runs: unknown[] = [];
    const { made } = counted();
    const recall = (text: unknown) =>
      memo.recall(made, { text }, 0, async () => (runs.push(text), made.forward({ text: "a" })), []);
    const distinct = [Number.NaN, null, undefined, "NaN", 1n, "1", 1, () => 1, () => 2, { a: 1 }, { a: 1 }];
    for (const value of distinct) await recall(value);
    expect(runs).toEqual(distinct);
    for (const value of distinct) await recall(value);
    expect(runs).toHaveLength(distinct.length);
  });

  test("lets calls that overlap share one run, each with the steps in its own trace", async () => {
    const { made, runs } = counted();
    const memo = callMemo();
    const traces: TraceEntry[][] = [[], [], []];
    await Promise.all(traces.map((trace) => ask(memo, made, "a", 0, trace)));
    expect(runs).toEqual(["a"]);
    expect(traces).toMatchObject([0, 1, 2].map(() => [{ program: "counted", costUsd: 1 }]));
    expect(traces[0]?.length).toBe(1);
  });

  test("remembers no failure: whoever asks next runs it, and finds it in the trace", async () => {
    const { made, runs } = counted();
    const memo = callMemo();
    for (let n = 1; n <= 2; n++) {
      const trace: TraceEntry[] = [];
      await expect(ask(memo, made, "bad", 0, trace)).rejects.toThrow("boom");
      expect(trace).toMatchObject([{ program: "counted", error: { message: "boom" } }]);
      expect(runs).toHaveLength(n);
      expect(memo.size).toBe(0);
    }
  });

  test("a caller who gives up spoils nothing for another who waits for the same", async () => {
    const { made, runs } = counted();
    const memo = callMemo();
    const controller = new AbortController();
    const run = (signal?: AbortSignal) => (trace: TraceEntry[]) =>
      made.forward({ text: "a" }, signal === undefined ? { trace } : { trace, signal });
    const trace: TraceEntry[] = [];
    const first = memo.recall(made, { text: "a" }, 0, run(controller.signal), []);
    const second = memo.recall(made, { text: "a" }, 0, run(), trace);
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow(expect.objectContaining({ code: "ABORTED" }));
    expect(await second).toEqual({ answer: ["a", "plain", null] });
    expect(trace).toHaveLength(1);
    const before = runs.length;
    await ask(memo, made, "a");
    expect(runs).toHaveLength(before);
  });

  test("forgets the oldest call beyond its capacity", async () => {
    const { made, runs } = counted();
    const memo = callMemo({ capacity: 2 });
    for (const text of ["a", "b", "c", "b", "c", "a"]) await ask(memo, made, text);
    expect(runs).toEqual(["a", "b", "c", "a"]);
    expect(memo.size).toBe(2);
  });

  test.each([0, -1, 1.5, Number.NaN])("a capacity of %s is refused", (capacity) => {
    expect(() => callMemo({ capacity })).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("a program that is lent a memo", () => {
  const pair = () => {
    const part = counted("part");
    const whole = program({
      name: "whole",
      signature: "text -> answer: json",
      subPrograms: { part: part.made },
      variables: [choice("order", ["first", "second"])],
      forward: async ({ text }, { call }) => ({ answer: (await call("part", { text }))["answer"] as never }),
    });
    return { part, whole };
  };

  test("asks a part once, as long as only the rest of its configuration changes", async () => {
    const { part, whole } = pair();
    const memo = callMemo();
    const first = await whole.withConfig({ order: "first" }).forward({ text: "a" }, { memo });
    const second = await whole.withConfig({ order: "second" }).forward({ text: "a" }, { memo });
    expect(part.runs).toEqual(["a"]);
    expect(second).toEqual(first);
    expect(second.$.costUsd).toBe(1);
    expect(second.$.trace.map((entry) => entry.program)).toEqual(["whole", "part"]);
    await whole.withConfig({ "part.style": "loud" }).forward({ text: "a" }, { memo });
    expect(part.runs).toHaveLength(2);
  });
});
