import { expect, it } from "vitest";
import { createMabeam, defineAgent } from "../index.ts";
import { testClock } from "../testing.ts";

async function counting() {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  let runs = 0;
  const open: (() => void)[] = [];
  const definition = defineAgent({
    name: "counting",
    handlers: {
      run: () => ++runs,
      crash: () => {
        throw new Error(`crash ${++runs}`);
      },
      slow: async () => {
        await new Promise<void>((resolve) => open.push(resolve));
        return ++runs;
      },
    },
  });
  const ref = await mabeam.registerAgent("a", definition, { mailbox: { capacity: 1 } });
  return { ref, clock, open, runs: () => runs };
}

it("asks with one id run once within its time, also at once, and all get that run's reply", async () => {
  const { ref, clock } = await counting();
  const ask = (dedupeId: string) => ref.ask("run", undefined, { dedupeId });
  expect(await Promise.all([ask("x"), ask("x"), ask("y")])).toEqual([1, 1, 2]);
  await clock.advance(59_999);
  expect(await ask("x")).toBe(1);
  await clock.advance(1);
  expect(await ask("x")).toBe(3);
});

it("a crash is a reply too", async () => {
  const { ref, runs } = await counting();
  for (let repeat = 0; repeat < 3; repeat++) {
    await expect(ref.ask("crash", undefined, { dedupeId: "x" })).rejects.toMatchObject({ code: "HANDLER_FAILED" });
  }
  expect(runs()).toBe(1);
});

it("who gives up gives up only for itself", async () => {
  const { ref, clock, open } = await counting();
  const stop = new AbortController();
  const first = expect(ref.ask("slow", undefined, { dedupeId: "x", signal: stop.signal })).rejects.toMatchObject({
    code: "ABORTED",
  });
  const second = ref.ask("slow", undefined, { dedupeId: "x" });
  await clock.settle();
  stop.abort();
  await first;
  open[0]?.();
  expect(await second).toBe(1);
});

it("an ask that never reached its handler may be sent again", async () => {
  const { ref, clock, open } = await counting();
  const handled = ref.ask("slow");
  await clock.settle();
  const waiting = ref.ask("run");
  const again = () => ref.ask("run", undefined, { dedupeId: "x" });
  await expect(again()).rejects.toMatchObject({ code: "MAILBOX_FULL" });
  open[0]?.();
  expect(await Promise.all([handled, waiting])).toEqual([1, 2]);
  expect(await again()).toBe(3);
});

it.each([{ timeout: 3 }, { dedupeId: "" }, { dedupeTtlMs: Number.NaN }, { signal: 3 }, null])(
  "refuses %j as options",
  async (options) => {
    const { ref } = await counting();
    await expect(ref.ask("run", undefined, options as never)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  },
);
