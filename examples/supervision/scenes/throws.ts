/** The three ways to fail while a message is handled. */
import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { next, refusal, type Scene } from "../scene.ts";

/** A scene in which `fail` is the handler. */
function failing(fault: string, id: string, fail: () => unknown): Scene {
  return {
    fault,
    async play(mabeam) {
      const desk = await mabeam.registerAgent(id, deskWith({ fail }));
      const restarted = next(mabeam, "agent:restarted", id);
      const began = performance.now();
      assert.equal(await refusal(desk.ask("fail")), "HANDLER_FAILED");
      await restarted;
      const tookMs = performance.now() - began;
      assert.equal(await desk.ask("quote", 1), 4);
      return `the caller is told HANDLER_FAILED; restarted with fresh state within ${tookMs.toFixed(1)} ms`;
    },
  };
}

export const throws = failing("A handler throws", "throws", () => {
  throw new TypeError("no such item");
});

export const rejects = failing("A handler rejects", "rejects", () => Promise.reject(new Error("the database is away")));

export const throwsNothing = failing("A handler throws undefined, which is no error", "throws-undefined", () => {
  // oxlint-disable-next-line no-throw-literal
  throw undefined;
});
