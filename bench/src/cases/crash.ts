/** From the message that makes an agent throw to its answer with a new state: one, ten thousand at once, a group. */
import { agentIds, mustBe, spawnAll, type Case } from "../case.ts";
import type { World } from "../contestant.ts";
import { percentile, stopwatch, timeEach, turn } from "../measure.ts";

/** So many that no system gives up. */
const maxRestarts = 1_000_000;
/** Any total that a new state cannot show. */
const old = 7;

export const crash: Case = {
  name: "crash",
  needs: ["crash"],
  prepare: async (contestant, { crashers, crashes }) => {
    const world = await contestant.open();
    const ids = agentIds(crashers);
    await spawnAll(world, ids, { maxRestarts });
    const victims = ids.map((id) => world.handle(id));
    // One after another: a supervisor may hold back whoever crashes again and again.
    let next = 0;
    return async () => {
      for (const victim of victims) await world.add(victim, old);
      const durations = await timeEach(crashes, async () => {
        const victim = victims[next++ % victims.length] as (typeof victims)[number];
        world.crash?.(victim);
        mustBe(await world.add(victim, 1), 1, "the total after a crash");
      });
      return { p50Us: percentile(durations, 0.5) * 1000, p99Us: percentile(durations, 0.99) * 1000 };
    };
  },
};

export const crashAll: Case = {
  name: "crash-all",
  needs: ["crash"],
  prepare: async (contestant, { crashers }) => {
    const world = await contestant.open();
    const ids = agentIds(crashers);
    await spawnAll(world, ids, { maxRestarts });
    const handles = ids.map((id) => world.handle(id));
    return async () => {
      for (const handle of handles) await world.add(handle, old);
      const elapsedMs = stopwatch();
      for (const handle of handles) world.crash?.(handle);
      const totals = await Promise.all(handles.map((handle) => world.add(handle, 1)));
      const ms = elapsedMs();
      for (const total of totals) mustBe(total, 1, "a total after the crash of all");
      return { ms };
    };
  },
};

export const crashGroup: Case = {
  name: "crash-group",
  needs: ["crash", "group"],
  prepare: async (contestant, { children }) => {
    const world = await contestant.open();
    const ids = agentIds(children);
    if ((await world.group?.(ids)) !== true) return undefined;
    const handles = ids.map((id) => world.handle(id));
    return async () => {
      for (const handle of handles) await world.add(handle, old);
      const elapsedMs = stopwatch();
      world.crash?.(handles[0]);
      await Promise.all(handles.map((handle) => anew(world, handle)));
      return { ms: elapsedMs() };
    };
  },
};

/** Until an agent answers with a new state. One that is between two lives may refuse; before that, it counts on. */
async function anew(world: World, handle: unknown): Promise<void> {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const total = await world.add(handle, 1).catch(() => undefined);
    if (total !== undefined && total < old) return;
    await turn();
  }
  throw new Error("The bench is wrong: a child was not restarted with its group.");
}
