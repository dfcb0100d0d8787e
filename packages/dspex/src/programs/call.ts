/** The context of one call of a program, and the book that is kept of it. */
import { invalidInput, seededRandom, type Random } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import type { CallOptions, Layout, ProgramContext } from "./definition.ts";
import type { Prediction } from "./prediction.ts";
import type { AnyProgram, ForwardOptions } from "./program.ts";
import type { TraceEntry, Trajectory, Usage } from "./trace.ts";

/** A program ready to run: its layout with everything that was configured and learned. */
export interface Runnable {
  readonly layout: Layout;
  readonly config: Configuration;
  readonly ownConfig: Configuration;
  readonly ownLearned: unknown;
  subPrograms(): Readonly<Record<string, AnyProgram>>;
}

/** A call under way. */
export interface OpenCall {
  readonly context: ProgramContext;
  /** The account that the program gave of itself. */
  readonly trajectory: Trajectory | undefined;
  /** The steps so far: the program itself, then what it called, in the order of the calls. */
  steps(own: Omit<TraceEntry, "config" | "usage" | "costUsd">): TraceEntry[];
}

/** Opens the book of a call. */
export function openCall(runnable: Runnable, options: ForwardOptions): OpenCall {
  const { layout, config, ownConfig, ownLearned } = runnable;
  const called: TraceEntry[][] = [];
  let spent: Spent = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
  let ownSignal: AbortSignal | undefined;
  let random: Random | undefined;
  let trajectory: Trajectory | undefined;

  const call = (target: unknown, inputs: object, given: CallOptions = {}): Promise<Prediction> => {
    // The place is taken now, so that the order is that of the calls and not of the answers.
    const trace: TraceEntry[] = [];
    called.push(trace);
    const { seed, clock, memo } = options;
    const signals = [options.signal, given.signal].filter((each) => each !== undefined);
    const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    const program = subProgram(runnable, target);
    const run = (steps: TraceEntry[]): Promise<Prediction> =>
      program.forward(inputs as Record<string, unknown>, {
        ...(seed === undefined ? {} : { seed }),
        ...(clock === undefined ? {} : { clock }),
        ...(memo === undefined ? {} : { memo }),
        ...given,
        ...(signal === undefined ? {} : { signal }),
        trace: steps,
      });
    // A call with a configuration of its own is not what the program would answer by itself.
    if (memo === undefined || given.config !== undefined) return run(trace);
    return memo.recall(program, inputs as Record<string, unknown>, given.seed ?? seed ?? 0, run, trace);
  };

  const context: ProgramContext = {
    config: ownConfig,
    learned: ownLearned,
    // Signal and chance are made when they are asked for: most programs need neither.
    get signal() {
      return (ownSignal ??= options.signal ?? new AbortController().signal);
    },
    get random() {
      return (random ??= seededRandom(options.seed ?? 0).split("forward", layout.name));
    },
    call: async (target: unknown, inputs: object, given?: CallOptions): Promise<never> =>
      // The result is typed by the target, in ProgramContext.
      (await call(target, inputs, given)) as never,
    account: (given) => {
      trajectory = given;
    },
    spend: (amount) => {
      spent = added(spent, amount);
    },
  };

  return {
    context,
    get trajectory() {
      return trajectory;
    },
    steps: (own) => {
      const { costUsd, ...usage } = spent;
      const configured = layout.space.variables.length === 0 ? {} : { config };
      return [{ ...own, ...configured, usage, costUsd }, ...called.flat()];
    },
  };
}

type Spent = Usage & { readonly costUsd: number };

function added(spent: Spent, amount: Partial<Spent>): Spent {
  const { inputTokens = 0, outputTokens = 0, costUsd = 0 } = amount;
  for (const each of [inputTokens, outputTokens, costUsd]) {
    if (Number.isFinite(each) && each >= 0) continue;
    throw invalidInput("invalid-number", `What a call spends must be a number from 0, not ${each}.`, { ...amount });
  }
  return {
    inputTokens: spent.inputTokens + inputTokens,
    outputTokens: spent.outputTokens + outputTokens,
    costUsd: spent.costUsd + costUsd,
  };
}

function subProgram(runnable: Runnable, target: unknown): AnyProgram {
  const { name, parts } = runnable.layout;
  const current = runnable.subPrograms();
  if (typeof target === "string") {
    if (Object.hasOwn(current, target)) return current[target] as AnyProgram;
    throw invalidInput("unknown-program", `"${name}" has no sub-program "${target}".`, { key: target });
  }
  const keys = Object.keys(parts).filter((key) => parts[key] === target || current[key] === target);
  if (keys.length > 1) {
    const listed = keys.map((key) => `"${key}"`).join(" and ");
    throw invalidInput("ambiguous-program", `"${name}" lists this sub-program as ${listed}: call it by its key.`, {
      keys,
    });
  }
  if (keys.length === 1) return current[keys[0] as string] as AnyProgram;
  if (typeof (target as Partial<AnyProgram> | null)?.forward === "function") return target as AnyProgram;
  throw invalidInput("not-a-program", `"${name}" called something that is not a program.`);
}
