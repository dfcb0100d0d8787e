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
  await Promise.all([one.idle(), other.idle()]);
  const total = (1_699 * 1_700) / 2 + 1_000;
  expect([await one.read(), await other.read()]).toEqual([{ total }, { total }]);
  expect((await recordsIn(journal)).length).toBeLessThan(1_000);
});

it("a journal that cannot be shortened keeps every record, and refuses none", async () => {
  const journal: Journal = { ...memoryJournal(), snapshot: () => Promise.reject(new Error("no room")) };
  const stream = foldedStream(journal, "s", sum);
  for (let n = 0; n < 1_001; n++) await stream.append(1);
  await stream.idle();
  expect(await stream.read()).toEqual({ total: 1_001 });
  expect(await recordsIn(journal)).toHaveLength(1_001);
});

it("a stream is shortened also when no life of a process appends much", async () => {
  const journal = memoryJournal();
  for (let life = 0; life < 10; life++) {
    const stream = foldedStream(journal, "s", sum);
    expect(await stream.read()).toEqual({ total: life * 400 });
    await stream.appendAll(Array.from({ length: 400 }, () => 1));
    await stream.idle();
  }
  expect((await recordsIn(journal)).length).toBeLessThan(1_400);
});

it("what is written for snapshots grows with the records, not with records times keys", async () => {
  const keys: Fold<Set<string>> = {
    load: (saved = []) => new Set(saved as string[]),
    apply: (state, record) => void state.add(record as string),
    save: (state) => [...state],
    size: (state) => state.size,
  };
  const inner = memoryJournal();
  let written = 0;
  const journal: Journal = {
    ...inner,
    snapshot: (stream, state, position) => {
      written += (state as string[]).length;
      return inner.snapshot(stream, state, position);
    },
  };
  const stream = foldedStream(journal, "s", keys);
  let appended = 0;
  for (const total of [5_000, 20_000, 20_000]) {
    for (let n = 0; n < total; n += 100) {
      await stream.appendAll(Array.from({ length: 100 }, (_, index) => `key ${n + index}`));
      await stream.idle();
      appended += 100;
    }
  }
  expect((await stream.read()).size).toBe(20_000);
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(3 * appended);
});
