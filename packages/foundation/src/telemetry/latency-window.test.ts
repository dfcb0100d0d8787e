import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyWindow } from "./latency-window.ts";

const capacity = 256;

interface Call {
  readonly durationMs: number;
  readonly pauseMs: number;
  readonly failed: boolean;
}

const calls = fc.array(
  fc.record({
    durationMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    pauseMs: fc.integer({ min: 0, max: 500 }),
    failed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 * capacity, size: "max" },
);

/** Records calls one after the other; gives the window and when the last one ended. */
function windowOf(recorded: readonly Call[]): { window: LatencyWindow; endedAt: number[] } {
  const window = new LatencyWindow();
  const endedAt: number[] = [];
  let now = 0;
  for (const { durationMs, pauseMs, failed } of recorded) {
    now += pauseMs;
    endedAt.push(now);
    window.record(durationMs, now, failed);
  }
  return { window, endedAt };
}

/** Nearest rank, with whole numbers: the least value that at least `percent` in a hundred do not exceed. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = sorted.findIndex((_, index) => (index + 1) * 100 >= percent * sorted.length);
  return sorted[rank] as number;
}

describe("a latency window", () => {
  test("gives the percentiles that a sort of the last 256 calls gives", () => {
    fc.assert(
      fc.property(calls, (recorded) => {
        const { window, endedAt } = windowOf(recorded);
        const kept = recorded.slice(-capacity).map((call) => call.durationMs);
        expect(window.metrics(endedAt.at(-1) as number)).toMatchObject({
          p50Ms: percentile(kept, 50),
          p95Ms: percentile(kept, 95),
          p99Ms: percentile(kept, 99),
        });
      }),
    );
  });

  test("picks the nearest rank at every size, where a rounded product could miss it", () => {
    for (let size = 1; size <= capacity; size++) {
      const durations = Array.from({ length: size }, (_, index) => size - index);
      const { window } = windowOf(durations.map((durationMs) => ({ durationMs, pauseMs: 1, failed: false })));
      const { p50Ms, p95Ms, p99Ms } = window.metrics(size);
      expect([p50Ms, p95Ms, p99Ms]).toEqual([50, 95, 99].map((percent) => percentile(durations, percent)));
    }
  });

  test("rates errors and throughput over what it kept, and counts all that ever was", () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 0, max: 10_000 }), (recorded, idleMs) => {
        const { window, endedAt } = windowOf(recorded);
        const now = (endedAt.at(-1) as number) + idleMs;
        const kept = recorded.slice(-capacity);
        const span = Math.max(1, now - (endedAt.slice(-capacity)[0] as number));
        const metrics = window.metrics(now);
        expect(metrics.errorRate).toBeCloseTo(kept.filter((call) => call.failed).length / kept.length, 12);
        expect(metrics.throughput).toBeCloseTo((kept.length * 1000) / span, 9);
        expect(metrics.handled).toBe(recorded.length);
        expect(metrics.failed).toBe(recorded.filter((call) => call.failed).length);
      }),
    );
  });

  test("has figures before the first call, and none of them is NaN", () => {
    expect(new LatencyWindow().metrics(5)).toEqual({
      throughput: 0,
      p50Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
      errorRate: 0,
      handled: 0,
      failed: 0,
    });
  });

  test("forgets a bad quarter of an hour once 256 good calls have followed it", () => {
    const bad = Array.from({ length: 1_000 }, () => ({ durationMs: 9_000, pauseMs: 1, failed: true }));
    const good = Array.from({ length: capacity }, () => ({ durationMs: 2, pauseMs: 1, failed: false }));
    const { window, endedAt } = windowOf([...bad, ...good]);
    expect(window.metrics(endedAt.at(-1) as number)).toMatchObject({ p99Ms: 2, errorRate: 0, failed: 1_000 });
  });
});
