import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestPeer, judge, rowsOf, type Field, type Row } from "./aims.ts";
import type { ContestantName } from "./contestant.ts";
import { median } from "./contest.ts";
import { replaceReport } from "./document.ts";
import { shareOfOthers } from "./machine.ts";
import { percentile } from "./measure.ts";
import { full } from "./scale.ts";
import { quantity, renderTable } from "./table.ts";

const row: Row = {
  title: "ask",
  caseName: "ask",
  figure: "perSecond",
  unit: "perSecond",
  aims: [
    { relation: "atLeast", bound: 0.5, of: "floor" },
    { relation: "atLeast", bound: 3, of: "otp" },
  ],
};

function field(figures: Partial<Record<ContestantName, number>>): Field {
  return new Map(
    Object.entries(figures).map(([name, perSecond]) => [
      name as ContestantName,
      { perSecond } as { perSecond: number },
    ]),
  );
}

describe("a row's aims", () => {
  it("are met exactly when each holds", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        (ours, floor, otp) => {
          const met = ours / floor >= 0.5 && ours / otp >= 3;
          expect(judge(row, field({ mabeam: ours, floor, otp }))).toBe(met ? "yes" : "no");
        },
      ),
    );
  });

  it("stay open where an anchor is missing that could decide, and fail where another has decided", () => {
    expect(judge(row, field({ mabeam: 5, floor: 6 }))).toBe("unknown");
    expect(judge(row, field({ mabeam: 2, floor: 6 }))).toBe("no");
    expect(judge(row, undefined)).toBe("unknown");
  });

  it("know the best library: the most per second, the least of anything else", () => {
    const both = field({ xstate: 4, nact: 9 });
    expect(bestPeer(row, both)).toEqual({ name: "nact", figure: 9 });
    expect(bestPeer({ ...row, unit: "us" }, both)).toEqual({ name: "xstate", figure: 4 });
  });
});

describe("the table", () => {
  it("is one, whatever was measured: all lines are equally long, and no row of a measured case is missing", () => {
    const anyField = fc
      .dictionary(
        fc.constantFrom("mabeam", "floor", "xstate", "nact", "otp"),
        fc.double({ min: 0.001, max: 1e9, noNaN: true }),
      )
      .map(
        (figures) =>
          new Map(
            Object.entries(figures).map(([name, figure]) => [
              name as ContestantName,
              { p50Us: figure, p99Us: figure, perSecond: figure },
            ]),
          ),
      );
    fc.assert(
      fc.property(anyField, (measured) => {
        const lines = renderTable(rowsOf(full), new Map([["ask", measured]])).split("\n");
        expect(new Set(lines.map((line) => line.length)).size).toBe(1);
        expect(lines).toHaveLength(2 + 3);
      }),
    );
  });

  it.each([
    [1_234_567, "perSecond", "1.23 M/s"],
    [45_678, "perSecond", "45.7 k/s"],
    [0.456, "us", "0.46 µs"],
    [0.00345, "times", "0.0034 ×"],
    [3578.6, "bytes", "3579 B"],
    [undefined, "ms", "–"],
  ] as const)("shows %d %s as %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it("takes the place of the last one on its page, and of nothing else", () => {
    const page = replaceReport(replaceReport(`# Title\n\n${markers}\n\nend\n`, "| old |"), "| new |");
    expect(page).toContain("\n\n| new |\n\n");
    expect(page).not.toContain("old");
    expect(page).toMatch(/^# Title\n\n[^]*\n\nend\n$/);
    expect(() => replaceReport("# Title", "| new |")).toThrow("needs the lines");
  });
});

const markers = "<!-- bench:runtime begins: written by `pnpm bench:runtime --write` -->\n\n<!-- bench:runtime ends -->";

it("a percentile is the least value that the share of all values does not exceed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const found = percentile(values, share);
        const upTo = (limit: number): number => values.filter((value) => value <= limit).length;
        expect(upTo(found)).toBeGreaterThanOrEqual(Math.ceil(values.length * share));
        expect(values.filter((value) => value < found).length).toBeLessThan(Math.ceil(values.length * share));
      },
    ),
  );
});

it("a median has as many values above as below", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
});

it("what others took of the machine is what was busy beside our own work", () => {
  expect(shareOfOthers({ all: 100, busy: 50 }, { all: 300, busy: 150 }, 40)).toBe(0.3);
  expect(shareOfOthers({ all: 100, busy: 50 }, { all: 300, busy: 150 }, 500)).toBe(0);
  expect(shareOfOthers(undefined, { all: 300, busy: 150 }, 40)).toBeUndefined();
});
