/**
 * Remembers what sub-programs answered. Optimizers try many configurations of a whole, and most leave alone most of its
 * parts: a part with the same configuration, the same learned state, inputs and seed answers the same, by the contract
 * of programs, and need not run again.
 */
import { canonicalJson, checkOptions, invalidInput } from "@mabeam/foundation";
import type { Fields } from "../signatures/signature.ts";
import type { Prediction } from "./prediction.ts";
import type { AnyProgram } from "./program.ts";
import type { TraceEntry } from "./trace.ts";

/** A memory of calls, for `forward` and `evaluate`. Inputs that are objects are told apart by identity. */
export interface CallMemo {
  readonly size: number;
  /**
   * What `program` answered to this before, or else what `run` answers now. A call that fails is not remembered.
   * @param trace gets the steps of the call, as if it had run
   */
  recall(
    program: AnyProgram,
    inputs: Fields,
    seed: number,
    run: (trace: TraceEntry[]) => Promise<Prediction>,
    trace: TraceEntry[],
  ): Promise<Prediction>;
}

/**
 * An empty memory of calls.
 * @param options `capacity`: calls that are remembered, default 200,000; beyond it the oldest go
 */
export function callMemo(options: { capacity?: number } = {}): CallMemo {
  checkOptions(options, ["capacity"], "callMemo");
  const { capacity = 200_000 } = options;
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw invalidInput("invalid-number", `A memo's capacity must be a whole number from 1, not ${capacity}.`);
  }
  const calls = new Map<string, Promise<Prediction>>();
  const programs = new Map<string, number>();
  const programNumbers = new WeakMap<AnyProgram, number>();
  const identity = numbering();

  // Equal programs are other objects in every configuration of the whole: they are numbered by what they are.
  const numberOf = (program: AnyProgram): number => {
    const known = programNumbers.get(program);
    if (known !== undefined) return known;
    const { name, signature, space, config, learned } = program;
    // All versions of a program share its signature and its space; another program that looks alike has its own.
    const text = canonicalJson([name, identity(signature), identity(space), config, identity(learned)]);
    const number = programs.get(text) ?? programs.size;
    programs.set(text, number);
    programNumbers.set(program, number);
    return number;
  };

  return {
    get size() {
      return calls.size;
    },
    async recall(program, inputs, seed, run, trace) {
      const parts = Object.keys(inputs).map((field) => `${field}=${identity(inputs[field])}`);
      const key = `${numberOf(program)}|${seed}|${parts.join("|")}`;
      const known = calls.get(key);
      if (known === undefined) {
        const made = run(trace);
        calls.set(key, made);
        made.catch(() => {
          if (calls.get(key) === made) calls.delete(key);
        });
        if (calls.size > capacity) calls.delete(calls.keys().next().value as string);
        return made;
      }
      const remembered = await known.catch(() => undefined);
      // It may have failed for the other caller's reasons: this one asks for itself.
      if (remembered === undefined) return this.recall(program, inputs, seed, run, trace);
      trace.push(...remembered.$.trace);
      return remembered;
    },
  };
}

/** Texts for values: equal primitives have equal ones, an object or a function has its own. */
function numbering(): (value: unknown) => string {
  const numbers = new WeakMap<object, number>();
  let next = 0;
  return (value) => {
    if (typeof value === "string") return JSON.stringify(value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null)
      return `${typeof value} ${String(value)}`;
    const number = numbers.get(value) ?? next++;
    numbers.set(value, number);
    return `#${number}`;
  };
}
