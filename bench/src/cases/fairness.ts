/** While one agent works through a long queue: how long others wait for an answer, and how late timers are. */
import { mustBe, type Case } from "../case.ts";
import { percentile, turn } from "../measure.ts";

const timerMs = 1;

export const fairness: Case = {
  name: "fairness",
  needs: ["backlog"],
  rounds: 3,
  warmUps: 1,
  prepare: async (contestant, { backlog }) => {
    const world = await contestant.open();
    await world.spawn("busy", { capacity: backlog + 1 });
    await world.spawn("other");
    const busy = world.handle("busy");
    const other = world.handle("other");
    let told = 0;
    return async () => {
      const asks: number[] = [];
      world.backlog?.(busy, backlog);
      told += backlog;
      // Started when the queue stands: that it took a while to send is the sender's own time.
      const stopTimers = watchTimers();
      let done = false;
      const over = world.add(busy, 0).then((total) => {
        done = true;
        return total;
      });
      while (!done) {
        const startedAt = performance.now();
        await world.add(other, 1);
        asks.push(performance.now() - startedAt);
        await turn();
      }
      mustBe(await over, told, "the total after the queue");
      return { p99Ms: percentile(asks, 0.99), lateMs: stopTimers() };
    };
  },
};

/** Sets one timer after the other; what it returns stops them and gives how late the latest was, in milliseconds. */
function watchTimers(): () => number {
  let dueAt = performance.now() + timerMs;
  let latest = 0;
  const ring = (): void => {
    latest = Math.max(latest, performance.now() - dueAt);
    dueAt = performance.now() + timerMs;
    timer = setTimeout(ring, timerMs);
  };
  let timer = setTimeout(ring, timerMs);
  return () => {
    clearTimeout(timer);
    return Math.max(latest, performance.now() - dueAt);
  };
}
