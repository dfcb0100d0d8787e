/** Faults around the agents: whoever registers them, and whoever listens. */
import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { next, refusal, type Scene } from "../scene.ts";

export const oddIds: Scene = {
  fault: "Ids that are taken, empty, 10,000 characters long, or __proto__",
  async play(mabeam) {
    const register = (id: string): Promise<string> => refusal(mabeam.registerAgent(id, deskWith({})));
    assert.equal(await register("north"), "AGENT_ALREADY_REGISTERED");
    assert.equal(await register(""), "INVALID_INPUT");
    assert.equal(await register("x".repeat(10_000)), "INVALID_INPUT");
    const proto = await mabeam.registerAgent("__proto__", deskWith({}));
    assert.equal(await proto.ask("quote", 1), 4);
    return "three are refused, and nothing is half registered; __proto__ is an id like any other";
  },
};

export const badListener: Scene = {
  fault: "A listener throws at every event",
  async play(mabeam) {
    let heard = 0;
    const unsubscribe = mabeam.events.subscribe("agent:*", () => {
      heard++;
      throw new Error("not listening");
    });
    const fail = (): never => {
      throw new Error("again");
    };
    const desk = await mabeam.registerAgent("listened-to", deskWith({ fail }));
    const restarted = next(mabeam, "agent:restarted", "listened-to");
    await refusal(desk.ask("fail"));
    await restarted;
    unsubscribe();
    assert.equal(await desk.ask("quote", 1), 4);
    assert.ok(heard >= 3);
    return `it threw ${heard} times; the other listeners heard everything, and the restart went on`;
  },
};
