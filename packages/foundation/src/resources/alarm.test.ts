import { expect, it } from "vitest";
import type { Clock } from "../core/clock.ts";
import { testClock } from "../testing/test-clock.ts";
import { alarm } from "./alarm.ts";

/** A clock whose timers cannot be set for more than a second, as the machine's cannot for more than 25 days. */
function impatientClock() {
  const clock = testClock();
  const impatient: Clock = { ...clock, after: (delayMs, ring) => clock.after(Math.min(delayMs, 1000), ring) };
  return { ...clock, impatient };
}

it("rings once, at its time, though timers fire too early", async () => {
  const { impatient, advance } = impatientClock();
  const rung: number[] = [];
  await advance(7);
  const { at } = alarm(impatient, impatient.monotonic(), 3500, () => rung.push(impatient.monotonic()));
  await advance(10_000);
  expect(rung).toEqual([3507]);
  expect(at).toBe(3507);
});

it("does not ring once it is cancelled, however far on", async () => {
  const { impatient, advance } = impatientClock();
  const rung: number[] = [];
  const { cancel } = alarm(impatient, impatient.monotonic(), 3500, () => rung.push(impatient.monotonic()));
  await advance(2500);
  cancel();
  await advance(10_000);
  expect(rung).toEqual([]);
});
