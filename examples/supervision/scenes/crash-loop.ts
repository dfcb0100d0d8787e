import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { next, refusal, type Scene } from "../scene.ts";

export const crashLoop: Scene = {
  fault: "An agent that crashes again and again",
  async play(mabeam) {
    const definition = deskWith({
      fail: () => {
        throw new Error("the same as before");
      },
    });
    const desk = await mabeam.registerAgent("crash-loop", definition, { maxRestarts: 5, withinMs: 1000 });
    const failed = next(mabeam, "agent:failed", "crash-loop");
    for (let sent = 0; sent < 50; sent++) desk.tell("fail");
    await failed;
    assert.deepEqual([desk.info().restarts, mabeam.systemStatus().healthy], [5, false]);
    assert.equal(await refusal(desk.ask("quote", 1)), "AGENT_NOT_RUNNING");
    await desk.restart();
    assert.equal(await desk.ask("quote", 1), 4);
    return "5 restarts, then it stays failed instead of taking the processor; restart() brings it up";
  },
};

export const endlessLoop: Scene = {
  fault: "The same, with any number of restarts allowed",
  async play(mabeam) {
    let starts = 0;
    const onStart = (ctx: { self: { tell(handler: string): void } }): void => {
      starts++;
      ctx.self.tell("fail");
    };
    const fail = (): never => {
      throw new Error("for ever");
    };
    const definition = deskWith({ fail }, { capabilities: [], onStart });
    await mabeam.registerAgent("endless-loop", definition, { maxRestarts: 1e6 });
    const began = performance.now();
    const { user } = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(await mabeam.agents.ref("north").ask("quote", 1), 4);
    const share = (process.cpuUsage().user - user) / 1000 / (performance.now() - began);
    assert.ok(starts > 10 && starts < 30);
    await mabeam.agents.unregister("endless-loop");
    return `10 restarts at once, then ever later: ${starts} in 400 ms, and the whole process uses ${Math.round(100 * share)} % of a processor`;
  },
};
