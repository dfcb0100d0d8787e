import { describe, expect, test } from "vitest";
import { assign, leaseMs } from "./assignment.ts";
import { emptyStudy, fold, type StudyRecord, type StudyState } from "./state.ts";

const me = { id: "me", host: "here", pid: 1 };
const asking = { worker: me, now: 1_000_000, isAlive: () => true, limit: Infinity };

function running(worker: { id: string; host: string; pid: number }, at: number): StudyState {
  const records: StudyRecord[] = [{ type: "trial_asked", number: 0, config: {}, worker, at }];
  return records.reduce(fold, emptyStudy);
}

const kindOf = (worker: { id: string; host: string; pid: number }, silentMs: number, alive = true): string =>
  assign(running(worker, asking.now - silentMs), { ...asking, isAlive: () => alive }).kind;

describe("a running trial is asked again", () => {
  test("at once when its process on this machine is dead", () => {
    expect(kindOf({ id: "other", host: "here", pid: 2 }, 0, false)).toBe("retake");
    expect(kindOf({ id: "other", host: "here", pid: 2 }, leaseMs, true)).toBe("new");
  });

  test("after its lease when it runs on another machine, whatever processes exist here", () => {
    expect(kindOf({ id: "other", host: "there", pid: 2 }, leaseMs - 1, false)).toBe("new");
    expect(kindOf({ id: "other", host: "there", pid: 2 }, leaseMs, false)).toBe("retake");
  });

  test("never by the study that holds it", () => {
    expect(kindOf(me, 100 * leaseMs)).toBe("new");
  });

  test("in the end even if a process of that number exists: it may be another one", () => {
    expect(kindOf({ id: "other", host: "here", pid: 2 }, 60 * leaseMs)).toBe("retake");
  });
});

test("the limit counts finished and running trials, but a lost one may be finished", () => {
  const state = running({ id: "other", host: "here", pid: 2 }, asking.now);
  expect(assign(state, { ...asking, limit: 1 }).kind).toBe("none");
  expect(assign(state, { ...asking, limit: 1, isAlive: () => false }).kind).toBe("retake");
  expect(assign(state, { ...asking, limit: 2 }).kind).toBe("new");
});
