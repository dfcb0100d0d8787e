/** Wakes those who wait for news, without a queue: whoever wakes looks for itself what is new. */
import { onAbort } from "../core/abort.ts";

/** Counts its rings, so that nobody sleeps through one that came while they were looking. */
export interface Bell {
  readonly rung: number;
  ring(): void;
  /** Resolves as soon as it has rung more often than `count`, or `signal` aborts. */
  after(count: number, signal?: AbortSignal): Promise<void>;
}

/** A bell that has not rung yet. */
export function bell(): Bell {
  const waiting = new Set<() => void>();
  let rung = 0;
  return {
    get rung() {
      return rung;
    },
    ring: () => {
      rung++;
      for (const wake of waiting) wake();
    },
    after: async (count, signal) => {
      if (rung > count || signal?.aborted) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          forget?.();
          resolve();
        };
        const forget = signal && onAbort(signal, wake);
        waiting.add(wake);
      });
    },
  };
}
