/** Lets only so many pieces of work happen at a time; the others wait in order. */
import { Queue } from "../../core/queue.ts";

export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

export function gate(width: number): Gate {
  const waiting = new Queue<() => void>();
  let inside = 0;
  return async (work) => {
    if (inside < width) inside++;
    // Whoever leaves hands its place over, so `inside` stays as it is.
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) inside--;
      else next();
    }
  };
}
