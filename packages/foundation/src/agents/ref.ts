/** A reference names an agent, never a process: it stays valid across restarts, and may be made before the agent is. */
import { checkId, checkNumber, checkOptions, checkSignal } from "../core/validate.ts";
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { throwIfAborted } from "../core/abort.ts";
import type { Handlers } from "./define.ts";
import type { AgentInfo } from "./info.ts";
import { agentNotFound } from "./failures.ts";

/** How long an ask waits and what gives it up. */
export interface AskOptions {
  /** Default: the agent's `askTimeoutMs`. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Asks of one handler with the same id run it once; all get that run's reply, also while it is under way. */
  dedupeId?: string;
  /** How long, from its first ask, an id is remembered. Default 60,000. At most 10,000 ids are kept per agent. */
  dedupeTtlMs?: number;
}

type Payload<F> = F extends (ctx: never) => unknown
  ? undefined
  : F extends (ctx: never, payload: infer P) => unknown
    ? P
    : never;
type Reply<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;
type Arguments<F, Options> =
  undefined extends Payload<F> ? [payload?: Payload<F>, options?: Options] : [payload: Payload<F>, options?: Options];

/** Talks to one agent. Payload and reply types follow from its handlers. */
export interface AgentRef<H = any> {
  readonly id: string;
  /**
   * Sends a message and waits for the reply.
   * @throws MabeamError what the handler refused with; `HANDLER_FAILED` when it crashed; `ASK_TIMEOUT`;
   * `MAILBOX_FULL`; `AGENT_NOT_FOUND`; `AGENT_NOT_RUNNING`; `UNKNOWN_HANDLER`; `ABORTED`; `CLOSED`
   */
  ask<Name extends keyof H & string>(handler: Name, ...rest: Arguments<H[Name], AskOptions>): Promise<Reply<H[Name]>>;
  /** Sends a message and does not wait. What cannot be delivered is emitted as `agent:message_dropped`. */
  tell<Name extends keyof H & string>(handler: Name, ...rest: Arguments<H[Name], never>): void;
  /** @throws MabeamError `AGENT_NOT_FOUND` */
  info(): AgentInfo;
  /** Starts the agent; without effect on a running one. */
  start(): Promise<void>;
  /** Stops it within its shutdown time. `false` if it was not running. */
  stop(): Promise<boolean>;
  /** Stops and starts it, from any status. */
  restart(): Promise<void>;
}

/** Who is behind a ref at the moment. */
export interface Recipient {
  ask(handler: string, payload: unknown, options: AskOptions | undefined): Promise<unknown>;
  tell(handler: string, payload: unknown): void;
}

/** What a ref needs of the system behind it. */
export interface RefHost {
  recipient(agent: string): Recipient | undefined;
  /** Why there is none. */
  refusal(agent: string): Error;
  /** A message that was told to nobody. */
  lost(agent: string, handler: string): void;
  get(agent: string): AgentInfo | undefined;
  start(agent: string): Promise<void>;
  stop(agent: string): Promise<boolean>;
  restart(agent: string): Promise<void>;
}

function checkHandler(handler: unknown): void {
  if (typeof handler === "string" && handler !== "") return;
  throw invalidInput("invalid-handler", `A handler is named by a non-empty string, not "${describe(handler)}".`);
}

/** @throws MabeamError `INVALID_INPUT`; `ABORTED` when the signal has fired before */
function checkAskOptions(options: AskOptions): void {
  checkOptions(options, ["timeoutMs", "signal", "dedupeId", "dedupeTtlMs"], "ask");
  const { timeoutMs, signal, dedupeId, dedupeTtlMs } = options;
  if (timeoutMs !== undefined) checkNumber(timeoutMs, "timeoutMs", { min: 1 });
  if (dedupeId !== undefined) checkId(dedupeId, "dedupeId");
  if (dedupeTtlMs !== undefined) checkNumber(dedupeTtlMs, "dedupeTtlMs", { min: 0 });
  checkSignal(signal);
  throwIfAborted(signal);
}

class Ref implements AgentRef {
  readonly id: string;
  readonly #host: RefHost;

  constructor(id: string, host: RefHost) {
    this.id = id;
    this.#host = host;
  }

  ask(handler: string, payload?: unknown, options?: AskOptions): Promise<any> {
    try {
      checkHandler(handler);
      if (options !== undefined) checkAskOptions(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const recipient = this.#host.recipient(this.id);
    if (recipient === undefined) return Promise.reject(this.#host.refusal(this.id));
    return recipient.ask(handler, payload, options);
  }

  tell(handler: string, payload?: unknown): void {
    checkHandler(handler);
    const recipient = this.#host.recipient(this.id);
    if (recipient === undefined) this.#host.lost(this.id, handler);
    else recipient.tell(handler, payload);
  }

  info(): AgentInfo {
    const info = this.#host.get(this.id);
    if (info === undefined) throw agentNotFound(this.id);
    return info;
  }

  start(): Promise<void> {
    return this.#host.start(this.id);
  }

  stop(): Promise<boolean> {
    return this.#host.stop(this.id);
  }

  restart(): Promise<void> {
    return this.#host.restart(this.id);
  }
}

export function makeRef(id: string, host: RefHost): AgentRef {
  return new Ref(id, host);
}

/** The handlers of a definition, for `agents.ref<typeof definition>(id)`. */
export type HandlersOf<D> = D extends { handlers: infer H extends Handlers } ? H : never;
