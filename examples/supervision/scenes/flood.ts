import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { deskWith } from "../desk.ts";
import type { Scene } from "../scene.ts";

export const flood: Scene = {
  fault: "Somebody sends 100,000 messages at once",
  async play(mabeam) {
    let [handled, dropped] = [0, 0];
    const stamp = async (): Promise<void> => {
      await turn();
      handled++;
    };
    const desk = await mabeam.registerAgent("flooded", deskWith({ stamp }), { mailbox: { capacity: 100 } });
    const unsubscribe = mabeam.events.subscribe("agent:message_dropped", ({ agent, handler }) => {
      if (agent === "flooded" && handler === "stamp") dropped++;
    });
    for (let sent = 0; sent < 100_000; sent++) desk.tell("stamp");
    const began = performance.now();
    assert.equal(await mabeam.agents.ref("north").ask("quote", 1), 4);
    const tookMs = performance.now() - began;
    while (desk.info().mailboxDepth > 0 || handled + dropped < 100_000) await turn();
    unsubscribe();
    assert.equal(handled + dropped, 100_000);
    return `its mailbox takes 100, ${dropped.toLocaleString("en")} are reported as dropped; a neighbour answers in ${tookMs.toFixed(1)} ms`;
  },
};
