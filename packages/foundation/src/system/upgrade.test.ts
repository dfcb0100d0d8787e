import { expect, it } from "vitest";
import { createMabeam, defineAgent } from "../index.ts";
import { testClock } from "../testing.ts";

const gates: (() => void)[] = [];
const definition = (version: number, migrate?: (state: { total: number }, from: number) => unknown) =>
  defineAgent({
    name: "counter",
    version,
    capabilities: [`v${version}`],
    state: () => ({ total: 0 }),
    handlers: {
      add: (ctx, amount: number) => [version, (ctx.state.total += amount)],
      slow: async () => {
        await new Promise<void>((resolve) => gates.push(resolve));
        return version;
      },
      ...(version === 1 ? { old: () => "old" } : {}),
    },
    ...(migrate === undefined ? {} : { migrate: migrate as () => { total: number } }),
  });

async function started() {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  const ref = await mabeam.registerAgent<any, any>("c", definition(1));
  return { mabeam, clock, ref };
}

it("what is under way finishes under the old definition, what waits runs under the new one, and the state migrates", async () => {
  const { mabeam, clock, ref } = await started();
  await ref.ask("add", 5);
  const slow = ref.ask("slow");
  const [waiting, gone] = [ref.ask("add", 1), ref.ask("old")];
  const refused = expect(gone).rejects.toMatchObject({ code: "UNKNOWN_HANDLER" });
  await clock.settle();
  const upgraded = mabeam.upgradeAgent(
    "c",
    definition(2, ({ total }, from) => ({ total: total * 100 + from })),
  );
  await clock.settle();
  gates.pop()?.();
  expect(await slow).toBe(1);
  await upgraded;
  expect(await waiting).toEqual([2, 502]);
  await refused;
  expect(ref.info()).toMatchObject({ version: 2, restarts: 0, capabilities: ["v2"] });
  expect(mabeam.agents.find({ capability: "v1" })).toEqual([]);
  await mabeam.close();
});

it("a migrate that throws half way leaves the old version going on with its state", async () => {
  const { mabeam, ref } = await started();
  await ref.ask("add", 5);
  const broken = definition(2, (state) => {
    state.total = -1;
    throw new Error("no");
  });
  await expect(mabeam.upgradeAgent("c", broken)).rejects.toMatchObject({
    code: "HANDLER_FAILED",
    cause: new Error("no"),
  });
  expect([await ref.ask("add", 1), await ref.ask("old"), ref.info().version]).toEqual([[1, 6], "old", 1]);
  await mabeam.close();
});

it("an agent that is down starts with the new code; another definition is refused", async () => {
  const { mabeam, ref } = await started();
  await ref.stop();
  await mabeam.upgradeAgent("c", definition(3));
  await ref.start();
  expect(await ref.ask("add", 1)).toEqual([3, 1]);
  const other = defineAgent({ name: "other", handlers: {} });
  await expect(mabeam.upgradeAgent("c", other)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(mabeam.upgradeAgent("x", other)).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" });
  await mabeam.close();
});
