/**
 * One message on its way: who waits for it and until when. It is settled exactly once: by the handler's result, by
 * the deadline, by the caller's abort, or by whoever drops it.
 */
import { abortedError } from "../core/abort.ts";
import type { Deadline } from "../core/deadlines.ts";
import type { Context } from "../telemetry/telemetry.ts";
import type { Directive } from "./directive.ts";
import type { VariableChange } from "./variable-access.ts";

/** What a message carries. */
export type MessageBody =
  | { readonly kind: "handler"; readonly handler: string; readonly payload: unknown }
  | { readonly kind: "directive"; readonly directive: Directive }
  | { readonly kind: "variable"; readonly change: VariableChange };

/** Who waits for the outcome; absent for a `tell`. */
export interface Waiter {
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

export class Message {
  readonly body: MessageBody;
  /** The caller's trace context. */
  readonly context: Context;
  deadline: Deadline | undefined;
  /** Told when the message is given up, so that it can leave the queue or its turn. */
  onAbandoned: ((message: Message) => void) | undefined;
  #waiter: Waiter | undefined;
  #settled = false;
  #controller: AbortController | undefined;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  constructor(body: MessageBody, waiter: Waiter | undefined, context: Context) {
    this.body = body;
    this.#waiter = waiter;
    this.context = context;
  }

  /** For logs and events. */
  get name(): string {
    return this.body.kind === "handler"
      ? this.body.handler
      : this.body.kind === "directive"
        ? "onDirective"
        : "onVariable";
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** What the handler sees as `ctx.signal`; made only if it looks. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Gives the message up when the caller's signal fires. */
  abortWith(signal: AbortSignal): void {
    this.#signal = signal;
    this.#onAbort = () => this.abandon(abortedError(signal));
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  succeed(reply: unknown): void {
    if (!this.#settle()) return;
    this.#waiter?.resolve(reply);
  }

  fail(error: unknown): void {
    if (!this.#settle()) return;
    this.#waiter?.reject(error);
  }

  /** Fails the message while it may still be waiting or handled: its handler's signal fires and its turn ends. */
  abandon(error: unknown): void {
    if (!this.#settle()) return;
    this.#waiter?.reject(error);
    this.onAbandoned?.(this);
    this.#controller?.abort(error);
  }

  /** Whether this call was the one that settled it. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.deadline?.clear();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}
