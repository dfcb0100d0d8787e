/** The event hub: eventemitter3, with listeners that cannot harm the one who emits, and subscription by prefix. */
import { EventEmitter } from "eventemitter3";
import { describe } from "./describe.ts";
import { invalidInput } from "./errors.ts";

type Listener<Payload> = (payload: Payload) => void;

/** Events by name, each with one payload object. */
export class Events<EventMap extends object> extends EventEmitter<string> {
  readonly #prefixes = new Map<string, Set<(payload: never, event: string) => void>>();
  readonly #onListenerError: (error: unknown, event: string) => void;

  /** @param onListenerError is told what a listener threw; the other listeners still run */
  constructor(onListenerError: (error: unknown, event: string) => void) {
    super();
    this.#onListenerError = onListenerError;
  }

  override on<Name extends keyof EventMap & string>(event: Name, listener: Listener<EventMap[Name]>): this;
  override on(event: string, listener: Listener<any>): this;
  override on(event: string, listener: Listener<any>): this {
    return super.on(event, listener);
  }

  override once<Name extends keyof EventMap & string>(event: Name, listener: Listener<EventMap[Name]>): this;
  override once(event: string, listener: Listener<any>): this;
  override once(event: string, listener: Listener<any>): this {
    return super.once(event, listener);
  }

  /** Whether anybody would hear `event`: what nobody hears need not be made. */
  hears(event: string): boolean {
    return this.#prefixes.size > 0 || this.listenerCount(event) > 0;
  }

  /** Calls every listener of `event`; what one throws is reported and stops nobody else. */
  override emit<Name extends keyof EventMap & string>(event: Name, payload: EventMap[Name]): boolean;
  override emit(event: string, payload: unknown): boolean;
  override emit(event: string, payload: unknown): boolean {
    const exact = this.listeners(event);
    for (const listener of exact) {
      // The fourth argument: only a registration made by `once` is removed.
      this.removeListener(event, listener, undefined, true);
      this.#call(() => listener(payload), event);
    }
    return this.#emitToPrefixes(event, payload) || exact.length > 0;
  }

  /**
   * Listens to an event name, or to all names under a prefix of whole segments: `agent:*`.
   * @returns a function that ends the subscription; so does `signal`
   * @throws MabeamError `INVALID_INPUT` for a `*` anywhere but as the last segment
   */
  subscribe<Name extends keyof EventMap & string>(
    event: Name,
    listener: (payload: EventMap[Name], event: string) => void,
    options?: { signal?: AbortSignal },
  ): () => void;
  subscribe(
    pattern: string,
    listener: (payload: any, event: string) => void,
    options?: { signal?: AbortSignal },
  ): () => void;
  subscribe(
    pattern: string,
    listener: (payload: any, event: string) => void,
    options: { signal?: AbortSignal } = {},
  ): () => void {
    const unsubscribe = this.#add(pattern, listener);
    const { signal } = options;
    if (signal === undefined) return unsubscribe;
    if (signal.aborted) unsubscribe();
    else signal.addEventListener("abort", unsubscribe, { once: true });
    return () => {
      signal.removeEventListener("abort", unsubscribe);
      unsubscribe();
    };
  }

  #add(pattern: string, listener: (payload: any, event: string) => void): () => void {
    const named = typeof pattern === "string" ? pattern.replace(/:\*$/, "") : "";
    if (named === "" || named.endsWith(":") || named.includes("*")) {
      throw invalidInput(
        "invalid-pattern",
        `"${describe(pattern)}" is no event pattern: give a name, or a prefix as "agent:*".`,
      );
    }
    if (!pattern.endsWith(":*")) {
      const wrapped = (payload: unknown): void => listener(payload, pattern);
      super.on(pattern, wrapped);
      return () => void super.off(pattern, wrapped);
    }
    const listeners = this.#prefixes.get(named) ?? new Set();
    this.#prefixes.set(named, listeners);
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const wrapped = (payload: never, event: string): void => listener(payload, event);
    listeners.add(wrapped);
    return () => {
      listeners.delete(wrapped);
      if (listeners.size === 0 && this.#prefixes.get(named) === listeners) this.#prefixes.delete(named);
    };
  }

  #emitToPrefixes(event: string, payload: unknown): boolean {
    if (this.#prefixes.size === 0) return false;
    let heard = false;
    for (let end = event.lastIndexOf(":"); end > 0; end = event.lastIndexOf(":", end - 1)) {
      for (const listener of [...(this.#prefixes.get(event.slice(0, end)) ?? [])]) {
        heard = true;
        this.#call(() => listener(payload as never, event), event);
      }
    }
    return heard;
  }

  #call(listener: () => unknown, event: string): void {
    try {
      const result = listener();
      if (result instanceof Promise) result.catch((error: unknown) => this.#onListenerError(error, event));
    } catch (error) {
      this.#onListenerError(error, event);
    }
  }
}
