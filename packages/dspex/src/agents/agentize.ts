/**
 * Any program as a supervised agent, without a change to the program. The agent holds nothing between calls but the
 * configuration that directives have set: what a call needs travels in its message, so many calls run at once.
 */
import {
  checkOptions,
  invalidInput,
  isMabeamError,
  MabeamError,
  type AgentContext,
  type AgentDefinition,
  type AgentOptions,
  type AgentRef,
  type Directive,
  type Json,
  type Mabeam,
} from "@mabeam/foundation";
import type { Prediction } from "../programs/prediction.ts";
import type { AnyProgram, Program } from "../programs/program.ts";
import type { Fields } from "../signatures/signature.ts";
import type { Configuration } from "../variables/configuration.ts";
import type { Space } from "../variables/space.ts";

/** One call as it travels to the agent. */
export interface ProgramCall<I extends object = Fields> {
  readonly inputs: I;
  /** Laid over the agent's configuration, for this call. */
  readonly config?: Configuration;
  /** What was learned, in place of the agent's own, for this call; `undefined`, if it is there, is nothing. */
  readonly learned?: Json | undefined;
  readonly seed?: number;
}

/** The handlers of an agentized program; a type, so that refs infer from it. */
export type ProgramHandlers<I extends object = Fields, O extends object = Fields> = {
  /** Runs the program on its inputs as the agent is configured. */
  readonly execute: (ctx: AgentContext<ProgramState>, inputs: I) => Promise<Prediction<O>>;
  /** Runs one call with what it brings. */
  readonly run: (ctx: AgentContext<ProgramState>, call: ProgramCall<I>) => Promise<Prediction<O>>;
  /** Lays a configuration over the agent's, from now on; answers with the whole of it. */
  readonly configure: (ctx: AgentContext<ProgramState>, config: Configuration) => Configuration;
};

/** What an agentized program keeps between calls. */
export interface ProgramState {
  program: AnyProgram;
  /** The program as the last calls wanted it, by their configuration object: many calls bring the same one. */
  readonly prepared: WeakMap<
    Configuration,
    { readonly learned: unknown; readonly base: AnyProgram; readonly program: AnyProgram }
  >;
}

/** The definition of an agentized program, for `mabeam.registerAgent`. */
export type ProgramAgentDefinition<I extends object = Fields, O extends object = Fields> = AgentDefinition<
  ProgramState,
  ProgramHandlers<I, O>
> & { readonly space: Space };

/** How {@link agentize} presents a program to the registry. */
export interface AgentizeOptions {
  /** Default: the program's output fields, since that is what others look for. */
  capabilities?: readonly string[];
}

/** For {@link agentize} with a system: registered and running at once. */
export interface ProgramAgentOptions extends AgentizeOptions, AgentOptions {
  /** Default: the program's name. */
  agentId?: string;
}

