/** Who has a capability, among many who do not; with and without agents that come and go. */
import { agentIds, mustBe, spawnAll, type Case } from "../case.ts";
import { throughput } from "../measure.ts";

/** Look-ups between two changes. */
const perChange = 1_000;

/** @param share of all agents that have it @param churn whether one of them comes or goes with every batch */
function capability(name: string, share: number, churn: boolean): Case {
  return {
    name,
    needs: ["holders", "retire"],
    prepare: async (contestant, { agents, roundMs }) => {
      const world = await contestant.open();
      const count = Math.max(2, agents * share);
      const ids = agentIds(agents);
      const holders = ids.slice(0, count);
      await spawnAll(world, holders, { capability: "rare" });
      await spawnAll(world, ids.slice(count));
      const goer = holders[0] as string;
      let expected = count;
      const change = async (): Promise<void> => {
        if (expected === count) await world.retire?.(goer);
        else await world.spawn(goer, { capability: "rare" });
        expected = expected === count ? count - 1 : count;
      };
      const batch = async (): Promise<number> => {
        if (churn) await change();
        for (let done = 0; done < perChange; done++) {
          const found = world.holders?.("rare");
          if (found !== expected) mustBe(found ?? 0, expected, "the number of holders");
        }
        return perChange;
      };
      return async () => ({ perSecond: await throughput(roundMs, batch) });
    },
  };
}

export const capabilityFew: Case = capability("capability-few", 0.0001, false);
export const capabilityMany: Case = capability("capability-many", 0.01, true);
