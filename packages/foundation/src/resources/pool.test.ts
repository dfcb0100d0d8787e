import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testClock } from "../testing/test-clock.ts";
import type { Lease } from "./lease.ts";
import { Pool, type ResourceHost } from "./pool.ts";
import type { Capacity, ResourceEvents, ResourceRequestOptions } from "./resource-pool.ts";

type Told = { [Name in keyof ResourceEvents]: [Name, ResourceEvents[Name]] }[keyof ResourceEvents];

function pooled(capacity: Record<string, Capacity>) {
  const clock = testClock();
  const told: Told[] = [];
  const running = new Set<object>();
  let onTold: ((event: string) => void) | undefined;
  const host: ResourceHost = {
    clock: {
      ...clock,
      after: (delayMs, callback) => {
        const timer = clock.after(delayMs, () => {
          running.delete(timer);
          callback();
        });
        running.add(timer);
        const cancel = (): void => {
          running.delete(timer);
          timer.cancel();
        };
        return { ...timer, cancel };
      },
    },
    emit: (event, payload) => {
      told.push([event, payload] as Told);
      onTold?.(event);
    },
  };
  const pool = new Pool(host);
  pool.define(capacity);
  return { pool, clock, told, timers: () => running.size, onEvent: (hear: typeof onTold) => (onTold = hear) };
}

/** What becomes of requests, in the order in which it becomes known. */
function watched(pool: Pool) {
  const outcomes: string[] = [];
  const leases = new Map<string, Lease>();
  const request = (name: string, amounts: Record<string, number>, options: ResourceRequestOptions = {}): void =>
    void pool.request(name, amounts, { wait: true, ...options }).then(
      (lease) => {
        outcomes.push(name);
        leases.set(name, lease);
      },
      (error: { code: string }) => outcomes.push(`${name}: ${error.code}`),
    );
  return { request, outcomes, leases };
}

const code = (expected: string, details: object = {}) => ({
  code: expected,
  details: expect.objectContaining(details),
});

describe("a lease", () => {
  it("holds what was asked for until it is released, once", async () => {
    const { pool, clock, told } = pooled({ cpu: 2, memory: 100 });
    const lease = await pool.request("a", { cpu: 1.5, memory: 0 });
    expect(lease).toMatchObject({ agent: "a", amounts: { cpu: 1.5 }, grantedAt: clock.now(), status: "active" });
    expect(lease.isActive).toBe(true);
    expect("expiresAt" in lease).toBe(false);
    expect(pool.utilization()).toEqual({
      cpu: { capacity: 2, used: 1.5, available: 0.5, utilization: 0.75, waiting: 0 },
      memory: { capacity: 100, used: 0, available: 100, utilization: 0, waiting: 0 },
    });
    expect(pool.leases("a")).toEqual([lease]);
    expect(lease.release()).toBe(true);
    expect(lease.release()).toBe(false);
    expect([lease.isActive, lease.status]).toEqual([false, "released"]);
    expect(pool.leases()).toEqual([]);
    expect(pool.utilization()["cpu"]).toMatchObject({ used: 0, available: 2 });
    const facts = { at: clock.now(), agent: "a", lease: lease.id, amounts: { cpu: 1.5 } };
    expect(told).toEqual([
      ["resource:granted", { ...facts, priority: 0, waitedMs: 0 }],
      ["resource:released", { ...facts, reason: "released" }],
    ]);
  });

  it("ends with its block", async () => {
    const { pool } = pooled({ cpu: 2 });
    {
      using first = await pool.request("a", { cpu: 1 });
      await using second = await pool.request("b", { cpu: 1 });
      expect([first.isActive, second.isActive]).toEqual([true, true]);
    }
    expect(pool.leases()).toEqual([]);
  });

  it("expires leaseMs after it was granted, not after it was asked for, and lets in who waits", async () => {
    const { pool, clock, told, timers } = pooled({ cpu: 1 });
    const { request, outcomes, leases } = watched(pool);
    request("first", { cpu: 1 }, { leaseMs: 100 });
    request("second", { cpu: 1 }, { leaseMs: 50 });
    await clock.advance(99);
    expect(outcomes).toEqual(["first"]);
    await clock.advance(1);
    expect(outcomes).toEqual(["first", "second"]);
    expect(leases.get("first")).toMatchObject({ status: "expired" });
    expect(leases.get("first")!.release()).toBe(false);
    expect(leases.get("second")).toMatchObject({ grantedAt: clock.now(), expiresAt: clock.now() + 50 });
    await clock.advance(50);
    expect(told.map(([event]) => event)).toEqual([
      "resource:granted",
      "resource:expired",
      "resource:granted",
      "resource:expired",
    ]);
    expect(timers()).toBe(0);
  });

  it("leaves no timer when it ends before it expires", async () => {
    const { pool, timers } = pooled({ cpu: 1 });
    const lease = await pool.request("a", { cpu: 1 }, { leaseMs: 100 });
    expect(timers()).toBe(1);
    lease.release();
    expect(timers()).toBe(0);
  });
});

