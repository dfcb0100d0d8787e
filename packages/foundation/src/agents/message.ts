/**
 * One message on its way: who waits for it and until when. It is settled exactly once: by the handler's result, by
 * the deadline, by the caller's abort, or by whoever drops it.
 */
import { abortedError, onAbort } from "../core/abort.ts";
import { Due } from "../core/deadlines.ts";
import type { Context } from "../telemetry/telemetry.ts";
import { askTimeout } from "./failures.ts";

/** What a message is to the agent: it decides what its code is called with, and what a throw means. */
export type MessageKind = "handler" | "directive" | "variable";

/** The agent's code for a message. */
export type Code = (ctx: any, payload: any) => unknown;

/** Who has the message in hand, and must hear when it is given up. */
export interface Holder {
  readonly id: string;
  /** @param from where it stood until now */
  abandoned(message: Message, from: Stage): void;
}

/**
 * `committing`: handled, its reply waits until the state is durable. `dismissed`: settled before its turn came;
 * `abandoned`: after.
 */
export type Stage = "waiting" | "taken" | "committing" | "answered" | "dismissed" | "abandoned";

export class Message extends Due {
  readonly kind: MessageKind;
  /** The handler's name, or the hook's: for logs and events. */
  readonly name: string;
  /** Replaced when the agent is upgraded while the message waits. */
  code: Code;
  readonly payload: unknown;
  /** How long it may take; 0 for one that nobody waits for. */
  timeoutMs: number;
  stage: Stage = "waiting";
  /** The caller's trace context; `undefined` while nobody traces. */
  context: Context | undefined = undefined;
  holder: Holder | undefined = undefined;
  #resolve: ((reply: any) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  /** What only few messages have: a signal that was looked at, or that the caller gave. */
  #rare: { controller?: AbortController; reason?: unknown; forget?: () => void } | undefined = undefined;

  constructor(
    kind: MessageKind,
    name: string,
    code: Code,
    payload: unknown,
    timeoutMs: number,
    resolve: ((reply: any) => void) | undefined,
    reject: ((error: unknown) => void) | undefined,
  ) {
    super();
    this.kind = kind;
    this.name = name;
    this.code = code;
    this.payload = payload;
    this.timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isSettled(): boolean {
    return this.stage === "answered" || this.stage === "abandoned" || this.stage === "dismissed";
  }

  /** Whether a handler has begun on it. */
  get isTakenUp(): boolean {
    return this.stage !== "waiting" && this.stage !== "dismissed";
  }

  /** Whether somebody waits for the outcome. */
  get isAsked(): boolean {
    return this.#resolve !== undefined;
  }

  /** Fires, or has fired, when the message is given up; made only if its handler looks. */
  get controller(): AbortController {
    this.#rare ??= {};
    if (this.#rare.controller === undefined) {
      this.#rare.controller = new AbortController();
      if (this.stage === "abandoned") this.#rare.controller.abort(this.#rare.reason);
    }
    return this.#rare.controller;
  }

  /** Gives the message up when the caller's signal fires. */
  abortWith(signal: AbortSignal): void {
    this.#rare ??= {};
    this.#rare.forget = onAbort(signal, () => this.abandon(abortedError(signal)));
  }

  succeed(reply: unknown): void {
    if (this.isSettled) return;
    this.#settle("answered");
    if (this.#resolve !== undefined) this.#resolve(reply);
  }

  fail(error: unknown): void {
    if (this.isSettled) return;
    this.#settle("answered");
    if (this.#reject !== undefined) this.#reject(error);
  }

  /** Fails the message while it may still be waiting or handled: its handler's signal fires and its turn ends. */
  abandon(error: unknown): void {
    if (this.isSettled) return;
    const { holder, stage } = this;
    this.#settle("abandoned");
    // Kept for a handler that looks at its signal only later; one that never began looks at nothing.
    if (stage !== "waiting") (this.#rare ??= {}).reason = error;
    this.#reject?.(error);
    holder?.abandoned(this, stage);
    this.#rare?.controller?.abort(error);
  }

  override onDue(): void {
    this.abandon(askTimeout(this.holder?.id ?? "", this.name, this.timeoutMs));
  }

  #settle(stage: "answered" | "abandoned"): void {
    this.stage = this.stage === "waiting" ? "dismissed" : stage;
    if (this.lane !== undefined) this.clear();
    this.#rare?.forget?.();
  }
}
