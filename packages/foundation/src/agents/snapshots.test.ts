import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Json } from "../core/json.ts";
import { fileJournal } from "../journal/file-journal.ts";
import { temporaryFolder } from "../journal/file/temporary-folder.ts";
import { collect } from "../journal/journal.suite.ts";
import type { Journal } from "../journal/journal.ts";
import { memoryJournal } from "../journal/memory.ts";
import { Snapshots } from "./snapshots.ts";

const snapshot = (state: unknown, version = 1): { name: string; version: number; state: unknown } => ({
  name: "counter",
  version,
  state,
});

async function recovered(journal: Journal): Promise<Snapshots> {
  const snapshots = new Snapshots(journal);
  await snapshots.recover();
  return snapshots;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** How an append ends: `lost` and `doubtful` both reject, but the latter has happened all the same. */
type Ending = "done" | "lost" | "doubtful";

interface HeldJournal extends Journal {
  /** Appends under way. */
  readonly held: { records: readonly Json[]; end(ending: Ending): void }[];
}

/** A journal whose appends wait until the test says how they end. */
function heldJournal(inner: Journal): HeldJournal {
  const held: HeldJournal["held"] = [];
  const append: Journal["append"] = (stream, records) =>
    new Promise((resolve, reject) => {
      const end = (ending: Ending): void => {
        const outcome = ending === "lost" ? Promise.resolve(0) : inner.append(stream, records);
        void outcome.then((last) => (ending === "done" ? resolve(last) : reject(new TypeError(ending))));
      };
      held.push({ records, end });
    });
  return { ...inner, append, held };
}

/** Any interleaving of saves with the ends of appends, and a recovery: see the property below. */
class Run {
  readonly inner = memoryJournal();
  journal = heldJournal(this.inner);
  snapshots = new Snapshots(this.journal);
  /** What was asked for, per agent, in order; `undefined` is a removal, or the beginning. */
  readonly asked = new Map<string, (number | undefined)[]>();
  /** Index into `asked` of the last that was acknowledged. */
  readonly acknowledged = new Map<string, number>();

  ask(id: string, value: number | undefined): void {
    const asked = this.asked.get(id) ?? [undefined];
    this.asked.set(id, asked);
    const index = asked.push(value) - 1;
    const done = value === undefined ? this.snapshots.remove(id) : this.snapshots.save(id, snapshot({ value }));
    const acknowledge = (): void => void this.acknowledged.set(id, Math.max(index, this.acknowledged.get(id) ?? 0));
    done.then(acknowledge, () => {});
  }

  async end(ending: Ending): Promise<void> {
    this.journal.held.shift()?.end(ending);
    await settled();
  }

  async crash(): Promise<void> {
    this.journal = heldJournal(this.inner);
    this.snapshots = await recovered(this.journal);
    this.check();
    // What came through unacknowledged is there from now on.
    for (const [id, asked] of this.asked) {
      this.asked.set(id, [(this.snapshots.take(id)?.state as { value: number } | undefined)?.value]);
      this.acknowledged.set(id, 0);
      expect(asked.length).toBeGreaterThan(0);
    }
  }

  check(): void {
    for (const [id, asked] of this.asked) {
      const known = (this.snapshots.take(id)?.state as { value: number } | undefined)?.value;
      expect(asked.slice(this.acknowledged.get(id) ?? 0), `agent ${id}`).toContain(known);
    }
  }
}

describe("what was acknowledged", () => {
  const id = fc.constantFrom("a", "b", "__proto__");
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ save: id, value: fc.oneof(fc.nat({ max: 1 }), fc.nat()) }) },
    { weight: 1, arbitrary: fc.record({ remove: id }) },
    { weight: 1, arbitrary: fc.constant({ turn: true }) },
    { weight: 4, arbitrary: fc.record({ end: fc.constantFrom<Ending>("done", "done", "lost", "doubtful") }) },
    { weight: 1, arbitrary: fc.constant({ crash: true }) },
  );

  it("is recovered after any interleaving of saves, failures and crashes, never something older", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const run = new Run();
        for (const step of actions) {
          if ("save" in step) run.ask(step.save, step.value);
          else if ("remove" in step) run.ask(step.remove, undefined);
          else if ("end" in step) await run.end(step.end);
          else if ("crash" in step) await run.crash();
          else await settled();
          run.check();
        }
        while (run.journal.held.length > 0) await run.end("done");
        await run.crash();
      }),
      { numRuns: 300 },
    );
  });

  it("is there in files, for whoever opens them next", async () => {
    const dir = await temporaryFolder();
    const journal = fileJournal(dir);
    const snapshots = await recovered(journal);
    for (let round = 1; round <= 3; round++) {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => snapshots.save(`agent ${n}`, snapshot({ round, n }, round))),
      );
    }
    await snapshots.remove("agent 7");
    // Not closed: as if the process had ended here.
    const next = fileJournal(dir);
    onTestFinished(async () => void (await Promise.all([journal.close(), next.close()])));
    const again = await recovered(next);
    expect(again.take("agent 49")).toEqual(snapshot({ round: 3, n: 49 }, 3));
    expect(again.take("agent 7")).toBeUndefined();
  });
});

