import { expect, it } from "vitest";
import { createMabeam, defineAgent, memoryJournal, type Journal } from "../index.ts";
import { testClock } from "../testing.ts";

const counter = defineAgent({
  name: "counter",
  version: 2,
  state: () => ({ total: 0 }),
  handlers: {
    add: (ctx, amount: number) => (ctx.state.total += amount),
    spoil: (ctx) => {
      ctx.state.total = -1;
      throw new Error("boom");
    },
    keepFunction: (ctx) => Object.assign(ctx.state, { function: () => {} }),
  },
  migrate: (state: { total: number }, from) => ({ total: state.total * 10 + from }),
});

/** A journal whose appends to the agents' stream wait, or fail, as the test says. */
function gatedJournal() {
  const inner = memoryJournal();
  const gates: { open(): void; fail(error: Error): void }[] = [];
  let isGated = false;
  const journal: Journal = {
    ...inner,
    append: async (stream, records, options) => {
      if (isGated && stream === "agents") {
        await new Promise<void>((resolve, reject) => gates.push({ open: resolve, fail: reject }));
      }
      return inner.append(stream, records, options);
    },
    read: (stream, options) => inner.read(stream, options),
    follow: (stream, options) => inner.follow(stream, options),
    snapshot: (stream, state, position) => inner.snapshot(stream, state, position),
    latestSnapshot: (stream) => inner.latestSnapshot(stream),
    compact: (stream) => inner.compact(stream),
    close: () => inner.close(),
  };
  return { journal, gates, gate: () => (isGated = true) };
}

it("a reply waits until the state is durable, the next message does not, and one append serves many", async () => {
  const { journal, gates, gate } = gatedJournal();
  const clock = testClock();
  const mabeam = await createMabeam({ clock, journal });
  const ref = await mabeam.registerAgent("c", counter, { persist: true });
  gate();
  const replies: number[] = [];
  const asked = [1, 2, 3, 4].map((amount) => ref.ask("add", amount).then((reply) => replies.push(reply)));
  await clock.settle();
  expect([replies, gates.length]).toEqual([[], 1]);
  gates[0]?.open();
  await Promise.all(asked);
  expect([replies, gates.length]).toEqual([[1, 3, 6, 10], 1]);
});

it("a crash restores the state before the failing message; a state that cannot be kept is a crash", async () => {
  const mabeam = await createMabeam({ clock: testClock() });
  const ref = await mabeam.registerAgent("c", counter, { persist: true });
  expect(await ref.ask("add", 5)).toBe(5);
  await expect(ref.ask("spoil")).rejects.toMatchObject({ code: "HANDLER_FAILED" });
  expect(await ref.ask("add", 1)).toBe(6);
  await expect(ref.ask("keepFunction")).rejects.toMatchObject({
    code: "HANDLER_FAILED",
    cause: { code: "INVALID_INPUT" },
  });
  expect([await ref.ask("add", 1), ref.info().restarts]).toEqual([7, 2]);
});

it("a write that fails fails its replies, and the agent goes on from what is durable", async () => {
  const { journal, gates, gate } = gatedJournal();
  const clock = testClock();
  const mabeam = await createMabeam({ clock, journal });
  const ref = await mabeam.registerAgent("c", counter, { persist: true });
  expect(await ref.ask("add", 5)).toBe(5);
  gate();
  const failing = ref.ask("add", 1);
  const refused = expect(failing).rejects.toMatchObject({ code: "HANDLER_FAILED", cause: new Error("disk full") });
  await clock.settle();
  gates[0]?.fail(new Error("disk full"));
  await refused;
  const next = ref.ask("add", 2);
  await clock.settle();
  gates[1]?.open();
  expect(await next).toBe(7);
});

it("the next system finds the state, through migrate if the version differs; unregistering forgets it", async () => {
  const journal = memoryJournal();
  const clock = testClock();
  const first = await createMabeam({ clock, journal });
  await (await first.registerAgent("c", counter, { persist: true })).ask("add", 5);
  await first.close();
  const second = await createMabeam({ clock, journal });
  const other = defineAgent({ name: "other", handlers: {} });
  await expect(second.registerAgent("c", other, { persist: true })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(second.agents.has("c")).toBe(false);
  const newer = defineAgent({ ...counter, version: 3 });
  const ref = await second.registerAgent("c", newer, { persist: true });
  expect(await ref.ask("add", 1)).toBe(53);
  await second.agents.unregister("c");
  expect(await (await second.registerAgent("c", counter, { persist: true })).ask("add", 1)).toBe(1);
});
