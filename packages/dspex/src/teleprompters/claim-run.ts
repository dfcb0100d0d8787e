/** A journal belongs to one run: the first writes down what it is about, and whoever comes later must be about the same. */
import { canonicalJson, invalidInput, isMabeamError, type Journal, type Json } from "@mabeam/foundation";
import { exampleKey } from "../evaluation/score-table.ts";
import type { AnyProgram } from "../programs/program.ts";
import { digest } from "../signatures/digest.ts";
import type { Fields } from "../signatures/signature.ts";

/** What decides the course of a run, beside the program. */
export interface RunFacts {
  readonly seed: number;
  readonly trainset: readonly Fields[];
  readonly valset?: readonly Fields[];
  readonly budget: { readonly evaluations: number; readonly trials?: number; readonly timeMs?: number };
  readonly batchSize: number;
  readonly numCandidates: number;
  readonly raceItems?: number;
}

/**
 * Claims the journal's stream for this run, or finds that it is this run's already.
 * @throws MabeamError `INVALID_INPUT` when the journal holds a run with another program, data, seed or settings
 */
export async function claimRun(
  journal: Journal,
  optimizer: string,
  program: AnyProgram,
  facts: RunFacts,
): Promise<void> {
  const stream = `${optimizer}/run`;
  const claim = factsOf(program, facts);
  try {
    await journal.append(stream, [claim], { expected: 0 });
  } catch (error) {
    if (!isMabeamError(error, "VERSION_CONFLICT")) throw error;
    for await (const entry of journal.read(stream)) {
      if ("record" in entry) checkSame(entry.record as Record<string, Json>, claim);
    }
  }
}

function factsOf(program: AnyProgram, facts: RunFacts): Record<string, Json> {
  const { seed, trainset, valset, budget, batchSize, numCandidates, raceItems } = facts;
  return {
    program: program.name,
    signature: program.signature.hash,
    space: digest(program.space.toJSON(), 16),
    start: digest(program.config, 16),
    trainset: digest(trainset.map(exampleKey), 16),
    valset: valset === undefined ? null : digest(valset.map(exampleKey), 16),
    seed,
    budget: { evaluations: budget.evaluations, trials: budget.trials ?? null },
    settings: { batchSize, numCandidates, raceItems: raceItems ?? null },
  };
}

function checkSame(found: Record<string, Json>, wanted: Record<string, Json>): void {
  const differing = Object.keys(wanted).filter((name) => canonicalJson(found[name]) !== canonicalJson(wanted[name]));
  if (differing.length === 0) return;
  const message = `The journal holds another run: ${differing.join(", ")} differ. Give this run a journal of its own.`;
  throw invalidInput("other-run", message, { differing });
}
