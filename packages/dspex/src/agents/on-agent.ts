/** A program whose calls run on an agent: to its caller a program like any other, to the agent a message. */
import { systemClock, type AgentRef } from "@mabeam/foundation";
import type { AnyProgram, ForwardOptions } from "../programs/program.ts";
import { failureOf, type TraceEntry } from "../programs/trace.ts";
import type { Fields } from "../signatures/signature.ts";
import type { ProgramHandlers } from "./agentize.ts";

/** `program`, run by the agent behind `ref`; configuration and learned state travel with each call. */
export function onAgent(ref: AgentRef<ProgramHandlers>, program: AnyProgram): AnyProgram {
  const again = (next: AnyProgram): AnyProgram => onAgent(ref, next);
  return Object.freeze({
    ...program,
    // Spreading copies values only: these are looked up late.
    get config() {
      return program.config;
    },
    forward: async (inputs: Fields, options: ForwardOptions = {}) => {
      const { config, learned = program.learned, seed, signal, trace, clock = systemClock } = options;
      const startedAt = clock.monotonic();
      const call = {
        inputs,
        // The same object for every call of this program: the agent prepares itself for it once.
        config: config === undefined ? program.config : { ...program.config, ...config },
        learned,
        ...(seed === undefined ? {} : { seed }),
      };
      try {
        const made = await ref.ask("run", call, signal === undefined ? {} : { signal });
        trace?.push(...made.$.trace);
        return made;
      } catch (error) {
        trace?.push(failedStep(program.name, inputs, error, clock.monotonic() - startedAt));
        throw error;
      }
    },
    withConfig: (config) => again(program.withConfig(config)),
    withLearned: (learned) => again(program.withLearned(learned)),
    withReport: (report) => again(program.withReport(report)),
    fit: async (trainset, options) => again(await program.fit(trainset, options)),
    load: async (source, options) => again(await program.load(source, options)),
  } satisfies AnyProgram);
}

function failedStep(program: string, inputs: Fields, error: unknown, latencyMs: number): TraceEntry {
  const usage = { inputTokens: 0, outputTokens: 0 };
  return { program, inputs, error: failureOf(error), latencyMs, usage, costUsd: 0 };
}
