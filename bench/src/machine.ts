/** The machine that the figures were taken on, and how much of it others took meanwhile. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

export function describeMachine(): string {
  const processors = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model.trim() ?? process.arch}, ${gibibytes} GiB, ${process.platform}`;
}

/** Clock ticks of all processors since boot; `undefined` where the system does not tell. */
export interface Ticks {
  readonly all: number;
  readonly busy: number;
}

export function machineTicks(): Ticks | undefined {
  const words = read("/proc/stat")?.split("\n")[0]?.split(/\s+/).slice(1, 9).map(Number);
  if (words === undefined) return undefined;
  const all = words.reduce((sum, ticks) => sum + ticks, 0);
  // The fourth and fifth are idle and waiting for disks.
  return { all, busy: all - (words[3] ?? 0) - (words[4] ?? 0) };
}

/** Ticks that this process has used so far, and those of its children that have ended. */
export function ownTicks(): number {
  // The name, in parentheses, may hold spaces; the 12th to 15th word after it are user and system time of both.
  const words = read("/proc/self/stat")?.split(") ").at(-1)?.split(" ").slice(11, 15);
  return words?.map(Number).reduce((sum, ticks) => sum + ticks, 0) ?? 0;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** From 0 to 1: what of the machine was busy between two looks, and not with `own` ticks of ours. */
export function shareOfOthers(from: Ticks | undefined, to: Ticks | undefined, own: number): number | undefined {
  if (from === undefined || to === undefined || to.all === from.all) return undefined;
  return Math.max(0, to.busy - from.busy - own) / (to.all - from.all);
}
