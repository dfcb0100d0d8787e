import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stampRestart } from "./intensity.ts";
import { backoffDelay, planRestart } from "./restart.ts";

describe("restart intensity", () => {
  it("is exceeded exactly when more than maxRestarts fall within the window", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 1000 }),
        (gaps, maxRestarts, withinMs) => {
          let now = 0;
          let stamps: readonly number[] = [];
          const all: number[] = [];
          for (const gap of gaps) {
            now += gap;
            all.push(now);
            const stamped = stampRestart(stamps, now, { maxRestarts, withinMs });
            const within = all.filter((stamp) => stamp >= now - withinMs).length;
            expect(stamped.exceeded).toBe(within > maxRestarts);
            stamps = stamped.stamps;
          }
        },
      ),
    );
  });

  it("of 0 gives up at the first crash; a temporary agent is never restarted", () => {
    expect(planRestart({ restart: "permanent", maxRestarts: 0, withinMs: 1000 }, [], 0).action).toBe("give_up");
    expect(planRestart({ restart: "temporary", maxRestarts: 9, withinMs: 1000 }, [], 0)).toEqual({
      action: "give_up",
      reason: "temporary",
    });
  });
});

it("backoff grows by its factor up to its maximum", () => {
  const backoff = { initialMs: 100, factor: 3, maxMs: 1000 };
  expect([1, 2, 3, 4].map((attempt) => backoffDelay(backoff, attempt))).toEqual([100, 300, 900, 1000]);
  expect(backoffDelay(undefined, 5)).toBe(0);
});
