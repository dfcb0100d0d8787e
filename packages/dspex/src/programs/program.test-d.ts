/** The types that run through a program. Checked by tsc; nothing here runs. */
import { expectTypeOf } from "vitest";
import * as z from "zod";
import { choice } from "../variables/choice.ts";
import { float } from "../variables/float.ts";
import { createStudy } from "../studies/study.ts";
import type { Configuration } from "../variables/configuration.ts";
import { program } from "./custom-program.ts";
import { fromFunction } from "./interop/function.ts";
import type { AnyProgram, Example } from "./program.ts";
import type { PredictionInfo } from "./prediction.ts";

const reviewer = program({
  name: "reviewer",
  signature: "diff, hint?: 'low' | 'high' -> bugs: string[], severity: 'low' | 'high'",
  variables: [float("temperature", { min: 0, max: 1 }), choice("style", ["terse", "step by step"])],
  fit: (trainset, { config }) => {
    expectTypeOf(trainset[0]!.severity).toEqualTypeOf<"low" | "high">();
    return { style: config.style };
  },
  async forward({ diff, hint }, { config, call }) {
    expectTypeOf(diff).toEqualTypeOf<string>();
    expectTypeOf(hint).toEqualTypeOf<"low" | "high" | undefined>();
    expectTypeOf(config).toEqualTypeOf<{ temperature: number; style: "terse" | "step by step" }>();
    const again = await call(reviewerLike, { diff });
    expectTypeOf(again.severity).toEqualTypeOf<"low" | "high">();
    return { bugs: [], severity: "low" };
  },
});
const reviewerLike = program({
  name: "like",
  signature: "diff -> severity: 'low' | 'high'",
  forward: () => ({ severity: "low" }),
});

const { bugs, severity, $ } = await reviewer.forward({ diff: "" });
expectTypeOf(bugs).toEqualTypeOf<string[]>();
expectTypeOf(severity).toEqualTypeOf<"low" | "high">();
expectTypeOf($).toEqualTypeOf<PredictionInfo>();
expectTypeOf(reviewer.withConfig({})).toEqualTypeOf(reviewer);
expectTypeOf(reviewer.config).toEqualTypeOf<{ temperature: number; style: "terse" | "step by step" }>();
reviewer.withConfig({ style: "terse", temperature: undefined });
// @ts-expect-error no such style
reviewer.withConfig({ style: "nope" });
// @ts-expect-error no such variable
reviewer.withConfig({ stile: "terse" });
// @ts-expect-error no such style, for one call
await reviewer.forward({ diff: "" }, { config: { style: "nope" } });

// The third snippet of the design: the study's trials have the program's configuration.
const study = await createStudy({ name: "review", space: reviewer.space });
const trial = await study.ask();
expectTypeOf(trial.config.style).toEqualTypeOf<"terse" | "step by step">();
reviewer.withConfig(trial.config);
reviewer.withConfig(study.bestTrial.config);
// A configuration from elsewhere, of which no names are known, is checked at run time.
const elsewhere: Configuration = {};
reviewer.withConfig(elsewhere);

// What sub-programs bring is not known by type, so a whole takes any configuration.
const whole = program({
  name: "whole",
  signature: "diff -> severity: 'low' | 'high'",
  subPrograms: { reviewer },
  forward: async ({ diff }, { call }) => ({ severity: (await call(reviewer, { diff })).severity }),
});
whole.withConfig({ "reviewer.style": "terse" });

// @ts-expect-error a misspelt input
await reviewer.forward({ dif: "" });
// @ts-expect-error a wrong output
program({ name: "p", signature: "a -> b: number", forward: () => ({ b: "1" }) });
program({
  name: "p",
  signature: "a -> b",
  // @ts-expect-error a call with the wrong inputs
  forward: async (_, { call }) => ({ b: (await call(reviewerLike, { dif: "" })).severity }),
});

expectTypeOf(reviewer).toExtend<AnyProgram>();
expectTypeOf<Example<{ mail: unknown; label?: string }, { label: "ham" | "spam" }>["label"]>().toEqualTypeOf<
  "ham" | "spam"
>();

const scored = fromFunction(({ words }) => ({ score: words.length, label: "x" }), {
  inputs: { words: z.array(z.string()) },
  outputs: { score: z.number(), label: z.enum(["x", "y"]) },
});
expectTypeOf((await scored.forward({ words: [] })).score).toEqualTypeOf<number>();
