import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { restartDelayMs, Streak } from "./backoff.ts";
import { RestartWindow } from "./intensity.ts";

describe("restart intensity", () => {
  it("is exceeded exactly when more than maxRestarts fall within the window, however many were before", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 1, max: 1000 }),
        (gaps, maxRestarts, withinMs) => {
          const window = new RestartWindow({ maxRestarts, withinMs });
          const all: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now += gap;
            all.push(now);
            const within = all.filter((stamp) => stamp >= now - withinMs).length;
            expect(window.add(now)).toBe(within > maxRestarts);
            expect(window.count(now)).toBe(within);
          }
          expect(window.count(now + withinMs + 1)).toBe(0);
        },
      ),
    );
  });

  it("forgets when it is cleared", () => {
    const window = new RestartWindow({ maxRestarts: 1, withinMs: 10 });
    window.add(0);
    window.clear();
    expect([window.count(0), window.add(0), window.add(0)]).toEqual([0, false, true]);
  });
});

describe("backoff", () => {
  const delays = (backoff: Parameters<typeof restartDelayMs>[0], attempts: number[]) =>
    attempts.map((attempt) => restartDelayMs(backoff, attempt));

  it("grows by its factor up to its maximum", () => {
    expect(delays({ initialMs: 100, factor: 3, maxMs: 1000 }, [1, 2, 3, 4, 5000])).toEqual([100, 300, 900, 1000, 1000]);
    expect(delays({ initialMs: 100 }, [1, 2, 20])).toEqual([100, 200, 30_000]);
  });

  it("of 0 ms is 0, however often", () => {
    expect(delays({ initialMs: 0 }, [1, 2, 5000])).toEqual([0, 0, 0]);
  });

  it("that nobody gave lets ten restarts through at once, then spares the processor", () => {
    expect(delays(undefined, [1, 10, 11, 12, 13, 20, 21, 5000])).toEqual([
      undefined,
      undefined,
      1,
      2,
      4,
      512,
      1000,
      1000,
    ]);
  });
});

it("a row of restarts ends when one has stayed up longer than the window", () => {
  const streak = new Streak();
  const next = (now: number): number => streak.next(now, 100);
  expect([next(0), next(0)]).toEqual([1, 2]);
  streak.isUp(50);
  expect(next(150)).toBe(3);
  streak.isUp(200);
  expect(next(301)).toBe(1);
  // Tries that never came up are one row, however long they take.
  expect([next(10_000), next(20_000)]).toEqual([2, 3]);
});
