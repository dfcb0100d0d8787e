/** Ten times as many messages as a mailbox holds, turn after turn: what becomes of memory, of others, of each message. */
import { mustBe, type Case } from "../case.ts";
import type { World } from "../contestant.ts";
import { collectGarbage, percentile, turn } from "../measure.ts";

const capacity = 1_000;
const perTurn = 10 * capacity;
const asksPerTurn = 20;

export const overload: Case = {
  name: "overload",
  needs: ["bounded"],
  rounds: 1,
  warmUps: 1,
  prepare: async (contestant, { overloadMs }) => {
    const world = await contestant.open();
    const { bounded } = world;
    if (bounded === undefined) return undefined;
    await world.spawn("flooded", { capacity });
    await world.spawn("other");
    const flooded = world.handle("flooded");
    let sent = 0;
    const flood = (): void => {
      for (let count = 0; count < perTurn; count++) bounded.dawdle(flooded);
      sent += perTurn;
    };
    return async () => {
      const idle = await askWhile(world, overloadMs / 4, () => {});
      await askWhile(world, overloadMs / 4, flood);
      const before = residentBytes();
      const busy = await askWhile(world, overloadMs, flood);
      const growth = residentBytes() / before - 1;
      for (let turns = 0; bounded.handled() + bounded.refused() < sent && turns < 100 * capacity; turns++) await turn();
      mustBe(bounded.handled() + bounded.refused(), sent, "the number of messages handled or reported");
      mustBe(bounded.refused() > sent / 2, true, "whether the mailbox was full");
      return { growthPercent: growth * 100, p99Ratio: percentile(busy, 0.99) / percentile(idle, 0.99) };
    };
  },
};

/** Durations of asks to another agent, some in each turn of the loop, after `disturb`. */
async function askWhile(world: World, forMs: number, disturb: () => void): Promise<number[]> {
  const other = world.handle("other");
  const durations: number[] = [];
  const endAt = performance.now() + forMs;
  while (performance.now() < endAt) {
    await turn();
    disturb();
    for (let count = 0; count < asksPerTurn; count++) {
      const startedAt = performance.now();
      await world.add(other, 1);
      durations.push(performance.now() - startedAt);
    }
  }
  return durations;
}

function residentBytes(): number {
  collectGarbage();
  return process.memoryUsage.rss();
}
