/** Who this process is, and whether another one of this machine still exists. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Worker } from "./state.ts";

/** This process, as the holder of one open study. */
export function thisWorker(): Worker {
  return { id: randomUUID(), host: hostname(), pid: process.pid };
}

/** Whether a process of this machine exists. */
export function processExists(pid: number): boolean {
  try {
    // Signal 0 is not delivered: it only asks.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists, but belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