describe("amounts", () => {
  it("are exact: three times 0.1 fills 0.3, and 0.1 + 0.2 leaves nothing behind", async () => {
    const { pool } = pooled({ cpu: 0.3 });
    const leases = [];
    for (const agent of ["a", "b", "c"]) leases.push(await pool.request(agent, { cpu: 0.1 }));
    expect(pool.utilization()["cpu"]).toMatchObject({ used: 0.3, available: 0, utilization: 1 });
    await expect(pool.request("d", { cpu: 5e-324 })).rejects.toMatchObject(code("RESOURCES_EXHAUSTED"));
    for (const lease of leases) lease.release();
    expect(pool.utilization()["cpu"]).toMatchObject({ used: 0, available: 0.3 });
  });

  it("of any size come and go, in any order, without drift", async () => {
    const amounts = fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(amounts, fc.nat(1e6), async (sizes, seed) => {
        const { pool } = pooled({ any: 1e12 });
        const leases = await Promise.all(sizes.map((size) => pool.request("a", { any: size })));
        while (leases.length > 0) leases.splice(seed % leases.length, 1)[0]!.release();
        expect(pool.utilization()["any"]).toMatchObject({ used: 0, available: 1e12 });
      }),
    );
  });

  it("may be of dimensions with any name", async () => {
    const { pool } = pooled(
      Object.fromEntries([
        ["__proto__", 1],
        ["toString", 1],
      ]),
    );
    const lease = await pool.request("__proto__", Object.fromEntries([["__proto__", 1]]));
    expect(Object.entries(lease.amounts)).toEqual([["__proto__", 1]]);
    expect(Object.entries(pool.utilization()).map(([name, { used }]) => [name, used])).toEqual([
      ["__proto__", 1],
      ["toString", 0],
    ]);
    await expect(pool.request("a", { valueOf: 1 } as never)).rejects.toMatchObject(code("INVALID_INPUT"));
    expect(pool.releaseAll("__proto__")).toBe(1);
  });
});

