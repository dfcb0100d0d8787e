/** Agents that fail while they start or stop. */
import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { refusal, type Scene } from "../scene.ts";

export const badStart: Scene = {
  fault: "onStart throws, whatever is tried",
  async play(mabeam) {
    let [isRepaired, tries] = [false, 0];
    const onStart = (): void => {
      tries++;
      if (!isRepaired) throw new Error("no configuration");
    };
    const desk = mabeam.agents.ref("bad-start");
    assert.equal(await refusal(mabeam.registerAgent("bad-start", deskWith({}, { onStart }))), "HANDLER_FAILED");
    assert.deepEqual([tries, desk.info().status, mabeam.systemStatus().healthy], [4, "failed", false]);
    isRepaired = true;
    await desk.restart();
    assert.equal(await desk.ask("quote", 1), 4);
    return "tried 4 times, then it stays failed and the status says so; repaired, restart() brings it up";
  },
};

export const badStop: Scene = {
  fault: "onStop throws, and another one never ends",
  async play(mabeam) {
    const throwing = deskWith(
      {},
      {
        onStop: () => {
          throw new Error("the file is gone");
        },
      },
    );
    const waiting = deskWith({}, { onStop: () => new Promise(() => {}) });
    const thrower = await mabeam.registerAgent("stop-throws", throwing);
    const waiter = await mabeam.registerAgent("stop-waits", waiting, { shutdownTimeoutMs: 100 });
    assert.equal(await thrower.stop(), true);
    assert.equal(await waiter.stop(), true);
    assert.deepEqual([thrower.info().status, waiter.info().status], ["stopped", "stopped"]);
    await Promise.all([thrower.start(), waiter.start()]);
    assert.equal(await waiter.ask("quote", 1), 4);
    return "both stop, the second when its 100 ms are over; both start again";
  },
};
