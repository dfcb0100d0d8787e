/** What happened in a call: one entry for each program that ran, with what it took, gave and spent. */
import { isMabeamError } from "@mabeam/foundation";
import type { Configuration } from "../variables/configuration.ts";
import type { Fields } from "../signatures/signature.ts";

/** Tokens of language models. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What was spent. */
export interface Spending {
  readonly usage: Usage;
  readonly costUsd: number;
}

/** An error as a trace and a result keep it: plain data. */
export interface Failure {
  readonly message: string;
  /** The code of a MabeamError. */
  readonly code?: string;
}

/** One program that ran. A program stands before the programs that it called; those stand in the order of the calls. */
export interface TraceEntry extends Spending {
  readonly program: string;
  readonly inputs: Fields;
  /** Absent if the program failed. */
  readonly outputs?: Fields;
  readonly error?: Failure;
  readonly latencyMs: number;
  /** Absent for a program without variables. */
  readonly config?: Configuration;
  /** What this program spent itself, without those that it called. */
  readonly usage: Usage;
  readonly costUsd: number;
}

/** What happened in one run over one example. A team adds to it who was on it and who saw what. */
export interface Trajectory {
  readonly steps: readonly TraceEntry[];
}

/** What the entries spent together. */
export function spending(entries: readonly Spending[]): Spending {
  let [inputTokens, outputTokens, costUsd] = [0, 0, 0];
  for (const entry of entries) {
    inputTokens += entry.usage.inputTokens;
    outputTokens += entry.usage.outputTokens;
    costUsd += entry.costUsd;
  }
  return { usage: { inputTokens, outputTokens }, costUsd };
}

/** An error, whatever was thrown, as plain data. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return isMabeamError(error) ? { message, code: error.code } : { message };
}
