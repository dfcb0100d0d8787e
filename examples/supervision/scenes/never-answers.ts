import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { refusal, type Scene } from "../scene.ts";

export const neverAnswers: Scene = {
  fault: "A handler never answers",
  async play(mabeam) {
    let isTold = false;
    const definition = deskWith({
      wait: ({ signal }) => {
        signal.addEventListener("abort", () => void (isTold = true));
        return new Promise<void>(() => {});
      },
    });
    const desk = await mabeam.registerAgent("never-answers", definition);
    assert.equal(await refusal(desk.ask("wait", undefined, { timeoutMs: 100 })), "ASK_TIMEOUT");
    assert.equal(isTold, true);
    assert.equal(await desk.ask("quote", 1), 4);
    assert.equal(desk.info().restarts, 0);
    return "ASK_TIMEOUT after 100 ms, its signal fires, the next message has its turn; no restart";
  },
};
