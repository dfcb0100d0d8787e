/**
 * A process of its own for the crash tests. It writes to stream `s` and tells on its standard output, a line of JSON
 * each, what was acknowledged; it ends by itself, or at the operation on files at which it is told to kill itself.
 *
 * Snapshots of the stream are the list of all records before, so that its whole history can always be read.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { isMabeamError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { fileJournal } from "../file-journal.ts";
import { interceptFiles } from "./faults.test-support.ts";
import type { Change } from "./faults.test-support.ts";
import { withLock } from "./lock.ts";
import { announceOwner } from "./owner.ts";

/** What a process is to do. */
export interface Orders {
  readonly dir: string;
  /** Its name in the records that it writes. */
  readonly by: string;
  /** `all`: everything once; `append`: one append; `steady`: appends until killed; `hold`: takes the lock and keeps it. */
  readonly what: "all" | "append" | "steady" | "hold";
  /** The operation, counted from 1 among those that change something, before which it kills itself. */
  readonly killAt?: number;
  /** If that is a write, half of its bytes are written first. */
  readonly half?: boolean;
}

/** A line of its output. */
export type Told =
  | { readonly appended: number; readonly last: number; readonly parts: number }
  | { readonly operations: readonly Change[] }
  | { readonly holding: true };

const orders = JSON.parse(process.argv[2] as string) as Orders;
const journal = fileJournal(orders.dir, { segmentBytes: 400, warn: () => {} });
let appends = 0;

// Synchronous: what was acknowledged before the kill has been told.
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);

async function append(parts: number, options?: { expected: number }): Promise<number> {
  const n = ++appends;
  const records = Array.from({ length: parts }, (_, part): Json => ({ by: orders.by, n, part, of: parts }));
  const last = await journal.append("s", records, options);
  tell({ appended: n, last, parts });
  return last;
}

/** Appends if nobody was quicker, as often as it takes. */
async function appendNext(expected: number): Promise<number> {
  try {
    return await append(2, { expected });
  } catch (error) {
    if (!isMabeamError(error, "VERSION_CONFLICT")) throw error;
    return appendNext(error.details?.["actual"] as number);
  }
}

async function shorten(): Promise<void> {
  const history: Json[] = [];
  let position = 0;
  for await (const entry of journal.read("s")) {
    ({ position } = entry);
    if ("snapshot" in entry) history.splice(0, history.length, ...(entry.snapshot as Json[]));
    else history.push(entry.record);
  }
  await journal.snapshot("s", history, position);
  await append(1);
  await journal.compact("s");
}

/** Group commit, segment roll, compare-and-set, snapshot, compaction. */
async function everything(): Promise<void> {
  const last = await append(2);
  await Promise.all([append(1), append(3), append(2)]);
  await appendNext(last + 6);
  await shorten();
  await append(2);
}

async function steady(): Promise<never> {
  for (let last = 0; ;) {
    last = await append(2);
    last = await appendNext(last);
    await append(1);
  }
}

async function hold(): Promise<void> {
  const { path } = await announceOwner(join(orders.dir, "owners"));
  await withLock(join(orders.dir, "streams", "s", "lock"), path, 1_000, () => {
    tell({ holding: true });
    return new Promise((resolve) => process.stdin.on("end", resolve).resume());
  });
}

const operations: Change[] = [];
interceptFiles(orders.dir, ({ kind }) => {
  if (kind === "look") return undefined;
  operations.push(kind);
  if (operations.length !== orders.killAt) return undefined;
  const strike = (): never => {
    process.kill(process.pid, "SIGKILL");
    throw new Error("killed");
  };
  return { half: orders.half === true && kind === "write", strike };
});
await { all: everything, append: () => append(2), steady, hold }[orders.what]();
await journal.close();
tell({ operations });