describe("a request", () => {
  it.each<[string, unknown, unknown, unknown?]>([
    ["an empty id", "", { cpu: 1 }],
    ["an id that is too long", "x".repeat(257), { cpu: 1 }],
    ["an unknown dimension", "a", { gpu: 1 }],
    ["one unknown dimension among known ones", "a", { cpu: 1, gpu: 0 }],
    ["NaN", "a", { cpu: Number.NaN }],
    ["a negative amount", "a", { cpu: -1 }],
    ["an infinite amount", "a", { cpu: Infinity }],
    ["a text", "a", { cpu: "1" }],
    ["nothing but zeros", "a", { cpu: 0, memory: -0 }],
    ["no amounts", "a", {}],
    ["no record", "a", null],
    ["a list", "a", [1]],
    ["a priority that is no number", "a", { cpu: 1 }, { priority: Number.NaN }],
    ["a lease of no time", "a", { cpu: 1 }, { leaseMs: 0 }],
    ["a wait in milliseconds", "a", { cpu: 1 }, { wait: 100 }],
    ["a signal that is none", "a", { cpu: 1 }, { signal: {} }],
    ["an option by a wrong name", "a", { cpu: 1 }, { timeoutMs: 1 }],
    ["no options", "a", { cpu: 1 }, null],
  ])("with %s is refused, and takes nothing", async (_name, agent, amounts, options) => {
    const { pool, told } = pooled({ cpu: 2, memory: 1 });
    await expect(pool.request(agent as never, amounts as never, options as never)).rejects.toMatchObject(
      code("INVALID_INPUT"),
    );
    expect(pool.utilization()["cpu"]).toMatchObject({ used: 0, waiting: 0 });
    expect(told).toEqual([]);
  });

  it("above the capacity is refused at once, also when it would wait", async () => {
    const { pool, told, clock } = pooled({ cpu: 2, calls: { tokens: 5, perMs: 1000, burst: 10 } });
    const details = { agent: "a", dimension: "cpu", wanted: 2.5, available: 2, capacity: 2, waiting: 0 };
    await expect(pool.request("a", { calls: 1, cpu: 2.5 }, { wait: true })).rejects.toMatchObject(
      code("RESOURCES_EXHAUSTED", details),
    );
    await expect(pool.request("a", { calls: 11 }, { wait: true })).rejects.toMatchObject(
      code("RESOURCES_EXHAUSTED", { dimension: "calls", wanted: 11, capacity: 10 }),
    );
    expect(told[0]).toEqual([
      "resource:exhausted",
      { at: clock.now(), agent: "a", amounts: { calls: 1, cpu: 2.5 }, dimension: "cpu", wanted: 2.5, available: 2 },
    ]);
  });

  it("without wait is refused when there is no room, and also when somebody waits before it", async () => {
    const { pool } = pooled({ cpu: 3 });
    await pool.request("a", { cpu: 2 });
    await expect(pool.request("b", { cpu: 2 })).rejects.toMatchObject(
      code("RESOURCES_EXHAUSTED", { dimension: "cpu", wanted: 2, available: 1, waiting: 0 }),
    );
    const { request, outcomes } = watched(pool);
    request("c", { cpu: 2 });
    await expect(pool.request("d", { cpu: 1 })).rejects.toMatchObject(
      code("RESOURCES_EXHAUSTED", { dimension: "cpu", wanted: 1, available: 1, waiting: 1 }),
    );
    await pool.request("e", { cpu: 1 }, { priority: 1 });
    expect(outcomes).toEqual([]);
  });

  it("that its caller gives up is ABORTED with the reason, and whoever it held up goes on", async () => {
    const { pool, clock } = pooled({ cpu: 3 });
    const { request, outcomes } = watched(pool);
    request("a", { cpu: 2 });
    const stop = new AbortController();
    const waiting = pool.request("b", { cpu: 2 }, { wait: true, signal: stop.signal });
    request("c", { cpu: 1 });
    await clock.settle();
    expect(outcomes).toEqual(["a"]);
    const reason = { why: "tired" };
    stop.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED", cause: reason });
    await clock.settle();
    expect(outcomes).toEqual(["a", "c"]);
    await expect(pool.request("d", { cpu: 1 }, { signal: stop.signal })).rejects.toMatchObject({ code: "ABORTED" });
  });

  it("that was granted stays so when its signal fires later", async () => {
    const { pool } = pooled({ cpu: 1 });
    const stop = new AbortController();
    const lease = await pool.request("a", { cpu: 1 }, { wait: true, signal: stop.signal });
    stop.abort();
    expect(lease.isActive).toBe(true);
  });
});

