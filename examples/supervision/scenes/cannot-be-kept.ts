import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { refusal, type Scene } from "../scene.ts";

export const cannotBeKept: Scene = {
  fault: "A persisted agent puts a function into its state",
  async play(mabeam) {
    const definition = deskWith({
      count: ({ state }) => state.quotes,
      spoil: ({ state }) => void Object.assign(state, { callback: () => {} }),
    });
    const desk = await mabeam.registerAgent("cannot-be-kept", definition, { persist: true });
    await desk.ask("quote", 1);
    assert.equal(await refusal(desk.ask("spoil")), "HANDLER_FAILED");
    assert.ok((await desk.ask("count")) >= 1);
    assert.equal(desk.info().restarts, 1);
    return "HANDLER_FAILED, and the state from before that message is back";
  },
};
