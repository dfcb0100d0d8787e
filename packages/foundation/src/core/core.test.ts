import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testClock } from "../testing.ts";
import { Channel } from "./channel.ts";
import { Deadlines } from "./deadlines.ts";
import { isMabeamError, MabeamError } from "./errors.ts";
import { Events } from "./events.ts";
import { canonicalJson } from "./json.ts";
import { Queue } from "./queue.ts";
import { seededRandom } from "./random.ts";

describe("events", () => {
  it("a listener that throws or rejects stops neither the others nor the one who emits", async () => {
    const errors: unknown[] = [];
    const heard: string[] = [];
    const events = new Events<{ "a:b": string }>((error, event) => errors.push([event, error]));
    events.on("a:b", () => {
      throw "sync";
    });
    events.subscribe("a:*", (() => Promise.reject(new Error("async"))) as () => void);
    events.on("a:b", (payload) => heard.push(payload));
    expect(events.emit("a:b", "x")).toBe(true);
    await Promise.resolve();
    expect(heard).toEqual(["x"]);
    expect(errors).toEqual([
      ["a:b", "sync"],
      ["a:b", new Error("async")],
    ]);
  });

  it("a prefix matches whole segments only, and `once` hears once", () => {
    const events = new Events<Record<string, number>>(() => {});
    const heard: string[] = [];
    const stop = events.subscribe("agent:*", (_, event) => heard.push(event));
    events.once("agentx:a", () => heard.push("once"));
    for (const event of ["agent:a", "agent:b:c", "agentx:a", "agentx:a", "agent"]) events.emit(event, 1);
    stop();
    events.emit("agent:z", 1);
    expect(heard).toEqual(["agent:a", "agent:b:c", "once"]);
    for (const pattern of ["", "*", "a*", "a:*:b"]) {
      expect(() => events.subscribe(pattern, () => {})).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    }
  });

  it("ends a subscription with its signal", () => {
    const events = new Events<Record<string, number>>(() => {});
    const stop = new AbortController();
    let heard = 0;
    events.subscribe("a", () => heard++, { signal: stop.signal });
    events.emit("a", 1);
    stop.abort();
    events.emit("a", 1);
    expect(heard).toBe(1);
  });
});

describe("queue", () => {
  it("is first in, first out, whatever the order of pushing and shifting", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (steps) => {
        const queue = new Queue<number>();
        const model: number[] = [];
        for (const step of steps) {
          if (step === undefined) expect(queue.shift()).toBe(model.shift());
          else {
            queue.push(step);
            model.push(step);
          }
          expect(queue.size).toBe(model.length);
        }
        expect(queue.drain()).toEqual(model);
      }),
    );
  });
});

describe("deadlines", () => {
  it("each passes once, at its time, unless cleared", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            durationMs: fc.constantFrom(1, 5, 20, 20, 50),
            startMs: fc.integer({ min: 0, max: 30 }),
            cleared: fc.boolean(),
          }),
          {
            maxLength: 12,
          },
        ),
        async (plans) => {
          const clock = testClock();
          const deadlines = new Deadlines(clock);
          const passed: [number, number][] = [];
          for (const [index, { durationMs, startMs, cleared }] of plans.entries()) {
            clock.after(startMs, () => {
              const deadline = deadlines.set(durationMs, () => passed.push([index, clock.monotonic()]));
              if (cleared) {
                deadline.clear();
                deadline.clear();
              }
            });
          }
          await clock.advance(100);
          const expected = plans.flatMap(({ durationMs, startMs, cleared }, index) =>
            cleared ? [] : [[index, startMs + durationMs]],
          );
          expect(passed.toSorted(([a], [b]) => a - b)).toEqual(expected);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("random", () => {
  it("gives the same stream for the same seed, for ever", () => {
    const random = seededRandom(42);
    expect([random.integer(1000), random.integer(1000), random.integer(1000)]).toMatchInlineSnapshot(`
      [
        76,
        347,
        789,
      ]
    `);
  });

  it("splits into generators that do not depend on how much was drawn before", () => {
    const [a, b] = [seededRandom("s"), seededRandom("s")];
    a();
    expect(a.split("x", 1)()).toBe(b.split("x", 1)());
    expect(a.split("x", 1)()).not.toBe(a.split("x", "1")());
  });

  it("is uniform: 20 bins of 20,000 draws pass a chi-squared test, and normals have mean 0 and variance 1", () => {
    const random = seededRandom(7);
    const bins = Array.from({ length: 20 }, () => 0);
    for (let draw = 0; draw < 20_000; draw++) bins[random.integer(20)]!++;
    const chiSquared = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(43.8); // 99.9 % quantile for 19 degrees of freedom
    const normals = Array.from({ length: 20_000 }, () => random.normal());
    const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
    const variance = normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it("shuffles without loss", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        expect(seededRandom(seed).shuffle(items).toSorted()).toEqual(items.toSorted());
      }),
    );
  });
});

it("a deadline that is set while another passes delays none of those that were set before", async () => {
  const clock = testClock();
  const deadlines = new Deadlines(clock);
  const passed: number[] = [];
  const note = (): void => void passed.push(clock.monotonic());
  deadlines.set(7, () => {
    note();
    deadlines.set(7, note);
  });
  await clock.advance(3);
  deadlines.set(7, note);
  await clock.advance(20);
  expect(passed).toEqual([7, 10, 14]);
});

it("canonical JSON is the same for equal values, whatever the order of their keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it("errors are known by their brand, across copies of the package", () => {
  const error = new MabeamError("CLOSED", "closed");
  expect(isMabeamError(error, "CLOSED")).toBe(true);
  expect(isMabeamError(error, "ABORTED")).toBe(false);
  expect(
    isMabeamError(Object.assign(new Error("x"), { [Symbol.for("mabeam.error")]: true, code: "CLOSED" }), "CLOSED"),
  ).toBe(true);
  for (const other of [new Error("x"), null, "CLOSED", { code: "CLOSED" }]) expect(isMabeamError(other)).toBe(false);
});

it("a channel says so when its reader fell too far behind", async () => {
  const channel = new Channel<number>(() => {}, 2);
  for (const item of [1, 2, 3]) channel.push(item);
  expect([await channel.next(), await channel.next()]).toMatchObject([{ value: 1 }, { value: 2 }]);
  await expect(channel.next()).rejects.toMatchObject({ code: "RESOURCES_EXHAUSTED" });
  expect(await channel.next()).toEqual({ value: undefined, done: true });
});
