/** Waiting that can be given up: every wait in MABEAM ends in `ABORTED` with the caller's reason as its cause. */
import { MabeamError } from "./errors.ts";

/** The error of a wait that its caller gave up. */
export function abortedError(signal: AbortSignal): MabeamError {
  return new MabeamError("ABORTED", "The call was aborted by its signal.", { cause: signal.reason });
}

/** Throws `ABORTED` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** Who listens to a signal: one set behind one listener, since Node warns of a leak from the eleventh listener on. */
const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `listener` when the signal fires, unless the function that is returned takes it back. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const listeners = listenersOf.get(signal) ?? new Set();
  if (listeners.size === 0) {
    listenersOf.set(signal, listeners);
    signal.addEventListener("abort", fire, { once: true });
  }
  listeners.add(listener);
  return () => {
    // A signal that nobody listens to any more is free to be collected.
    if (listeners.delete(listener) && listeners.size === 0) signal.removeEventListener("abort", fire);
  };
}

function fire(this: AbortSignal): void {
  for (const listener of listenersOf.get(this) ?? []) listener();
}

/** `promise`, unless `signal` fires first: then a rejection with `ABORTED`. The work behind `promise` is not stopped. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => reject(abortedError(signal));
    if (signal.aborted) {
      // The promise is left behind: its failure is nobody's any more.
      promise.catch(() => {});
      giveUp();
      return;
    }
    const forget = onAbort(signal, giveUp);
    promise.then(resolve, reject).finally(forget);
  });
}