describe("a state", () => {
  it("comes back as structured clone gives it, a fresh copy each time, whatever it is made of", async () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    const journal = memoryJournal();
    const snapshots = new Snapshots(journal);
    await fc.assert(
      fc.asyncProperty(values, async (state) => {
        await snapshots.save("a", snapshot(state));
        const again = (await recovered(journal)).take("a");
        expect(again?.state).toStrictEqual(structuredClone(state));
        expect(snapshots.take("a")?.state).toStrictEqual(structuredClone(state));
      }),
    );
    const taken = snapshots.take("a");
    expect(taken).not.toBe(snapshots.take("a"));
  });

  it("keeps cycles, what occurs twice, holes and depth", async () => {
    const snapshots = new Snapshots(memoryJournal());
    const twice = { count: 0 };
    const state: Record<string, unknown> = {
      one: twice,
      other: twice,
      list: Object.assign([], { 0: 1, 2: 3 }),
      toJSON: "no function",
    };
    state["self"] = state;
    await snapshots.save("a", snapshot(state));
    const again = snapshots.take("a")?.state as Record<string, unknown>;
    expect(again["self"]).toBe(again);
    expect(again["one"]).toBe(again["other"]);
    expect(1 in (again["list"] as unknown[])).toBe(false);
    let deep: unknown = "bottom";
    for (let level = 0; level < 2_000; level++) deep = [deep];
    await snapshots.save("a", snapshot(deep));
    expect(JSON.stringify(snapshots.take("a")?.state)).toBe(JSON.stringify(deep));
  });

  it("is kept as it was at the call, and as readable JSON where JSON can hold it", async () => {
    const journal = memoryJournal();
    const snapshots = new Snapshots(journal);
    const state = { notes: ["first"] };
    const done = snapshots.save("a", snapshot(state));
    state.notes.push("later");
    await done;
    expect(snapshots.take("a")?.state).toEqual({ notes: ["first"] });
    expect(await collect(journal.read("agents"))).toEqual([
      { position: 1, record: { id: "a", name: "counter", version: 1, json: { notes: ["first"] } } },
    ]);
  });

  it("that cannot be cloned is refused at once, by the agent's name, and harms no other save", async () => {
    const snapshots = new Snapshots(memoryJournal());
    const other = snapshots.save("other", snapshot(1));
    for (const state of [() => 1, { deep: [Symbol("x")] }, new WeakMap(), Promise.resolve(), new Proxy({}, {})]) {
      const refused = expect.objectContaining({
        code: "INVALID_INPUT",
        details: { reason: "not-cloneable", agent: "a" },
        message: expect.stringContaining('"a"') as string,
      }) as Error;
      expect(() => snapshots.save("a", snapshot(state))).toThrow(refused);
    }
    for (const bad of [{ id: "" }, { name: "" }, { version: NaN }]) {
      const { id = "a", ...wrong } = { ...bad };
      expect(() => snapshots.save(id, { ...snapshot(1), ...wrong })).toThrow(/must be/);
    }
    await other;
    expect(snapshots.take("a")).toBeUndefined();
  });
});