describe("who waits", () => {
  it("is served by priority, then age", async () => {
    const priorities = fc.array(fc.constantFrom(-1, 0, 0.5, 7), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(priorities, async (all) => {
        const { pool, clock } = pooled({ cpu: 1 });
        const { request, outcomes, leases } = watched(pool);
        request("holder", { cpu: 1 });
        for (const [index, priority] of all.entries()) request(`${index}`, { cpu: 1 }, { priority });
        await clock.settle();
        for (let served = 0; served < outcomes.length; served++) {
          leases.get(outcomes[served]!)!.release();
          await clock.settle();
        }
        const inOrder = [...all.entries()].toSorted(([a, p], [b, q]) => q - p || a - b);
        expect(outcomes).toEqual(["holder", ...inOrder.map(([index]) => `${index}`)]);
      }),
      { numRuns: 20 },
    );
  });

  it("is not passed by what would fit on a dimension that it needs, but by what needs others", async () => {
    const { pool, clock } = pooled({ cpu: 4, memory: 4, disk: 4 });
    const { request, outcomes } = watched(pool);
    request("holder", { cpu: 3 });
    request("large", { cpu: 4, memory: 1 });
    request("small", { cpu: 1 });
    request("other", { memory: 1 });
    request("apart", { disk: 1 });
    await clock.settle();
    expect(outcomes).toEqual(["holder", "apart"]);
    pool.releaseAll("holder");
    await clock.settle();
    expect(outcomes).toEqual(["holder", "apart", "large", "other"]);
  });

  it("is served after 50 of higher priority, as promised, though they never stop coming", async () => {
    const { pool, clock } = pooled({ cpu: 2 });
    const { request, outcomes, leases } = watched(pool);
    request("high 0", { cpu: 1 });
    request("low", { cpu: 2 });
    for (let index = 1; !outcomes.includes("low") && index < 1000; index++) {
      request(`high ${index}`, { cpu: 1 }, { priority: 9 });
      await clock.settle();
      leases.get(`high ${index - 1}`)?.release();
      await clock.settle();
    }
    expect(outcomes.indexOf("low")).toBe(51);
  });

  it("leaves with its agent, and what the agent held serves the others", async () => {
    const { pool, clock, told } = pooled({ cpu: 2 });
    const { request, outcomes, leases } = watched(pool);
    for (const amount of [1, 1, 2]) request("stopping", { cpu: amount });
    request("other", { cpu: 2 });
    await clock.settle();
    expect(pool.releaseAll("stopping")).toBe(2);
    await clock.settle();
    expect(outcomes).toEqual(["stopping", "stopping", "stopping: AGENT_NOT_RUNNING", "other"]);
    expect(leases.get("stopping")).toMatchObject({ status: "agent_stopped" });
    expect(told.filter(([event]) => event === "resource:released").map(([, facts]) => facts)).toMatchObject([
      { agent: "stopping", reason: "agent_stopped" },
      { agent: "stopping", reason: "agent_stopped" },
    ]);
    expect(pool.releaseAll("stopping")).toBe(0);
    request("stopping", { cpu: 1 });
    await clock.settle();
    expect(pool.utilization()["cpu"]).toMatchObject({ used: 2, waiting: 1 });
  });
});

describe("tokens", () => {
  it("are spent, not lent; who waits for them is let in when they are there, by one timer", async () => {
    const { pool, clock, timers } = pooled({ calls: { tokens: 10, perMs: 1000, burst: 4 } });
    const { request, outcomes, leases } = watched(pool);
    request("a", { calls: 4 });
    request("b", { calls: 2 });
    request("c", { calls: 1 });
    await clock.settle();
    leases.get("a")!.release();
    expect(timers()).toBe(1);
    await clock.advance(199);
    expect(outcomes).toEqual(["a"]);
    await clock.advance(1);
    expect(outcomes).toEqual(["a", "b"]);
    await clock.advance(100);
    expect(outcomes).toEqual(["a", "b", "c"]);
    expect(timers()).toBe(0);
    expect(pool.utilization()["calls"]).toMatchObject({ capacity: 4, used: 4, available: 0, utilization: 1 });
    await clock.advance(100);
    expect(pool.utilization()["calls"]).toMatchObject({ used: 3, available: 1, utilization: 0.75 });
    expect(pool.leases()).toHaveLength(2);
  });

  it("are waited for anew when whoever waited first gives up", async () => {
    const { pool, clock, timers } = pooled({ calls: { tokens: 1, perMs: 10, burst: 5 } });
    const { request, outcomes } = watched(pool);
    const stop = new AbortController();
    request("a", { calls: 5 });
    request("b", { calls: 5 }, { signal: stop.signal });
    request("c", { calls: 1 });
    stop.abort();
    expect(timers()).toBe(1);
    await clock.advance(10);
    expect(outcomes).toEqual(["a", "b: ABORTED", "c"]);
  });

  it("that came back before a request belong to those who waited, even before the timer rings", async () => {
    const { pool, clock } = pooled({ calls: { tokens: 1, perMs: 1, burst: 2 } });
    const { request, outcomes } = watched(pool);
    request("a", { calls: 2 });
    request("b", { calls: 1.25 });
    // The timer rings at 2, on a whole millisecond.
    await clock.advance(1.5);
    request("c", { calls: 1.5 }, { priority: 9 });
    await clock.settle();
    expect(outcomes).toEqual(["a", "b"]);
    await clock.advance(1);
    expect(outcomes).toEqual(["a", "b"]);
    await clock.advance(1);
    expect(outcomes).toEqual(["a", "b", "c"]);
  });
});

