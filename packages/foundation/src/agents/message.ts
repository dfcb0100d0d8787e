/**
 * One message on its way: who waits for it and until when. It is settled exactly once: by the handler's result, by
 * the deadline, by the caller's abort, or by whoever drops it.
 */
import { abortedError, onAbort } from "../core/abort.ts";
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
  /** Whether a handler has begun on it. */
  isTakenUp = false;
  /** Told when the message is given up, so that it can leave the queue or its turn. */
  onAbandoned: ((message: Message) => void) | undefined;
  #waiter: Waiter | undefined;
  #settled = false;
  #controller: AbortController | undefined;
  /** Why it was given up, boxed: the reason may be anything. */
  #abandoned: { readonly reason: unknown } | undefined;
  #forgetSignal: (() => void) | undefined;

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

  /** Fires, or has fired, when the message is given up; made only if its handler looks. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abandoned !== undefined) this.#controller.abort(this.#abandoned.reason);
    }
    return this.#controller.signal;
  }

  /** Whether a handler got its result out in time: then only the end of the life can stop what it still does. */
  get answered(): boolean {
    return this.#settled && this.#abandoned === undefined;
  }

  /** Gives the message up when the caller's signal fires. */
  abortWith(signal: AbortSignal): void {
    this.#forgetSignal = onAbort(signal, () => this.abandon(abortedError(signal)));
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
    this.#abandoned = { reason: error };
    this.#waiter?.reject(error);
    this.onAbandoned?.(this);
    this.#controller?.abort(error);
  }

  /** Whether this call was the one that settled it. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.deadline?.clear();
    this.#forgetSignal?.();
    return true;
  }
}
