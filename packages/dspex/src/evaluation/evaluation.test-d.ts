/** Metric, example and prediction are typed from the signature. Checked by tsc; nothing here runs. */
import { expectTypeOf } from "vitest";
import { program } from "../programs/custom-program.ts";
import type { AnyProgram } from "../programs/program.ts";
import { compare } from "./compare.ts";
import { evaluate } from "./evaluate.ts";
import { accuracy, exactMatch, macroF1 } from "./metrics.ts";

const filter = program({
  name: "filter",
  signature: "mail: json, hint?: string -> label: 'ham' | 'spam', confidence: number",
  forward: () => ({ label: "ham", confidence: 1 }),
});
const examples = [{ mail: "x", label: "ham" as const, id: 7 }];

const evaluation = await evaluate(filter, examples, (example, prediction, trajectory) => {
  expectTypeOf(example.id).toEqualTypeOf<number>();
  expectTypeOf(prediction.label).toEqualTypeOf<"ham" | "spam">();
  expectTypeOf(trajectory?.steps.length).toEqualTypeOf<number | undefined>();
  return { score: prediction.label === example.label, feedback: "because" };
});
expectTypeOf(evaluation.results[0]!.example.label).toEqualTypeOf<"ham">();
expectTypeOf(evaluation.results[0]!.prediction?.label).toEqualTypeOf<"ham" | "spam" | undefined>();

const ready = await evaluate(filter, examples, exactMatch);
await evaluate(filter, [{ mail: "x", label: "spam" }], accuracy("label"));
await evaluate(filter, examples, macroF1("label"), { until: (soFar) => soFar[0]?.example.id === 7 });
expectTypeOf(compare(evaluation, ready).significant).toEqualTypeOf<boolean>();

// @ts-expect-error an example without its input
await evaluate(filter, [{ label: "ham" }], exactMatch);
// @ts-expect-error a label that the program cannot give
await evaluate(filter, [{ mail: "x", label: "scam" }], exactMatch);
// @ts-expect-error the metric looks at a field that is not predicted
await evaluate(filter, examples, (_, prediction) => prediction.lable === "ham");
// @ts-expect-error a metric gives a score
await evaluate(filter, examples, () => "good");

declare const any: AnyProgram;
expectTypeOf((await evaluate(any, [{ whatever: 1 }], exactMatch)).mean).toEqualTypeOf<number>();
