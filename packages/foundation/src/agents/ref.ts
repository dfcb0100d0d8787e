/** A reference names an agent, never a process: it stays valid across restarts, and may be made before the agent is. */
import { checkNumber } from "../core/validate.ts";
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { abortedError } from "../core/abort.ts";
import type { Handlers } from "./define.ts";
import type { AgentInfo } from "./info.ts";
import { agentNotFound } from "./failures.ts";

/** How long an ask waits and what gives it up. */
export interface AskOptions {
  /** Default: the agent's `askTimeoutMs`. */
  timeoutMs?: number;
  signal?: AbortSignal;
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

/** What a ref needs of the system behind it. */
export interface RefHost {
  ask(agent: string, handler: string, payload: unknown, options: AskOptions): Promise<unknown>;
  tell(agent: string, handler: string, payload: unknown): void;
  get(agent: string): AgentInfo | undefined;
  start(agent: string): Promise<void>;
  stop(agent: string): Promise<boolean>;
  restart(agent: string): Promise<void>;
}

class Ref implements AgentRef {
  readonly id: string;
  readonly #host: RefHost;

  constructor(id: string, host: RefHost) {
    this.id = id;
    this.#host = host;
  }

  ask(handler: string, payload?: unknown, options: AskOptions = {}): Promise<any> {
    try {
      if (options.timeoutMs !== undefined) checkNumber(options.timeoutMs, "timeoutMs", { min: 1 });
    } catch (error) {
      return Promise.reject(error);
    }
    if (options.signal?.aborted) return Promise.reject(abortedError(options.signal));
    return this.#host.ask(this.id, handler, payload, options);
  }

  tell(handler: string, payload?: unknown): void {
    if (typeof handler !== "string")
      throw invalidInput("invalid-handler", `A handler is named by a string, not ${describe(handler)}.`);
    this.#host.tell(this.id, handler, payload);
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
