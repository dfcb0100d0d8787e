/** The laws of {@link Journal}, for every implementation: call {@link journalSuite} in its test. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../core/json.ts";
import type { Journal, JournalEntry } from "./journal.ts";

/** Names that break what builds paths or objects from them. */
export const awkwardNames = [
  "__proto__",
  "../up",
  "a/b\\c",
  "🦊".repeat(128),
  "A",
  "a",
  "con",
  " ",
  "\ud800",
  "\ud801",
];

/** Everything that `entries` gives. */
export async function collect(entries: AsyncIterable<JournalEntry>): Promise<JournalEntry[]> {
  const list: JournalEntry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}

const numbered = (from: number, records: readonly Json[]): JournalEntry[] =>
  records.map((record, index) => ({ position: from + index, record }));

/** Holds the journals that `make` gives, each of its own, to the contract. */
export function journalSuite(name: string, make: () => Promise<Journal> | Journal): void {
  const using = async (use: (journal: Journal) => Promise<void>): Promise<void> => {
    const journal = await make();
    try {
      await use(journal);
    } finally {
      await journal.close();
    }
  };
  describe(`${name} keeps the laws of a journal`, () => {
    it("what was appended is read back, in order, from any position", () =>
      using(async (journal) => {
        const batches = fc.array(fc.array(fc.jsonValue({ noUnicodeString: false }), { maxLength: 4 }), {
          maxLength: 6,
        });
        let stream = 0;
        await fc.assert(
          fc.asyncProperty(batches, fc.nat(), async (lists, seed) => {
            const id = `s${stream++}`;
            const all = JSON.parse(JSON.stringify(lists.flat())) as Json[];
            let last = 0;
            for (const list of lists) {
              last = await journal.append(id, list as Json[]);
            }
            expect(last).toBe(all.length);
            const from = 1 + (seed % (all.length + 1));
            expect(await collect(journal.read(id, { from }))).toEqual(numbered(from, all.slice(from - 1)));
          }),
          { numRuns: 25 },
        );
      }));

    it("concurrent appends never share a position, and each stays in one piece", () =>
      using(async (journal) => {
        const appends = Array.from({ length: 60 }, async (_, index) => {
          const records = Array.from({ length: 1 + (index % 3) }, (_, part) => `${index}.${part}`);
          const last = await journal.append("s", records);
          return numbered(last - records.length + 1, records);
        });
        const expected = (await Promise.all(appends)).flat().toSorted((a, b) => a.position - b.position);
        expect(await collect(journal.read("s"))).toEqual(expected);
      }));

    it("a compare-and-set happens for exactly one of those who expect the same end", () =>
      using(async (journal) => {
        await journal.append("s", ["first"]);
        const tries = Array.from({ length: 8 }, (_, index) => journal.append("s", [index], { expected: 1 }));
        const results = await Promise.allSettled(tries);
        expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        for (const result of results) {
          if (result.status === "rejected") {
            expect(result.reason).toMatchObject({ code: "VERSION_CONFLICT", details: { expected: 1, actual: 2 } });
          }
        }
        await expect(journal.append("s", [], { expected: 7 })).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
        expect(await journal.append("s", [], { expected: 2 })).toBe(2);
      }));

    it("streams do not touch each other, whatever their names", () =>
      using(async (journal) => {
        for (const stream of awkwardNames) await journal.append(stream, [{ stream, __proto__x: 1 }]);
        for (const stream of awkwardNames) {
          expect(await collect(journal.read(stream))).toEqual(numbered(1, [{ stream, __proto__x: 1 }]));
        }
      }));

    it("what is read is a copy of what was appended, and `__proto__` is a key like others", () =>
      using(async (journal) => {
        const record = JSON.parse('{"__proto__":{"a":1},"list":[1]}') as { list: number[] };
        const appended = journal.append("s", [record]);
        record.list.push(2);
        await appended;
        const [entry] = await collect(journal.read("s"));
        expect(JSON.stringify(entry)).toBe('{"position":1,"record":{"__proto__":{"a":1},"list":[1]}}');
      }));

    it("a snapshot stands for the records that it covers, before and after compaction alike", () =>
      using(async (journal) => {
        await journal.append("s", [1, 2, 3]);
        await journal.append("s", [4, 5]);
        expect(await journal.latestSnapshot("s")).toBeUndefined();
        await journal.snapshot("s", { sum: 10 }, 4);
        await journal.snapshot("s", { sum: 1 }, 1);
        const fromStart = [
          { position: 4, snapshot: { sum: 10 } },
          { position: 5, record: 5 },
        ];
        for (let round = 0; round < 3; round++) {
          expect(await journal.latestSnapshot("s")).toEqual({ position: 4, state: { sum: 10 } });
          expect(await collect(journal.read("s"))).toEqual(fromStart);
          expect(await collect(journal.read("s", { from: 4 }))).toEqual(fromStart);
          expect(await collect(journal.read("s", { from: 5 }))).toEqual([{ position: 5, record: 5 }]);
          await journal.compact("s");
        }
        expect(await journal.append("s", [6], { expected: 5 })).toBe(6);
        expect(await collect(journal.read("s"))).toEqual([...fromStart, { position: 6, record: 6 }]);
      }));

    it("a stream that was compacted to nothing goes on at the next position", () =>
      using(async (journal) => {
        await journal.append("s", ["a", "b"]);
        await journal.snapshot("s", "ab", 2);
        await journal.compact("s");
        expect(await collect(journal.read("s"))).toEqual([{ position: 2, snapshot: "ab" }]);
        expect(await journal.append("s", ["c"], { expected: 2 })).toBe(3);
        await journal.snapshot("s", "abc", 3);
        await journal.compact("s");
        expect(await collect(journal.read("s", { from: 2 }))).toEqual([{ position: 3, snapshot: "abc" }]);
        expect(await collect(journal.read("s", { from: 4 }))).toEqual([]);
      }));

    it("a snapshot cannot cover what was never appended", () =>
      using(async (journal) => {
        await expect(journal.snapshot("s", {}, 1)).rejects.toMatchObject({ code: "INVALID_INPUT" });
        await journal.append("s", [1]);
        await expect(journal.snapshot("s", {}, 2)).rejects.toMatchObject({ code: "INVALID_INPUT" });
        await expect(journal.snapshot("s", {}, 0)).rejects.toMatchObject({ code: "INVALID_INPUT" });
        await journal.compact("s");
        await journal.compact("never seen");
        expect(await journal.latestSnapshot("s")).toBeUndefined();
      }));

    it("a snapshot gets its turn while others append without a pause", () =>
      using(async (journal) => {
        let isTaken = false;
        const appendAlways = async (): Promise<void> => {
          while (!isTaken) await journal.append("s", ["more"]);
        };
        const appending = [1, 2, 3].map(() => appendAlways());
        const last = await journal.append("s", ["one"]);
        await journal.snapshot("s", "state", last);
        isTaken = true;
        await Promise.all(appending);
        expect(await journal.latestSnapshot("s")).toEqual({ position: last, state: "state" });
      }));

    it("a follower sees what was there and all that comes, once each, until aborted", () =>
      using(async (journal) => {
        const stop = new AbortController();
        await journal.append("s", [1]);
        const seen: JournalEntry[] = [];
        const following = (async () => {
          for await (const entry of journal.follow("s", { signal: stop.signal })) {
            seen.push(entry);
            if (entry.position < 5) void journal.append("s", [entry.position + 1]);
            else stop.abort();
          }
        })();
        await following;
        expect(seen).toEqual(numbered(1, [1, 2, 3, 4, 5]));
      }));

    it("a follower misses and doubles nothing, however others append, snapshot and compact meanwhile", () =>
      using(async (journal) => {
        const all = Array.from({ length: 120 }, (_, index) => index + 1);
        const history: Json[] = [];
        const following = (async () => {
          for await (const entry of journal.follow("s")) {
            if ("record" in entry) history.push(entry.record);
            else {
              // A snapshot stands for what it covers: all that was seen, and perhaps more.
              expect((entry.snapshot as Json[]).slice(0, history.length)).toEqual(history);
              history.splice(0, history.length, ...(entry.snapshot as Json[]));
            }
            expect(history).toHaveLength(entry.position);
            if (entry.position === all.length) return;
            // Sometimes slow, so that it falls behind a compaction.
            if (entry.position % 16 === 1) await journal.latestSnapshot("s");
          }
        })();
        for (const n of all) {
          await journal.append("s", [n]);
          if (n % 10 !== 0) continue;
          await journal.snapshot("s", all.slice(0, n - 3), n - 3);
          await journal.compact("s");
        }
        await following;
        expect(history).toEqual(all);
      }));

    it("a record of 16 MiB is kept like any other", () =>
      using(async (journal) => {
        const record = { text: "ü\n🦊".repeat((16 << 20) / 8) };
        await journal.append("s", ["before", record]);
        await journal.append("s", ["after"]);
        expect(await collect(journal.read("s"))).toEqual(numbered(1, ["before", record, "after"]));
      }));

    it("any number of followers may share a signal", () =>
      using(async (journal) => {
        const warnings: Error[] = [];
        const note = (warning: Error): void => void warnings.push(warning);
        process.on("warning", note);
        const stop = new AbortController();
        const all = Array.from({ length: 20 }, () => collect(journal.follow("s", { signal: stop.signal })));
        await journal.append("s", [1]);
        await journal.append("s", [2]);
        stop.abort();
        await Promise.all(all);
        await new Promise((resolve) => setImmediate(resolve));
        process.off("warning", note);
        expect(warnings).toEqual([]);
      }));

    it("a reader ends at the end that it found, though others go on appending", () =>
      using(async (journal) => {
        await journal.append("s", [1, 2]);
        const seen: number[] = [];
        for await (const { position } of journal.read("s")) {
          seen.push(position);
          await journal.append("s", ["more"]);
        }
        expect(seen).toEqual([1, 2]);
      }));

    it("reading with an aborted signal gives nothing, without an error", () =>
      using(async (journal) => {
        await journal.append("s", [1]);
        expect(await collect(journal.read("s", { signal: AbortSignal.abort() }))).toEqual([]);
        expect(await collect(journal.follow("s", { signal: AbortSignal.abort() }))).toEqual([]);
      }));

    it("what JSON cannot hold is refused, and nothing of that append is kept", () =>
      using(async (journal) => {
        const circle: Record<string, unknown> = {};
        circle["self"] = circle;
        let deep: unknown = 0;
        for (let level = 0; level < 20_000; level++) deep = [deep];
        for (const bad of [undefined, NaN, 1n, () => 0, new Map(), new Date(0), circle, deep, [undefined]]) {
          const records = [1, { bad }] as unknown as Json[];
          if (bad === undefined) records[1] = undefined as unknown as Json;
          await expect(journal.append("s", records)).rejects.toMatchObject({
            code: "INVALID_INPUT",
            details: { reason: "not-json" },
          });
        }
        expect(await collect(journal.read("s"))).toEqual([]);
      }));

    it("bad names, positions and expectations are refused", () =>
      using(async (journal) => {
        for (const stream of ["", "x".repeat(257), 7 as unknown as string]) {
          await expect(journal.append(stream, [1])).rejects.toMatchObject({ code: "INVALID_INPUT" });
          await expect(collect(journal.read(stream))).rejects.toMatchObject({ code: "INVALID_INPUT" });
          await expect(journal.latestSnapshot(stream)).rejects.toMatchObject({ code: "INVALID_INPUT" });
        }
        for (const from of [0, 1.5, NaN]) {
          await expect(collect(journal.read("s", { from }))).rejects.toMatchObject({ code: "INVALID_INPUT" });
        }
        for (const expected of [-1, 0.5, NaN]) {
          await expect(journal.append("s", [1], { expected })).rejects.toMatchObject({ code: "INVALID_INPUT" });
        }
      }));

    it("close waits for appends under way, ends followers, and refuses what comes after", async () => {
      const journal = await make();
      await journal.append("s", [0]);
      const follower = journal.follow("s", { from: 2 })[Symbol.asyncIterator]();
      const next = follower.next();
      const appends = [1, 2, 3].map((n) => journal.append("t", [n]));
      await journal.close();
      expect(await Promise.all(appends)).toEqual([1, 2, 3]);
      expect(await next).toEqual({ done: true, value: undefined });
      const closed = { code: "CLOSED" };
      await expect(journal.append("s", [1])).rejects.toMatchObject(closed);
      await expect(collect(journal.read("s"))).rejects.toMatchObject(closed);
      await expect(collect(journal.follow("s"))).rejects.toMatchObject(closed);
      await expect(journal.snapshot("s", 1, 1)).rejects.toMatchObject(closed);
      await expect(journal.latestSnapshot("s")).rejects.toMatchObject(closed);
      await expect(journal.compact("s")).rejects.toMatchObject(closed);
      await journal.close();
    });
  });
}