/** An agentized program that is registered and runs. */
export interface ProgramAgent<I extends object = Fields, O extends object = Fields> {
  readonly id: string;
  readonly program: Program<I, O>;
  readonly space: Space;
  readonly ref: AgentRef<ProgramHandlers<I, O>>;
  /**
   * Runs the program on the agent.
   * @throws MabeamError what the program refused with; `HANDLER_FAILED` with the cause when it threw anything else;
   * and what asking an agent throws (`ASK_TIMEOUT`, `MAILBOX_FULL`, `ABORTED`, …)
   */
  ask(
    handler: "execute",
    inputs: I,
    options?: { config?: Configuration; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Prediction<O>>;
  /** Lays a configuration over the agent's, from now on. */
  configure(config: Configuration): Promise<Configuration>;
}

/**
 * Makes an agent of a program: a definition to register, or with a system the running agent.
 *
 * @example
 * const agent = await agentize(mabeam, classifier, { agentId: "classifier" });
 * const { label } = await agent.ask("execute", { mail });
 */
export function agentize<I extends object, O extends object>(
  program: Program<I, O>,
  options?: AgentizeOptions,
): ProgramAgentDefinition<I, O>;
export function agentize<I extends object, O extends object>(
  mabeam: Mabeam,
  program: Program<I, O>,
  options?: ProgramAgentOptions,
): Promise<ProgramAgent<I, O>>;
export function agentize(
  first: Mabeam | AnyProgram,
  second: AnyProgram | AgentizeOptions = {},
  third: ProgramAgentOptions = {},
): ProgramAgentDefinition | Promise<ProgramAgent> {
  if (isProgram(first)) {
    checkOptions(second, ["capabilities"], "agentize(program, options)");
    return definitionOf(first, second as AgentizeOptions);
  }
  return register(first, second as AnyProgram, third);
}

function isProgram(value: unknown): value is AnyProgram {
  return typeof (value as Partial<AnyProgram> | null | undefined)?.forward === "function";
}

function definitionOf(program: AnyProgram, options: AgentizeOptions): ProgramAgentDefinition {
  return Object.freeze({
    name: program.name,
    capabilities: options.capabilities ?? program.signature.fields.outputs.map((field) => field.name),
    space: program.space,
    state: (): ProgramState => ({ program, prepared: new WeakMap() }),
    handlers: {
      execute: (ctx, inputs) => runOn(ctx, { inputs }),
      run: (ctx, call) => runOn(ctx, call),
      configure: (ctx, config) => (ctx.state.program = ctx.state.program.withConfig(config)).config,
    },
    onDirective: (ctx, directive) => follow(ctx.state, directive),
  } satisfies ProgramAgentDefinition);
}

async function register(mabeam: Mabeam, program: AnyProgram, options: ProgramAgentOptions): Promise<ProgramAgent> {
  if (!isProgram(program)) {
    throw invalidInput(
      "not-a-program",
      "agentize takes a program, or a system and a program; make one with program().",
    );
  }
  const { agentId = program.name, capabilities, ...agentOptions } = options;
  const definition = definitionOf(program, capabilities === undefined ? {} : { capabilities });
  // Waiting for a model is most of what programs do, so one agent serves many calls at once.
  const ref = await mabeam.registerAgent(agentId, definition, { concurrency: 64, ...agentOptions });
  return {
    id: agentId,
    program,
    space: program.space,
    ref,
    ask: (handler, inputs, { config, ...askOptions } = {}) =>
      handler === "execute" && config !== undefined
        ? ref.ask("run", { inputs, config }, askOptions)
        : ref.ask(handler, inputs, askOptions),
    configure: (config) => ref.ask("configure", config),
  };
}

async function runOn(ctx: AgentContext<ProgramState>, call: ProgramCall): Promise<Prediction> {
  const { inputs, seed } = call;
  try {
    const program = prepared(ctx.state, call);
    return await program.forward(inputs, {
      signal: ctx.signal,
      clock: ctx.clock,
      ...(seed === undefined ? {} : { seed }),
    });
  } catch (error) {
    if (isMabeamError(error)) throw error;
    throw refusal(ctx.id, error);
  }
}

function prepared(state: ProgramState, call: ProgramCall): AnyProgram {
  const { config, learned } = call;
  const configured = (): AnyProgram => (config === undefined ? state.program : state.program.withConfig(config));
  if (!("learned" in call)) return configured();
  const base = state.program;
  const known = config === undefined ? undefined : state.prepared.get(config);
  if (known?.base === base && known.learned === learned) return known.program;
  const program = configured().withLearned(learned);
  // Only what cannot change may be known again by its identity.
  if (config !== undefined && Object.isFrozen(config)) state.prepared.set(config, { learned, base, program });
  return program;
}

/** A program that fails refuses: it keeps no state that could be broken, so there is nothing to restart. */
function refusal(agent: string, cause: unknown): MabeamError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new MabeamError("HANDLER_FAILED", `The program of "${agent}" failed: ${said}`, { details: { agent }, cause });
}

/** A parameter that the program does not have is refused: it was meant for somebody else. */
function follow(state: ProgramState, directive: Directive): boolean {
  if (directive.action !== "adjust_parameters" && directive.action !== "reconfigure") return true;
  state.program = state.program.withConfig(directive.parameters);
  return true;
}