describe("group commit", () => {
  it("appends at once, then all that came meanwhile together, the newest of each agent", async () => {
    const journal = heldJournal(memoryJournal());
    const snapshots = new Snapshots(journal);
    const first = snapshots.save("a", snapshot(1));
    await settled();
    const later = [2, 3].flatMap((state) => ["a", "b", "c"].map((id) => snapshots.save(id, snapshot(state))));
    await settled();
    expect(journal.held).toHaveLength(1);
    journal.held.shift()?.end("done");
    await first;
    expect(snapshots.take("a")?.state).toBe(1);
    await settled();
    expect(journal.held[0]?.records).toEqual(
      ["a", "b", "c"].map((id) => ({ id, name: "counter", version: 1, json: 3 })),
    );
    journal.held.shift()?.end("done");
    await Promise.all(later);
  });

  it("an unchanged state is not written again, but waits for what it equals", async () => {
    const journal = heldJournal(memoryJournal());
    const snapshots = new Snapshots(journal);
    const done: string[] = [];
    const save = (label: string, version = 1): void =>
      void snapshots.save("a", snapshot({ n: 1 }, version)).then(() => done.push(label));
    save("first");
    await settled();
    save("same");
    await settled();
    expect([done, journal.held.length]).toEqual([[], 1]);
    journal.held.shift()?.end("done");
    await settled();
    save("same again");
    await settled();
    expect([done, journal.held.length]).toEqual([["first", "same", "same again"], 0]);
    save("other version", 2);
    await settled();
    expect(journal.held).toHaveLength(1);
    journal.held.shift()?.end("done");
  });

  it("a failed append rejects every save of its batch and counts for nothing; the next save tries again", async () => {
    const journal = heldJournal(memoryJournal());
    const snapshots = new Snapshots(journal);
    const saves = ["a", "b"].map((id) => snapshots.save(id, snapshot(1)));
    const outcomes = Promise.allSettled(saves);
    await settled();
    journal.held.shift()?.end("lost");
    expect(await outcomes).toMatchObject(saves.map(() => ({ status: "rejected", reason: { message: "lost" } })));
    expect(snapshots.take("a")).toBeUndefined();
    const again = snapshots.save("a", snapshot(1));
    await settled();
    journal.held.shift()?.end("done");
    await again;
    expect(snapshots.take("a")).toEqual(snapshot(1));
  });

  it("a batch is bounded: large states are spread over several appends", async () => {
    const journal = heldJournal(memoryJournal());
    const snapshots = new Snapshots(journal);
    const saves = Array.from({ length: 12 }, (_, n) => snapshots.save(`a${n}`, snapshot("x".repeat(1 << 20))));
    let [appends, records] = [0, 0];
    for (await settled(); journal.held.length > 0; await settled()) {
      expect(journal.held[0]?.records.length).toBeLessThan(6);
      records += journal.held[0]?.records.length ?? 0;
      appends++;
      journal.held.shift()?.end("done");
    }
    await Promise.all(saves);
    expect([appends, records]).toEqual([3, 12]);
  });
});

it("with a hundred thousand agents, a thousand more saves do not rewrite them all", async () => {
  const inner = memoryJournal();
  let rewrites = 0;
  const journal: Journal = {
    ...inner,
    snapshot: (...given) => {
      rewrites++;
      return inner.snapshot(...given);
    },
  };
  const snapshots = new Snapshots(journal);
  await Promise.all(Array.from({ length: 100_000 }, (_, n) => snapshots.save(`agent ${n}`, snapshot(n))));
  await snapshots.close();
  const again = await recovered(journal);
  rewrites = 0;
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => again.save(`agent ${n}`, snapshot({ round }))));
  }
  await again.close();
  expect(rewrites).toBeLessThanOrEqual(1);
  expect((await recovered(journal)).take("agent 999")?.state).toEqual({ round: 19 });
});

it("closing waits for what is under way, unless the caller gives up, and refuses the rest", async () => {
  const journal = heldJournal(memoryJournal());
  const snapshots = new Snapshots(journal);
  let isSaved = false;
  void snapshots.save("a", snapshot(1)).then(() => (isSaved = true));
  await settled();
  const reason = new Error("shutdown time is over");
  await expect(snapshots.close({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
    code: "ABORTED",
    cause: reason,
  });
  const closing = snapshots.close();
  await expect(snapshots.save("b", snapshot(1))).rejects.toMatchObject({ code: "CLOSED" });
  await expect(snapshots.remove("a")).rejects.toMatchObject({ code: "CLOSED" });
  expect(isSaved).toBe(false);
  journal.held.shift()?.end("done");
  await closing;
  expect(isSaved).toBe(true);
});
