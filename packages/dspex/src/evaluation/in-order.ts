/** Many jobs at once, their results one after the other. */
import { setMaxListeners } from "node:events";
import { abortedError, breather } from "@mabeam/foundation";

/** A row of jobs, and what to do with what comes of them. */
export interface Row<T> {
  readonly count: number;
  readonly concurrency: number;
  /** Does job `index`; its signal fires when the result is no longer wanted. */
  work(index: number, signal: AbortSignal): Promise<T>;
  /** Whether job `index` may begin. Asked once for each, in order; after a no, none begins any more. */
  admit(index: number): boolean;
  /** Takes the results, in the order of the jobs whatever the order in which they end; `false` ends the row. */
  take(value: T, index: number): boolean;
}

/** A row under way. */
export interface RunningRow {
  /** Resolves when all jobs that were admitted are taken, or the row has ended early. */
  readonly finished: Promise<void>;
  /** Ends the row now; what is under way is told to stop, and not waited for. */
  end(): void;
}

/**
 * Runs the jobs, at most `concurrency` at a time. Rejects with what a job rejects with, or `ABORTED`.
 * Results are taken in order so that a rule which stops early decides the same at any concurrency. Jobs that never
 * wait for anything leave timers and abort signals their turn all the same.
 */
export function runInOrder<T>(row: Row<T>, signal: AbortSignal | undefined): RunningRow {
  const controller = new AbortController();
  // Every job listens, and a job may call many programs that listen too: that is no leak.
  setMaxListeners(0, controller.signal);
  let settle: { resolve: () => void; reject: (error: unknown) => void };
  const finished = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const waiting = new Map<number, T>();
  const breathe = breather();
  let [next, taken, running, open, over, resting] = [0, 0, 0, true, false, false];

  const finish = (outcome: () => void): void => {
    if (over) return;
    over = true;
    signal?.removeEventListener("abort", onAbort);
    outcome();
    controller.abort();
  };
  const end = (): void => finish(() => settle.resolve());
  const fail = (error: unknown): void => finish(() => settle.reject(error));
  const onAbort = (): void => fail(abortedError(signal as AbortSignal));

  const takeReady = (): void => {
    while (!over && waiting.has(taken)) {
      const value = waiting.get(taken) as T;
      waiting.delete(taken);
      if (!row.take(value, taken++)) end();
    }
  };
  const begin = (index: number): void => {
    running++;
    row.work(index, controller.signal).then((value) => {
      running--;
      waiting.set(index, value);
      advance();
    }, fail);
  };
  const rest = async (pause: Promise<void>): Promise<void> => {
    resting = true;
    await pause;
    resting = false;
    advance();
  };
  const advance = (): void => {
    // What ends meanwhile is taken after the rest.
    if (resting || over) return;
    const pause = breathe();
    if (pause === undefined) proceed();
    else void rest(pause);
  };
  const proceed = (): void => {
    try {
      takeReady();
      while (open && !over && running < row.concurrency) {
        open = next < row.count && row.admit(next);
        if (open) begin(next++);
      }
    } catch (error) {
      fail(error);
    }
    if (running === 0) end();
  };

  if (signal?.aborted) onAbort();
  else {
    signal?.addEventListener("abort", onAbort, { once: true });
    advance();
  }
  return { finished, end };
}
