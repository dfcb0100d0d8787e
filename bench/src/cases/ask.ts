/** Question and answer: one after the other, and from many callers to many agents. */
import { agentIds, mustBe, spawnAll, type Case } from "../case.ts";
import { percentile, throughput, timeEach } from "../measure.ts";

const perBatch = 1_000;

/** One caller, one agent. Percentiles are taken in a pass of their own, so that reading the clock slows nothing else. */
export const ask: Case = {
  name: "ask",
  needs: [],
  prepare: async (contestant, { roundMs, samples }) => {
    const world = await contestant.open();
    await world.spawn("counter");
    const counter = world.handle("counter");
    let asked = 0;
    return async () => {
      const perSecond = await throughput(roundMs, async () => {
        for (let count = 0; count < perBatch; count++) await world.add(counter, 1);
        asked += perBatch;
        return perBatch;
      });
      const durations = await timeEach(samples, () => world.add(counter, 1));
      asked += samples + 1;
      mustBe(await world.add(counter, 1), asked, "the total after all asks");
      return { perSecond, p50Us: percentile(durations, 0.5) * 1000, p99Us: percentile(durations, 0.99) * 1000 };
    };
  },
};

const callers = 100;
const receivers = 1_000;
const perCaller = 100;

/** A hundred callers at once, each asking its way through a thousand agents, by id. */
export const askMany: Case = {
  name: "ask-many",
  needs: [],
  prepare: async (contestant, { roundMs }) => {
    const world = await contestant.open();
    const ids = agentIds(receivers);
    await spawnAll(world, ids);
    let asked = 0;
    const call = async (caller: number): Promise<void> => {
      for (let count = 0; count < perCaller; count++) {
        await world.addById(ids[(caller * 37 + count * 11) % receivers] as string, 1);
      }
    };
    return async () => {
      const perSecond = await throughput(roundMs, async () => {
        await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
        asked += callers * perCaller;
        return callers * perCaller;
      });
      let total = 0;
      for (const id of ids) total += await world.addById(id, 0);
      mustBe(total, asked, "the sum of all totals");
      return { perSecond };
    };
  },
};
