/** Starts the processes of the crash tests, and judges what they leave behind. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, onTestFinished } from "vitest";
import { fileJournal } from "../file-journal.ts";
import { collect } from "../journal.suite.ts";
import type { Orders, Told } from "./crash.process.ts";

/** Bundles the process once, for it is started hundreds of times. Returns the path of the script. */
export async function bundleProcess(folder: string): Promise<string> {
  const entry = fileURLToPath(new URL("./crash.process.ts", import.meta.url));
  const rolldownOptions = { output: { entryFileNames: "crash.mjs" } };
  await build({
    configFile: false,
    logLevel: "error",
    build: { ssr: entry, outDir: folder, emptyOutDir: false, target: "node20", rolldownOptions },
  });
  return join(folder, "crash.mjs");
}

/** A process that runs, or has run. */
export interface Life {
  readonly orders: Orders;
  readonly told: Told[];
  /** Its output, line by line, as it comes. */
  readonly lines: Interface;
  readonly child: ChildProcess;
  /** How it ended: `SIGKILL`, or 0. */
  readonly end: Promise<string | number>;
}

export function startLife(script: string, orders: Orders): Life {
  const child = spawn(process.execPath, [script, JSON.stringify(orders)], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const told: Told[] = [];
  const lines = createInterface({ input: child.stdout }).on("line", (line) => told.push(JSON.parse(line) as Told));
  const end = once(child, "close").then(([code, signal]) => (signal ?? code) as string | number);
  return { orders, told, lines, child, end };
}

/** Resolves as soon as a life has told `count` things. */
export async function heard({ told, lines }: Life, count: number): Promise<void> {
  while (told.length < count) await once(lines, "line");
}

/** What a process that ended by itself has asked of the disk. */
export function operationsOf(life: Life): readonly string[] {
  return life.told.flatMap((line) => ("operations" in line ? line.operations : []));
}

interface Part {
  by: string;
  n: number;
  part: number;
  of: number;
}

/**
 * Opens the journal that these lives have left and holds it to what they were told: the history is gapless, each append
 * is in it once, as a whole or not at all, those that were acknowledged at the positions they were given; and the next
 * writer goes on. Returns the number of records.
 */
export async function judge(dir: string, lives: readonly Life[]): Promise<number> {
  const journal = fileJournal(dir, { segmentBytes: 400, warn: () => {} });
  try {
    const history = await historyOf(dir);
    const wholes = history.filter(({ part }) => part === 0);
    expect(history).toEqual(
      wholes.flatMap((head) => Array.from({ length: head.of }, (_, part) => ({ ...head, part }))),
    );
    const placed = new Map<string, number>();
    for (const [index, { by, n }] of history.entries()) placed.set(`${by} ${n}`, index + 1);
    expect(placed.size).toBe(wholes.length);
    for (const { orders, told } of lives) {
      for (const line of told) {
        if ("appended" in line) expect(placed.get(`${orders.by} ${line.appended}`)).toBe(line.last);
      }
    }
    const next = await journal.append("s", [{ by: "next", n: history.length, part: 0, of: 1 }], {
      expected: history.length,
    });
    expect(next).toBe(history.length + 1);
    const names = await readdir(join(dir, "streams", "s"));
    expect(names.filter((name) => !/^\d{16}\.(log|snapshot)$/.test(name))).toEqual([]);
    return next;
  } finally {
    await journal.close();
  }
}

async function historyOf(dir: string): Promise<Part[]> {
  const journal = fileJournal(dir, { warn: () => {} });
  const history: Part[] = [];
  for (const entry of await collect(journal.read("s"))) {
    if ("snapshot" in entry) history.push(...(entry.snapshot as unknown as Part[]));
    else history.push(entry.record as unknown as Part);
    expect(entry.position).toBe(history.length);
  }
  await journal.close();
  return history;
}
