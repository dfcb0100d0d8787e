/** The types that the compiler reads from signatures. Checked by tsc; nothing here runs. */
import { expectTypeOf } from "vitest";
import * as z from "zod";
import type { InferInputs, InferOutputs } from "./infer.ts";
import { signature, type InputsOf, type OutputsOf } from "./signature.ts";

type In<T extends string> = InferInputs<`${T} -> _`>;

expectTypeOf<In<"a">>().toEqualTypeOf<{ a: string }>();
expectTypeOf<In<"a: string, b: number, c: integer">>().toEqualTypeOf<{ a: string; b: number; c: number }>();
expectTypeOf<In<"a: boolean, b: date, c: json">>().toEqualTypeOf<{ a: boolean; b: Date; c: unknown }>();
expectTypeOf<In<"a: string[], b: number[][], c : date []">>().toEqualTypeOf<{
  a: string[];
  b: number[][];
  c: Date[];
}>();
expectTypeOf<In<"a: 'x' | 'y', b: \"x\"|'y'">>().toEqualTypeOf<{ a: "x" | "y"; b: "x" | "y" }>();
expectTypeOf<In<"a: ('x' | 'y')[]">>().toEqualTypeOf<{ a: ("x" | "y")[] }>();
expectTypeOf<In<"a?, b?: 'x' | 'y', c ? : number[]">>().toEqualTypeOf<{
  a?: string | undefined;
  b?: "x" | "y" | undefined;
  c?: number[] | undefined;
}>();
expectTypeOf<In<"a?, b">>().toEqualTypeOf<{ a?: string | undefined; b: string }>();

// Whatever a quoted text or a description holds, it is not grammar.
expectTypeOf<In<`a: "it's, a -> b" | '// "no"'`>>().toEqualTypeOf<{ a: "it's, a -> b" | '// "no"' }>();
expectTypeOf<In<"a: number // isn't it, x: y -> z | 'w'\n, b">>().toEqualTypeOf<{ a: number; b: string }>();

type Mail = `
  mail: json,          // the parsed mail, "as it came"
  hint?: string        // another's opinion
                       // if there is one
  ->
  label: 'ham' | 'spam',
  confidence: number   // how sure, 0..1
`;
expectTypeOf<InferInputs<Mail>>().toEqualTypeOf<{ mail: unknown; hint?: string | undefined }>();
expectTypeOf<InferOutputs<Mail>>().toEqualTypeOf<{ label: "ham" | "spam"; confidence: number }>();

// A long signature stays within the compiler's limits.
type Ten<N extends string> = `a${N}, b${N}: number, c${N}, d${N}, e${N}, f${N}, g${N}, h${N}, i${N}, j${N}: 'x' | 'y'`;
type Long = `${Ten<"1">}, ${Ten<"2">}, ${Ten<"3">}, ${Ten<"4">}, ${Ten<"5">}, ${Ten<"6">}, ${Ten<"7">}, ${Ten<"8">}`;
expectTypeOf<In<Long>["b8"]>().toEqualTypeOf<number>();
expectTypeOf<In<Long>["j8"]>().toEqualTypeOf<"x" | "y">();

expectTypeOf<InferInputs<string>>().toEqualTypeOf<Record<string, unknown>>();
expectTypeOf<InferOutputs<string>>().toEqualTypeOf<Record<string, unknown>>();

const fromText = signature("diff -> bugs: string[], severity: 'low' | 'high'");
expectTypeOf<InputsOf<typeof fromText>>().toEqualTypeOf<{ diff: string }>();
expectTypeOf<OutputsOf<typeof fromText>>().toEqualTypeOf<{ bugs: string[]; severity: "low" | "high" }>();
expectTypeOf<OutputsOf<"a -> b: number">>().toEqualTypeOf<{ b: number }>();

const fromSchemas = signature({
  inputs: { words: z.array(z.string()), limit: z.number().optional() },
  outputs: { best: z.enum(["x", "y"]) },
});
expectTypeOf<InputsOf<typeof fromSchemas>>().toEqualTypeOf<{ words: string[]; limit?: number | undefined }>();
expectTypeOf<OutputsOf<typeof fromSchemas>>().toEqualTypeOf<{ best: "x" | "y" }>();

const extended = signature({ inputs: { ...fromText.inputs, note: z.string() }, outputs: fromText.outputs });
expectTypeOf<InputsOf<typeof extended>>().toEqualTypeOf<{ diff: string; note: string }>();

// @ts-expect-error a number is not a schema
signature({ inputs: { a: 1 }, outputs: { b: z.string() } });
