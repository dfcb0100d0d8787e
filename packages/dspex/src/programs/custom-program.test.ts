import type { Clock } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { signature } from "../signatures/signature.ts";
import { choice } from "../variables/choice.ts";
import { float } from "../variables/float.ts";
import { integer } from "../variables/integer.ts";
import { space } from "../variables/space.ts";
import { program } from "./custom-program.ts";
import type { TraceEntry } from "./trace.ts";
import { programSuite } from "./program.suite.ts";

const never = () => new Promise<never>(() => {});

const greeter = (forward?: () => Promise<never>) => {
  const style = choice("style", ["plain", "loud"]);
  return program({
    name: "greeter",
    signature: "name, times?: integer -> greeting",
    variables: [
      style,
      choice("mark", ["!", "?!"]).when(style, "loud"),
      integer("repeat", { min: 1, max: 3, default: 1 }),
    ],
    forward:
      forward ??
      (async ({ name, times = 1 }, { config }) => {
        const text = `Hello ${name}${config.mark ?? "."}`.repeat(config.repeat * times);
        return { greeting: config.style === "loud" ? text.toUpperCase() : text };
      }),
  });
};

const team = (hang?: () => Promise<never>) => {
  const first = greeter(hang);
  return program({
    name: "pair",
    signature: "name -> both: string[]",
    subPrograms: { first, second: first.withConfig({ repeat: 3 }) },
    variables: [choice("order", ["first", "second"])],
    async forward({ name }, { call, config }) {
      const other = config.order === "first" ? "second" : "first";
      const answers = [await call(config.order, { name }), await call(other, { name })];
      return { both: answers.map((answer) => String(answer["greeting"])) };
    },
  });
};

programSuite("a program of a function", {
  make: () => greeter(),
  makeHanging: () => greeter(never),
  inputs: { name: "Ada" },
  wrong: { inputs: { name: "Ada", times: 0.5 }, field: "times" },
});

programSuite("a program of programs", {
  make: () => team(),
  makeHanging: () => team(never),
  inputs: { name: "Ada" },
  wrong: { inputs: {}, field: "name" },
});

/** A clock that a test moves. */
function handClock(): Clock & { advance(ms: number): void } {
  let time = 0;
  return {
    now: () => time,
    monotonic: () => time,
    after: () => ({ cancel: () => {}, keepAlive: () => {} }),
    advance: (ms) => (time += ms),
  };
}

