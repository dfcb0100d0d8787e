/** Whether there is an agent with this id, in scattered order. */
import { agentIds, mustBe, scattered, spawnAll, type Case } from "../case.ts";
import { throughput } from "../measure.ts";

const perBatch = 1_000;

/** @param share of the scale's agents */
function lookup(name: string, share: number): Case {
  return {
    name,
    needs: ["has"],
    prepare: async (contestant, { agents, roundMs }) => {
      const world = await contestant.open();
      const ids = agentIds(agents * share);
      await spawnAll(world, ids);
      const order = scattered(ids);
      let at = 0;
      const batch = (): number => {
        let found = 0;
        for (let count = 0; count < perBatch; count++) {
          if (world.has?.(order[at] as string) === true) found++;
          at = at + 1 === order.length ? 0 : at + 1;
        }
        mustBe(found, perBatch, "the number of agents found");
        return perBatch;
      };
      return async () => {
        mustBe(world.has?.("nobody") === true, false, "whether nobody is there");
        return { perSecond: await throughput(roundMs, batch) };
      };
    },
  };
}

export const lookupTenth: Case = lookup("lookup-tenth", 0.1);
export const lookupAll: Case = lookup("lookup-all", 1);
