/**
 * Procedures that wait only where they must. A step yields what it waits for: a promise is awaited, any other value
 * comes back at once. Life cycles are written in steps, because most hooks are synchronous or absent, and a restart
 * should then cost no turn of the event loop.
 */

/** A procedure: yields what it waits for, and is given what that came to. */
export type Steps<T> = Generator<unknown, T, any>;

/** A value, or a promise of it where something had to be waited for. */
export type Soon<T> = T | Promise<T>;

/** Goes through the steps: at once as far as nothing is a promise, then as promises settle. @throws what they throw */
export function proceed<T>(steps: Steps<T>): Soon<T> {
  let step = steps.next();
  while (step.done !== true) {
    if (isPromise(step.value)) return resume(steps, step.value);
    step = steps.next(step.value);
  }
  return step.value;
}

async function resume<T>(steps: Steps<T>, awaited: Promise<unknown>): Promise<T> {
  let next: unknown = awaited;
  for (;;) {
    const outcome = isPromise(next) ? await next.then(fulfilled, rejected) : fulfilled(next);
    const step = outcome.ok ? steps.next(outcome.value) : steps.throw(outcome.error);
    if (step.done === true) return step.value;
    next = step.value;
  }
}

type Settled = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };
const fulfilled = (value: unknown): Settled => ({ ok: true, value });
const rejected = (error: unknown): Settled => ({ ok: false, error });

/** Whether `value` must be awaited: anything with a `then`. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
