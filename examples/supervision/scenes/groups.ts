/** Agents that only make sense together. */
import assert from "node:assert/strict";
import type { AgentRef, Mabeam, SupervisorOptions } from "@mabeam/foundation";
import { deskWith } from "../desk.ts";
import { next, refusal, type Scene } from "../scene.ts";

const failing = deskWith({
  fail: () => {
    throw new Error("lost the connection");
  },
});

/** Three desks under a supervisor, of which the second crashes. @returns the epochs afterwards, in start order */
async function crashOfSecond(mabeam: Mabeam, id: string, strategy: SupervisorOptions["strategy"] & {}) {
  await mabeam.supervisor.add(id, { strategy });
  const desks: AgentRef[] = [];
  for (const name of ["socket", "session", "screen"]) {
    desks.push(await mabeam.registerAgent(`${id}/${name}`, failing, { supervisor: id }));
  }
  const last = next(mabeam, "agent:restarted", `${id}/screen`);
  assert.equal(await refusal((desks[1] as AgentRef).ask("fail")), "HANDLER_FAILED");
  await last;
  for (const desk of desks) assert.equal(await desk.ask("quote", 1), 4);
  return desks.map((desk) => desk.info().restarts);
}

export const restForOne: Scene = {
  fault: "One of a chain crashes, under rest_for_one",
  async play(mabeam) {
    assert.deepEqual(await crashOfSecond(mabeam, "chain", "rest_for_one"), [0, 1, 1]);
    return "it restarts, and with it those that were started after it; the first goes on";
  },
};

export const oneForAll: Scene = {
  fault: "One of a group crashes, under one_for_all",
  async play(mabeam) {
    assert.deepEqual(await crashOfSecond(mabeam, "group", "one_for_all"), [1, 1, 1]);
    return "all stop in reverse and start in order";
  },
};

export const escalation: Scene = {
  fault: "A group that restarting does not help",
  async play(mabeam) {
    await mabeam.supervisor.add("floor", { strategy: "one_for_all" });
    const above = await mabeam.registerAgent("floor/wiring", failing, { supervisor: "floor" });
    await mabeam.supervisor.add("room", { parent: "floor", maxRestarts: 1 });
    const desk = await mabeam.registerAgent("room/lamp", failing, { supervisor: "room" });
    const escalated = next(mabeam, "agent:restarted", "floor/wiring");
    for (let crash = 0; crash < 2; crash++) assert.equal(await refusal(desk.ask("fail")), "HANDLER_FAILED");
    await escalated;
    assert.equal(await above.ask("quote", 1), 4);
    await desk.start();
    assert.equal(await desk.ask("quote", 1), 4);
    return "its supervisor gives up after 1 restart and fails to its own, which begins anew from further down";
  },
};
