import { expect, it } from "vitest";
import type { Json } from "../core/json.ts";
import { foldedStream, type Fold } from "./fold.ts";
import type { Journal } from "./journal.ts";
import { memoryJournal } from "./memory.ts";

const sum: Fold<{ total: number }> = {
  load: (saved) => ({ total: (saved as number | undefined) ?? 0 }),
  apply: (state, record) => void (state.total += record as number),
  save: ({ total }) => total,
};

async function recordsIn(journal: Journal): Promise<Json[]> {
  const records: Json[] = [];
  for await (const entry of journal.read("s")) if ("record" in entry) records.push(entry.record);
  return records;
}

it("two writers of one stream shorten it without losing what the other wrote", async () => {
  const journal = memoryJournal();
  const [one, other] = [foldedStream(journal, "s", sum), foldedStream(journal, "s", sum)];
  await Promise.all(Array.from({ length: 1_700 }, (_, n) => (n % 2 ? one : other).append(n)));
  for (let n = 0; n < 1_000; n++) await one.append(1);
  const total = (1_699 * 1_700) / 2 + 1_000;
  expect([await one.read(), await other.read()]).toEqual([{ total }, { total }]);
  expect((await recordsIn(journal)).length).toBeLessThan(1_000);
});

it("a journal that cannot be shortened keeps every record, and refuses none", async () => {
  const journal: Journal = { ...memoryJournal(), snapshot: () => Promise.reject(new Error("no room")) };
  const stream = foldedStream(journal, "s", sum);
  for (let n = 0; n < 1_001; n++) await stream.append(1);
  expect(await stream.read()).toEqual({ total: 1_001 });
  expect(await recordsIn(journal)).toHaveLength(1_001);
});