describe("a program", () => {
  test("gives its function checked inputs and its own configuration, and nothing it does not know", async () => {
    let seen: unknown;
    const echo = program({
      name: "echo",
      signature: "at: date, note? -> text",
      variables: [float("x", { min: 0, max: 1, default: 0.5 })],
      forward: (inputs, { config }) => {
        seen = { inputs, config };
        return { text: "ok", extra: 1 };
      },
    });
    const given = { at: "2026-11-22", constructor: "odd", answer: "secret" } as unknown as { at: Date };
    expect(await echo.forward(given)).toEqual({ text: "ok" });
    expect(seen).toEqual({ inputs: { at: new Date("2026-11-22") }, config: { x: 0.5 } });
  });

  test.each([
    [{ a: 1 }, { field: "b", problems: [{ field: "b", problem: "is missing" }] }],
    [{ a: "1", b: [2, "x"] }, { field: "a" }],
    [null, { field: "a" }],
    ["text", { field: "a" }],
  ])("case %#: inputs that do not fit stop it before its function runs", async (inputs, details) => {
    let ran = false;
    const guarded = program({
      name: "guarded",
      signature: "a: number, b: number[] -> c",
      forward: () => {
        ran = true;
        return { c: "" };
      },
    });
    await expect(guarded.forward(inputs as never)).rejects.toMatchObject({ code: "INVALID_INPUT", details });
    expect(ran).toBe(false);
  });

  test.each([[{ label: "maybe" }], [{}], [undefined], ["ham"]])(
    "%j is no output where a label is promised",
    async (outputs) => {
      const wrong = program({
        name: "wrong",
        signature: "a -> label: 'ham' | 'spam'",
        forward: () => outputs as never,
      });
      await expect(wrong.forward({ a: "" })).rejects.toMatchObject({
        code: "OUTPUT_INVALID",
        details: { program: "wrong", field: "label" },
      });
    },
  );

  test("passes on what its function throws, unchanged, and writes it down", async () => {
    const trouble = new RangeError("no such model");
    const broken = program({
      name: "broken",
      signature: "a -> b",
      forward: (_, { spend }) => {
        spend({ inputTokens: 7 });
        throw trouble;
      },
    });
    const outer = program({
      name: "outer",
      signature: "a -> b",
      subPrograms: { broken },
      forward: (inputs, { call }) => call(broken, inputs),
    });
    const trace: TraceEntry[] = [];
    await expect(outer.forward({ a: "x" }, { trace })).rejects.toBe(trouble);
    expect(trace).toMatchObject([
      { program: "outer", error: { message: "no such model" }, usage: { inputTokens: 0 } },
      { program: "broken", inputs: { a: "x" }, error: { message: "no such model" }, usage: { inputTokens: 7 } },
    ]);
  });

  test("tells its function to stop, and does not wait for it", async () => {
    let told: unknown;
    let started = () => {};
    const running = new Promise<void>((resolve) => (started = resolve));
    const patient = program({
      name: "patient",
      signature: "a -> b",
      forward: (_, { signal }) => {
        signal.addEventListener("abort", () => (told = signal.reason));
        started();
        return never();
      },
    });
    const controller = new AbortController();
    const waiting = patient.forward({ a: "" }, { signal: controller.signal });
    await running;
    const reason = { why: "late" };
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED", cause: reason });
    expect(told).toBe(reason);
  });

  test("does not begin for a caller who gives up at once", async () => {
    let ran = false;
    const eager = program({ name: "eager", signature: "a -> b", forward: () => ({ b: String((ran = true)) }) });
    const controller = new AbortController();
    const waiting = eager.forward({ a: "" }, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
    expect(ran).toBe(false);
  });

  test("draws the same for the same seed, and measures by the clock it is given", async () => {
    const clock = handClock();
    const dice = program({
      name: "dice",
      signature: "sides: integer -> rolled: integer",
      forward: ({ sides }, { random }) => {
        clock.advance(25);
        return { rolled: random.integer(sides) };
      },
    });
    const roll = async (seed?: number) =>
      dice.forward({ sides: 1e9 }, { clock, ...(seed === undefined ? {} : { seed }) });
    expect(await roll(3)).toEqual(await roll(3));
    expect(await roll()).toEqual(await roll(0));
    expect(await roll(3)).not.toEqual(await roll(4));
    expect((await roll()).$.latencyMs).toBe(25);
  });

  test("stops a sub-program by its own signal or by that of the whole", async () => {
    const hanging = program({ name: "hanging", signature: "a -> b", forward: never });
    const inner = new AbortController();
    const whole = new AbortController();
    const outer = program({
      name: "outer",
      signature: "a -> b",
      subPrograms: { hanging },
      forward: (inputs, { call }) => call(hanging, inputs, { signal: inner.signal }),
    });
    const first = outer.forward({ a: "" }, { signal: whole.signal });
    setImmediate(() => inner.abort("inner"));
    await expect(first).rejects.toMatchObject({ code: "ABORTED", cause: "inner" });
    const trace: TraceEntry[] = [];
    whole.abort("whole");
    await expect(outer.forward({ a: "" }, { signal: whole.signal, trace })).rejects.toMatchObject({ cause: "whole" });
    expect(trace).toMatchObject([{ program: "outer", error: { code: "ABORTED" } }]);
  });

  test("may give an account of its run, which stays beside the prediction", async () => {
    const told = { steps: [], rounds: 2 };
    const telling = program({
      name: "telling",
      signature: "a -> b",
      forward: ({ a }, { account }) => {
        account(told);
        return { b: a };
      },
    });
    const prediction = await telling.forward({ a: "x" });
    expect(prediction).toEqual({ b: "x" });
    expect(prediction.$.trajectory).toBe(told);
  });

  test("keeps the laws of its space when it is configured", () => {
    const bounds = space(
      [float("low", { min: 0, max: 1, default: 0 }), float("high", { min: 0, max: 1, default: 1 })],
      {
        constraints: [{ name: "ordered", check: ({ low, high }) => low <= high, message: "low is above high" }],
      },
    );
    const filter = program({
      name: "filter",
      signature: "x: number -> y: number",
      variables: bounds,
      forward: ({ x }) => ({ y: x }),
    });
    expect(filter.withConfig({ low: 0.5 }).config).toEqual({ low: 0.5, high: 1 });
    expect(() => filter.withConfig({ low: 0.5, high: 0.2 })).toThrow("low is above high");
  });

  test("drops what its configuration puts out of existence, and starts anew what comes back", () => {
    const loud = greeter().withConfig({ style: "loud", mark: "?!" });
    const plain = loud.withConfig({ style: "plain" });
    expect(plain.config).toEqual({ style: "plain", repeat: 1 });
    expect(plain.withConfig({ style: "loud" }).config).toEqual({ style: "loud", mark: "!", repeat: 1 });
  });

  test("takes its signature from schemas as well", async () => {
    const counted = program({
      name: "counted",
      signature: signature({ inputs: { words: z.array(z.string()) }, outputs: { count: z.int() } }),
      forward: ({ words }) => ({ count: words.length }),
    });
    expect(await counted.forward({ words: ["a", "b"] })).toEqual({ count: 2 });
  });

  test.each([
    [{ name: "" }],
    [{ forward: undefined }],
    [{ variables: [1] }],
    [{ variables: "x" }],
    [{ variable: [] }],
    [{ subPrograms: 5 }],
    [{ fitDependsOn: 5 }],
    [{ fit: 5 }],
    [{ fitDependsOn: ["x"] }],
    [{ subPrograms: { "a.b": greeter() } }],
    [{ subPrograms: JSON.parse('{"__proto__": 1}') }],
    [{ subPrograms: { a: {} } }],
    [{ subPrograms: { a: greeter() }, variables: [float("a.x", { min: 0, max: 1 })] }],
  ])("case %#: is not made of a definition that cannot run", (wrong) => {
    const sound = { name: "p", signature: "a -> b", forward: () => ({ b: "" }) };
    expect(() => program({ ...sound, ...wrong } as never)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("is not made of nothing, nor without a signature", () => {
    expect(() => program(null as never)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    const unsigned = { name: "p", forward: () => ({ b: "" }) };
    expect(() => program(unsigned as never)).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
  });
});

describe("a program of programs", () => {
  test("has the variables of all under their keys, starting as its sub-programs are configured", async () => {
    const pair = team();
    expect(pair.space.dependencyOrder().toSorted()).toEqual(
      ["first.mark", "first.repeat", "first.style", "order", "second.mark", "second.repeat", "second.style"].toSorted(),
    );
    expect(pair.config).toMatchObject({ "first.repeat": 1, "second.repeat": 3, order: "first" });
    const changed = pair.withConfig({ "first.repeat": 2 });
    expect(changed.subPrograms()["first"]?.config).toMatchObject({ repeat: 2 });
    expect(pair.subPrograms()["first"]?.config).toMatchObject({ repeat: 1 });
    expect(
      (await changed.forward({ name: "A" }, { config: { order: "second" } })).both.map((text) => text.length),
    ).toEqual([24, 16]);
  });

  test("writes down who ran, in the order of the calls, with what they were configured and spent", async () => {
    const worker = (name: string, wait: Promise<void>) =>
      program({
        name,
        signature: "x -> y",
        variables: [integer("n", { min: 0, max: 9 })],
        forward: async ({ x }, { spend }) => {
          await wait;
          spend({ inputTokens: 10, outputTokens: 1, costUsd: 0.25 });
          return { y: x };
        },
      });
    let release = () => {};
    const slow = worker("slow", new Promise((resolve) => (release = resolve)));
    const quick = worker("quick", Promise.resolve());
    const both = program({
      name: "both",
      signature: "x -> y",
      subPrograms: { slow, quick },
      forward: async ({ x }, { call, spend }) => {
        const waiting = call(slow, { x });
        const { y } = await call(quick, { x: "q" });
        release();
        spend({ costUsd: 0.5 });
        return { y: y + (await waiting).y };
      },
    });
    const prediction = await both.withConfig({ "slow.n": 4 }).forward({ x: "s" });
    expect(prediction.$.trace).toMatchObject([
      { program: "both", outputs: { y: "qs" }, config: { "slow.n": 4, "quick.n": 5 }, costUsd: 0.5 },
      { program: "slow", inputs: { x: "s" }, config: { n: 4 }, costUsd: 0.25 },
      { program: "quick", inputs: { x: "q" }, costUsd: 0.25 },
    ]);
    expect(prediction.$).toMatchObject({ usage: { inputTokens: 20, outputTokens: 2 }, costUsd: 1 });
  });

  test("runs a program that it does not list as that is, and asks for the key where a program is listed twice", async () => {
    const once = greeter();
    const caller = program({
      name: "caller",
      signature: "key -> text",
      subPrograms: { a: once, b: once },
      forward: async ({ key }, { call }) => {
        const answer = await (key === "other"
          ? call(greeter(), { name: "X" })
          : key === "once"
            ? call(once, { name: "X" })
            : call(key, { name: "X" }));
        return { text: answer["greeting"] as string };
      },
    });
    expect(await caller.forward({ key: "other" })).toEqual({ text: "Hello X." });
    expect(await caller.forward({ key: "b" }, { config: { "b.style": "loud" } })).toEqual({ text: "HELLO X!" });
    await expect(caller.forward({ key: "once" })).rejects.toMatchObject({ details: { reason: "ambiguous-program" } });
    await expect(caller.forward({ key: "toString" })).rejects.toMatchObject({ details: { reason: "unknown-program" } });
  });

  test("in a call of a call, seed and configuration reach the innermost", async () => {
    const inner = program({
      name: "inner",
      signature: "x -> y: number",
      variables: [integer("n", { min: 0, max: 1000 })],
      forward: (_, { config, random }) => ({ y: config.n + random() }),
    });
    const middle = program({
      name: "middle",
      signature: "x -> y: number",
      subPrograms: { inner },
      forward: (i, { call }) => call(inner, i),
    });
    const outer = program({
      name: "outer",
      signature: "x -> y: number",
      subPrograms: { middle },
      forward: (i, { call }) => call(middle, i),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1000 }), fc.nat({ max: 5 }), async (n, seed) => {
        const { y } = await outer.forward({ x: "" }, { config: { "middle.inner.n": n }, seed });
        expect(y).toBe((await inner.forward({ x: "" }, { config: { n }, seed })).y);
      }),
      { numRuns: 20 },
    );
  });
});
