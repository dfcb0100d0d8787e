/** What an agent is: its definition, the context its handlers see, and the options it is registered with. */
import type { Logger } from "../telemetry/log.ts";
import type { Clock } from "../core/clock.ts";
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { checkId, checkInteger, checkStrings } from "../core/validate.ts";
import type { Random } from "../core/random.ts";
import type { Json } from "../core/json.ts";
import type { Directive } from "./directive.ts";
import type { AgentRegistry } from "./registry.ts";
import type { AgentRef } from "./ref.ts";
import type { AgentMetrics } from "../telemetry/latency-window.ts";
import type { AgentResources } from "./resource-access.ts";
import type { AgentVariables, VariableChange } from "./variable-access.ts";

/** Handlers by name, as a definition holds them. */
export type Handlers<State = any> = {
  readonly [name: string]: (ctx: AgentContext<State>, payload: any) => unknown;
};

/** Why an agent ends: it crashed, it was stopped, or the whole system closes. */
export type StopReason = "crash" | "stop" | "restart" | "close";

/**
 * What an agent's code may use. After a restart the old incarnation's context is dead, and so is that of a message that
 * was given up: its signal has fired, what it writes goes nowhere, and reaching for others throws `AGENT_NOT_RUNNING`.
 */
export interface AgentContext<State = unknown> {
  readonly id: string;
  readonly node: string;
  /** Counts the incarnations of this agent, from 1. */
  readonly epoch: number;
  /** Private state: mutate or assign. It starts anew after a crash. */
  state: State;
  /** Fires when the caller gives up, the ask times out or the incarnation ends. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** This agent, as others see it. */
  readonly self: AgentRef;
  readonly agents: AgentRegistry;
  readonly variables: AgentVariables;
  /** Leases of this agent; they end with it. */
  readonly resources: AgentResources;
  /** How this agent has done lately. */
  readonly metrics: AgentMetrics;
  readonly random: Random;
  readonly clock: Clock;
  /** Registers a further agent. */
  spawn<S, H extends Handlers<S>>(
    id: string,
    definition: AgentDefinition<S, H>,
    options?: AgentOptions,
  ): Promise<AgentRef<H>>;
  /** Emits on `mabeam.events`. */
  emit(event: string, payload: Record<string, unknown>): void;
}

/** What {@link defineAgent} takes. */
export interface AgentDefinition<State = any, H extends Handlers<State> = Handlers<State>> {
  readonly name: string;
  /** Counts up when the state's shape changes. Default 1. */
  readonly version?: number;
  readonly capabilities?: readonly string[];
  /** Handlers that may safely run twice: where it is unknown whether one ran, it is run again. */
  readonly idempotent?: readonly string[];
  /** The state of a new incarnation, from the `args` of registration. */
  readonly state?: (args: any) => State | Promise<State>;
  readonly handlers: H;
  /** Runs before the first message. If it throws, the start is retried within the restart intensity. */
  onStart?(ctx: AgentContext<State>): unknown;
  /** Runs when an incarnation ends, also after a crash. */
  onStop?(ctx: AgentContext<State>, reason: StopReason): unknown;
  /** Sees each directive before it takes effect. Returning `false` or throwing refuses it; neither is a crash. */
  onDirective?(ctx: AgentContext<State>, directive: Directive): unknown;
  /** Sees each change of a variable that lists this agent, in version order. Throwing is a crash. */
  onVariable?(ctx: AgentContext<State>, change: VariableChange): unknown;
  /** The state of an older (or newer) version in this version's shape. If it throws, the other version goes on. */
  migrate?(state: any, fromVersion: number): State | Promise<State>;
  /** Asked every `healthIntervalMs`, beside the mailbox. Unhealthy, late or throwing, the agent is restarted. */
  health?(ctx: AgentContext<State>): Health | Promise<Health>;
}

/** What an agent says of itself. */
export interface Health {
  healthy: boolean;
  detail?: string;
}

/** Restart delays that grow: `initialMs · factor^(attempt − 1)`, at most `maxMs`. */
export interface Backoff {
  initialMs: number;
  /** Default 2. */
  factor?: number;
  /** Default 30,000. */
  maxMs?: number;
}

