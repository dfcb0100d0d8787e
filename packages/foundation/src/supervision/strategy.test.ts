import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RestartPolicy } from "./child.ts";
import { planRestart, restartsAfter, shutsDown, type Listed, type Strategy } from "./strategy.ts";

const policy = fc.constantFrom<RestartPolicy>("permanent", "transient", "temporary");
const strategy = fc.constantFrom<Strategy>("one_for_one", "one_for_all", "rest_for_one");
const member: fc.Arbitrary<Listed> = fc.record({
  child: fc.record({ restart: policy, significant: fc.boolean() }),
  isListed: fc.boolean(),
  isLive: fc.boolean(),
});

/** Members, and which of them failed: one that is listed, and not temporary. */
const failure = fc
  .array(member, { minLength: 1, maxLength: 12 })
  .chain((members) => fc.tuple(fc.constant(members), fc.nat(members.length - 1), policy))
  .filter(([, , restart]) => restart !== "temporary")
  .map(([members, at, restart]) => {
    const failed: Listed = { child: { restart }, isListed: true, isLive: true };
    return { members: members.with(at, failed), failed, at };
  });

describe("a restart plan", () => {
  it("starts in start order, stops in reverse, and never stops the one that failed", () => {
    fc.assert(
      fc.property(strategy, failure, (by, { members, failed }) => {
        const plan = planRestart(by, members, failed);
        const places = (list: readonly Listed[]): number[] => list.map((one) => members.indexOf(one));
        expect(places(plan.start)).toEqual(places(plan.start).toSorted((a, b) => a - b));
        expect(places(plan.stop)).toEqual(places(plan.stop).toSorted((a, b) => b - a));
        expect(plan.stop).not.toContain(failed);
        expect(plan.start).toContain(failed);
      }),
    );
  });

  it("concerns nobody else, everybody, or whoever came after; it stops who is listed, and starts who is not temporary", () => {
    fc.assert(
      fc.property(strategy, failure, (by, { members, failed, at }) => {
        const plan = planRestart(by, members, failed);
        const scope = { one_for_one: [failed], one_for_all: members, rest_for_one: members.slice(at) }[by];
        const listed = scope.filter((one) => one.isListed);
        expect(new Set(plan.start)).toEqual(new Set(listed.filter((one) => one.child.restart !== "temporary")));
        expect(new Set(plan.stop)).toEqual(new Set(listed.filter((one) => one.isLive && one !== failed)));
      }),
    );
  });
});

it("permanent restarts always, transient after a crash, temporary never", () => {
  const decided = (["permanent", "transient", "temporary"] as const).map((restart) => [
    restartsAfter(restart, "normal"),
    restartsAfter(restart, "crash"),
  ]);
  expect(decided).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ]);
});

it("a supervisor ends with its first significant child, or with its last, or never", () => {
  const significant = (isLive: boolean): Listed => ({
    child: { restart: "transient", significant: true },
    isListed: true,
    isLive,
  });
  const ended = significant(false);
  const plain: Listed = { child: { restart: "transient" }, isListed: true, isLive: true };
  const others = [plain, significant(true)];
  expect(shutsDown("never", [ended], ended)).toBe(false);
  expect(shutsDown("any_significant", [ended, ...others], ended)).toBe(true);
  expect(shutsDown("any_significant", others, plain)).toBe(false);
  expect(shutsDown("all_significant", [ended, ...others], ended)).toBe(false);
  expect(shutsDown("all_significant", [ended, plain, significant(false)], ended)).toBe(true);
});
