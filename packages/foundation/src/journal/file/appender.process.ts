/**
 * A process of its own for the crash tests: appends to stream `s` without end, a few at a time, and tells its parent
 * what was acknowledged. With `hold` it takes the stream's lock instead, and keeps it until it is killed.
 */
import { join } from "node:path";
import { fileJournal } from "../file-journal.ts";
import { withLock } from "./lock.ts";
import { announceOwner } from "./owner.ts";

/** What the process reports about each append that resolved. */
export interface Acknowledged {
  by: string;
  n: number;
  /** Position of the last of its two records. */
  last: number;
}

const [dir = "", by = "", mode = "append"] = process.argv.slice(2);

async function appendWithoutEnd(lane: number): Promise<never> {
  for (let n = lane; ; n += 3) {
    const last = await journal.append("s", [
      { by, n, part: 1 },
      { by, n, part: 2 },
    ]);
    process.send?.({ by, n, last } satisfies Acknowledged);
  }
}

async function holdForEver(): Promise<void> {
  const { path } = await announceOwner(join(dir, "owners"));
  await withLock(join(dir, "streams", "s", "lock"), path, 1_000, () => {
    process.send?.("holding");
    return new Promise(() => {});
  });
}

// Ends with its parent; listening also keeps it alive until then.
process.on("disconnect", () => process.exit());
const journal = fileJournal(dir, { segmentBytes: 4_000 });
await (mode === "hold" ? holdForEver() : Promise.all([0, 1, 2].map((lane) => appendWithoutEnd(lane))));