/** What {@link Mabeam.registerAgent} takes. */
export interface AgentOptions {
  /** Handed to the definition's `state`. */
  args?: Json;
  role?: "coordinator" | "executor" | "evaluator" | "optimizer" | "monitor" | (string & {});
  tags?: readonly string[];
  /** When to start again after the agent ended: always, after a crash, never. Default `permanent`. */
  restart?: "permanent" | "transient" | "temporary";
  /** Restart intensity: more than `maxRestarts` within `withinMs` and the agent stays `failed`. Defaults 3 in 5,000. */
  maxRestarts?: number;
  withinMs?: number;
  /** Default: restart at once. */
  backoff?: Backoff;
  /** How long a stop waits for handlers under way. Default 5,000; then their signal is aborted and they are dropped. */
  shutdownTimeoutMs?: number;
  /** How many messages are handled at once. Default 1. */
  concurrency?: number;
  /** Waiting messages, and what happens to the next one. Defaults 1,000 and `reject`. */
  mailbox?: { capacity?: number; overflow?: "reject" | "drop_oldest" | "drop_newest" };
  /** How long an ask waits unless it says otherwise. Default 30,000. */
  askTimeoutMs?: number;
  /** Default true; otherwise the agent waits, `registered`, for `start()`. */
  autoStart?: boolean;
  /**
   * How often its health is asked. Without a `health` of its own an agent is unhealthy when one message has been under
   * way for that long while others wait. Default: never.
   */
  healthIntervalMs?: number;
  /** What it holds of the resource pool while it is up, by dimension; what the pool does not know is only for queries. */
  resources?: Readonly<Record<string, number>>;
  /** The supervisor that it belongs to, last in its start order. Default: alone, with an intensity of its own. */
  supervisor?: string;
  /** Its normal end may end its supervisor, see `autoShutdown` there. Default false. */
  significant?: boolean;
  /** The state is durable in the journal before a reply is sent, and comes back after a crash. Default false. */
  persist?: boolean;
}

/**
 * Defines an agent. Payload and reply types of `ask` follow from the handlers.
 *
 * @throws MabeamError `INVALID_INPUT` for a bad name or version, or a handler that is no function
 * @example
 * const counter = defineAgent({
 *   name: "counter",
 *   state: () => ({ total: 0 }),
 *   handlers: { add: (ctx, amount: number) => (ctx.state.total += amount) },
 * });
 */
export function defineAgent<State, H extends Handlers<NoInfer<State>>>(
  definition: AgentDefinition<State, H>,
): AgentDefinition<State, H> {
  checkDefinition(definition);
  const { capabilities = [], handlers } = definition;
  return Object.freeze({
    ...definition,
    capabilities: Object.freeze([...capabilities]),
    ...(definition.idempotent !== undefined && { idempotent: Object.freeze([...definition.idempotent]) }),
    handlers: Object.freeze({ ...handlers }),
  });
}

const hooks = ["state", "onStart", "onStop", "onDirective", "onVariable", "migrate", "health"] as const;

/** @throws MabeamError `INVALID_INPUT` unless `definition` can be registered */
export function checkDefinition(definition: AgentDefinition): void {
  // A definition may carry more, as dspex's does its space; but a hook by a wrong name would silently never run.
  if (typeof definition !== "object" || definition === null) {
    throw invalidInput("not-a-definition", `An agent definition must be an object, not ${describe(definition)}.`);
  }
  const misnamed = Object.keys(definition).find((key) => /^on[A-Z]/.test(key) && !hooks.includes(key as never));
  if (misnamed !== undefined) {
    throw invalidInput("unknown-hook", `"${misnamed}" is no hook of an agent; there are ${hooks.join(", ")}.`);
  }
  checkId(definition.name, "The name of an agent definition");
  checkInteger(definition.version ?? 1, `The version of "${definition.name}"`, { min: 1 });
  if (definition.capabilities !== undefined)
    checkStrings(definition.capabilities, `The capabilities of "${definition.name}"`);
  if (definition.idempotent !== undefined)
    checkStrings(definition.idempotent, `The idempotent handlers of "${definition.name}"`);
  if (typeof definition.handlers !== "object" || definition.handlers === null || Array.isArray(definition.handlers)) {
    throw invalidInput("no-handlers", `The definition "${definition.name}" needs handlers, an object of functions.`);
  }
  for (const [name, handler] of Object.entries(definition.handlers))
    checkFunction(handler, definition.name, `handlers.${name}`);
  const stranger = definition.idempotent?.find((name) => !Object.hasOwn(definition.handlers, name));
  if (stranger !== undefined)
    throw invalidInput("unknown-handler", `"${stranger}" is idempotent in "${definition.name}", but no handler of it.`);
  for (const hook of hooks) {
    if (definition[hook] !== undefined) checkFunction(definition[hook], definition.name, hook);
  }
}

function checkFunction(value: unknown, definition: string, member: string): void {
  if (typeof value !== "function") {
    throw invalidInput(
      "not-a-function",
      `${member} of the definition "${definition}" must be a function, not ${describe(value)}.`,
    );
  }
}
