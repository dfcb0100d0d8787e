/** Messages for which nobody waits. */
import { agentIds, mustBe, spawnAll, type Case } from "../case.ts";
import { throughput } from "../measure.ts";

/** Half of what a mailbox holds by default here, so that no message is refused. */
const burst = 500;

/** In bursts; the one ask that ends a burst is answered when its messages have been handled. */
export const tellOne: Case = {
  name: "tell-one",
  needs: [],
  prepare: async (contestant, { roundMs }) => {
    const world = await contestant.open();
    await world.spawn("counter");
    const counter = world.handle("counter");
    let told = 0;
    return async () => {
      const perSecond = await throughput(roundMs, async () => {
        for (let count = 0; count < burst; count++) world.tell(counter, 1);
        told += burst;
        mustBe(await world.add(counter, 0), told, "the total after a burst");
        return burst;
      });
      return { perSecond };
    };
  },
};

const receivers = 1_000;

/** One message to each of a thousand; the burst ends when the last of them answers. */
export const tellMany: Case = {
  name: "tell-many",
  needs: [],
  prepare: async (contestant, { roundMs }) => {
    const world = await contestant.open();
    const ids = agentIds(receivers);
    await spawnAll(world, ids);
    const handles = ids.map((id) => world.handle(id));
    const last = handles.at(-1);
    let told = 0;
    return async () => {
      const perSecond = await throughput(roundMs, async () => {
        for (const handle of handles) world.tell(handle, 1);
        told++;
        mustBe(await world.add(last, 0), told, "the last one's total after a burst");
        return receivers;
      });
      for (const handle of handles) mustBe(await world.add(handle, 0), told, "a total after all bursts");
      return { perSecond };
    };
  },
};
