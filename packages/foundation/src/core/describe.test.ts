import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import { onAbort } from "./abort.ts";
import { describe } from "./describe.ts";

it.each([
  [new Error("words"), "words"],
  [undefined, "undefined"],
  [Symbol("odd"), "Symbol(odd)"],
  [Object.create(null), "an object without text"],
  [{ toString: () => ({}) }, "an object without text"],
  [Object.defineProperty(new Error("x"), "message", { get: () => Object.create(null) }), "an object without text"],
])("says %# in words, whatever it is", (value, words) => {
  expect(describe(value)).toBe(words);
});

it("many who wait for one signal are one listener, and none once they are done", () => {
  const controller = new AbortController();
  let heard = 0;
  const forget = Array.from({ length: 30 }, () => onAbort(controller.signal, () => heard++));
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
  for (const stop of forget) stop();
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  onAbort(controller.signal, () => heard++);
  controller.abort();
  expect(heard).toBe(1);
});
