import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { next, refusal, type Scene } from "../scene.ts";

export const hung: Scene = {
  fault: "A handler hangs, and messages pile up behind it",
  async play(mabeam) {
    const definition = deskWith({ hang: () => new Promise<void>(() => {}) });
    const desk = await mabeam.registerAgent("hung", definition, { healthIntervalMs: 100 });
    const restarted = next(mabeam, "agent:restarted", "hung");
    const hanging = desk.ask("hang");
    const behind = desk.ask("quote", 1);
    assert.equal(await refusal(hanging), "HANDLER_FAILED");
    await restarted;
    assert.equal(await behind, 4);
    return "found by the health check and restarted; what waited behind it is answered";
  },
};