describe("a definition", () => {
  it("that grows serves who waits; that shrinks takes nothing away, and refuses who can never be served", async () => {
    const { pool, clock, told } = pooled({ cpu: 4, memory: 1 });
    const { request, outcomes } = watched(pool);
    request("a", { cpu: 3 });
    request("b", { cpu: 4 });
    request("c", { cpu: 2, memory: 1 });
    pool.define({ cpu: 2 });
    await clock.settle();
    expect(outcomes).toEqual(["a", "b: RESOURCES_EXHAUSTED"]);
    expect(told.at(-1)).toMatchObject([
      "resource:exhausted",
      { agent: "b", dimension: "cpu", wanted: 4, available: 0 },
    ]);
    expect(pool.utilization()).toEqual({
      cpu: { capacity: 2, used: 3, available: 0, utilization: 1, waiting: 1 },
      memory: { capacity: 1, used: 0, available: 1, utilization: 0, waiting: 1 },
    });
    pool.define({ cpu: 5 });
    await clock.settle();
    expect(outcomes).toEqual(["a", "b: RESOURCES_EXHAUSTED", "c"]);
  });

  it("with capacity 0 closes a dimension", async () => {
    const { pool } = pooled({ cpu: 0 });
    await expect(pool.request("a", { cpu: 1 }, { wait: true })).rejects.toMatchObject(code("RESOURCES_EXHAUSTED"));
    expect(pool.utilization()["cpu"]).toMatchObject({ utilization: 0 });
  });

  it.each<[string, unknown]>([
    ["nothing", {}],
    ["no record", 3],
    ["an empty name", { "": 1 }],
    ["a negative capacity", { cpu: -1 }],
    ["NaN", { cpu: Number.NaN }],
    ["null", { cpu: null }],
    ["a rate without a period", { cpu: { tokens: 1 } }],
    ["a rate of nothing", { calls: { tokens: 0, perMs: 1 } }],
    ["a period of nothing", { calls: { tokens: 1, perMs: 0 } }],
    ["an empty burst", { calls: { tokens: 1, perMs: 1, burst: 0 } }],
    ["a rate by other names", { calls: { tokens: 1, perMs: 1, max: 3 } }],
    ["a plain dimension as a rate", { cpu: { tokens: 1, perMs: 1 } }],
    ["a rate as a plain dimension", { calls: 3 }],
  ])("of %s is refused, and changes nothing", async (_name, capacity) => {
    const { pool } = pooled({ cpu: 2, calls: { tokens: 1, perMs: 1 } });
    const before = pool.utilization();
    const several = typeof capacity === "object" ? { disk: 1, ...capacity } : capacity;
    const given = Object.keys(Object(capacity)).length === 0 ? capacity : several;
    expect(() => pool.define(given as never)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(pool.utilization()).toEqual(before);
  });
});

it("when it closes, ends leases, refuses who waits and who comes, and leaves no timer", async () => {
  const { pool, clock, told, timers } = pooled({ cpu: 1, calls: { tokens: 1, perMs: 10 } });
  const { request, outcomes, leases } = watched(pool);
  request("a", { cpu: 1, calls: 1 }, { leaseMs: 1000 });
  request("b", { calls: 1 });
  await clock.settle();
  pool.close();
  pool.close();
  await clock.settle();
  expect(outcomes).toEqual(["a", "b: CLOSED"]);
  expect(leases.get("a")).toMatchObject({ status: "closed" });
  expect(told.at(-1)).toMatchObject(["resource:released", { agent: "a", reason: "closed" }]);
  expect(timers()).toBe(0);
  await expect(pool.request("c", { cpu: 1 })).rejects.toMatchObject({ code: "CLOSED" });
  expect(() => pool.define({ cpu: 2 })).toThrow(expect.objectContaining({ code: "CLOSED" }));
  expect([pool.leases(), pool.releaseAll("a")]).toEqual([[], 0]);
});

it("a listener may call back: everybody hears of each lease in the order of what happened", async () => {
  const { pool, clock, told, onEvent } = pooled({ cpu: 1 });
  const { request, outcomes, leases } = watched(pool);
  let again = 3;
  onEvent((event) => {
    if (event === "resource:granted") pool.releaseAll("a");
    if (event === "resource:released" && again-- > 0) request("a", { cpu: 1 });
  });
  request("a", { cpu: 1 });
  await clock.settle();
  const lives = told.map(([event, facts]) => [event, "lease" in facts ? facts.lease : undefined]);
  expect(lives).toEqual(
    [1, 2, 3, 4].flatMap((id) => [
      ["resource:granted", `lease-${id}`],
      ["resource:released", `lease-${id}`],
    ]),
  );
  expect(outcomes).toEqual(["a", "a", "a", "a"]);
  expect(leases.get("a")!.isActive).toBe(false);
});
