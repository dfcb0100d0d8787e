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

/** `promise`, unless `signal` fires first: then a rejection with `ABORTED`. The work behind `promise` is not stopped. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortedError(signal));
    if (signal.aborted) {
      // The promise is left behind: its failure is nobody's any more.
      promise.catch(() => {});
      onAbort();
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
