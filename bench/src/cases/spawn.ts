/** Agents that are made, supervised and registered; and what one that was never asked weighs. */
import { agentIds, mustBe, spawnAll, type Case } from "../case.ts";
import { bytesAlive, stopwatch } from "../measure.ts";

export const spawn: Case = {
  name: "spawn",
  needs: [],
  fresh: true,
  prepare: async (contestant, { agents }) => {
    // Made before, and so not weighed: their ids are the caller's.
    const ids = agentIds(agents);
    const probes = ids.filter((_, index) => index % Math.ceil(agents / 100) === 0);
    return async () => {
      const world = await contestant.open();
      const bytesBefore = bytesAlive();
      const elapsedMs = stopwatch();
      await spawnAll(world, ids);
      const perSecond = (agents / elapsedMs()) * 1000;
      const bytes = (bytesAlive() - bytesBefore) / agents;
      for (const id of probes) mustBe(await world.addById(id, 1), 1, `the first total of ${id}`);
      return { perSecond, bytes };
    };
  },
};
