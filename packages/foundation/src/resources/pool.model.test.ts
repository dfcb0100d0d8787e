/** The pool against the plainest form of its rules, under any course of events. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { testClock, type TestClock } from "../testing/test-clock.ts";
import type { Lease } from "./lease.ts";
import { Pool } from "./pool.ts";
import { ReferencePool, type ReferenceRequest } from "./reference-pool.test-support.ts";
import type { ResourceEvents } from "./resource-pool.ts";

const agents = ["a", "b", "__proto__"];
const plain = ["cpu", "memory"];
const patience = 2;
const perMs = 8;

/** What became of a request, as the one who made it saw it. */
interface Seen {
  outcome: string;
  lease?: Lease;
  abort: AbortController;
}

interface Real {
  pool: Pool;
  clock: TestClock;
  /** By the request's id in the model. */
  seen: Seen[];
  /** The leases between their first and their last event. */
  announced: Set<string>;
}

type Command = fc.AsyncCommand<ReferencePool, Real>;

function start(): { model: ReferencePool; real: Real } {
  const clock = testClock();
  const announced = new Set<string>();
  const emit = (event: keyof ResourceEvents, payload: object): void => {
    if (event === "resource:exhausted") return;
    const { lease } = payload as { lease: string };
    // Granted once, and ended once after that.
    expect(announced.has(lease)).toBe(event !== "resource:granted");
    if (event === "resource:granted") announced.add(lease);
    else announced.delete(lease);
  };
  const pool = new Pool({ clock, emit }, patience);
  pool.define({ cpu: 2, memory: 1.5, tokens: { tokens: 2, perMs, burst: 3 } });
  const model = new ReferencePool(
    {
      cpu: { kind: "plain", capacity: 20 },
      memory: { kind: "plain", capacity: 15 },
      tokens: { kind: "rate", capacity: 30, tokens: 2, perMs, level: 30 * perMs },
    },
    patience,
  );
  return { model, real: { pool, clock, seen: [], announced } };
}

async function compare(model: ReferencePool, { pool, clock, seen, announced }: Real, all: ReferenceRequest[]) {
  await clock.settle();
  expect(seen.map(({ outcome }) => outcome)).toEqual(all.map(({ outcome }) => outcome));
  const active = model.leases.map(({ id }) => seen[id]!.lease!.id).toSorted();
  expect(
    pool
      .leases()
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(active);
  expect([...announced].toSorted()).toEqual(active);
  const utilization = pool.utilization();
  for (const [name, dimension] of Object.entries(model.dimensions)) {
    const used = dimension.kind === "plain" ? model.used(name) : dimension.capacity - dimension.level / perMs;
    expect(utilization[name]).toEqual({
      capacity: dimension.capacity / 10,
      used: used / 10,
      available: Math.max(0, dimension.capacity - used) / 10,
      utilization: used === 0 ? 0 : Math.min(1, used / 10 / (dimension.capacity / 10)),
      waiting: model.waiting.filter(({ amounts }) => name in amounts).length,
    });
  }
}

/** A command whose effect on pool and model is compared. */
function command(
  name: string,
  all: (model: ReferencePool) => ReferenceRequest[],
  run: (model: ReferencePool, real: Real) => unknown,
): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await compare(model, real, all(model));
    },
    toString: () => name,
  };
}

function commands(): fc.Arbitrary<Iterable<Command>> {
  const history = new WeakMap<ReferencePool, ReferenceRequest[]>();
  const all = (model: ReferencePool): ReferenceRequest[] => {
    if (!history.has(model)) history.set(model, []);
    return history.get(model)!;
  };
  const pick = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)];
  const agent = fc.constantFrom(...agents);
  const index = fc.nat(1000);

  // Often one dimension alone, and rarely more than there is: lines become long and cross each other.
  const units = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.integer({ min: 13, max: 30 }));
  const amounts = fc.oneof(
    fc.record({ cpu: units }),
    fc.record({ cpu: units, memory: units }),
    fc.dictionary(fc.constantFrom("cpu", "memory", "tokens"), units, { minKeys: 1 }),
  );
  const request = fc
    .record({
      agent,
      amounts,
      priority: fc.constantFrom(0, 0, 1, 5, -2.5),
      wait: fc.constantFrom(true, true, true, false),
      leaseMs: fc.option(fc.constantFrom(3, 7), { nil: undefined }),
    })
    .map((asked) =>
      command(`request ${fc.stringify(asked)}`, all, (model, { pool, seen }) => {
        const { priority, wait, leaseMs } = asked;
        const amounts = Object.fromEntries(Object.entries(asked.amounts).map(([name, units]) => [name, units / 10]));
        const one: Seen = { outcome: "waiting", abort: new AbortController() };
        seen.push(one);
        const options = { priority, wait, signal: one.abort.signal, ...(leaseMs === undefined ? {} : { leaseMs }) };
        pool.request(asked.agent, amounts, options).then(
          (lease) => Object.assign(one, { outcome: "granted", lease }),
          (error: { code: string }) => Object.assign(one, { outcome: error.code }),
        );
        all(model).push(model.request(asked.agent, asked.amounts, asked));
      }),
    );
  const release = index.map((at) =>
    command(`release ${at}`, all, (model, { seen }) => {
      const granted = all(model).filter(({ outcome }) => outcome === "granted");
      const one = pick(granted, at);
      if (one !== undefined) expect(seen[one.id]!.lease!.release()).toBe(model.release(one));
    }),
  );
  const abort = index.map((at) =>
    command(`abort ${at}`, all, (model, { seen }) => {
      const one = pick(all(model), at);
      if (one === undefined) return;
      seen[one.id]!.abort.abort();
      if (one.outcome === "waiting") model.drop(one, "ABORTED");
    }),
  );
  const stop = agent.map((id) =>
    command(`stop ${id}`, all, (model, { pool }) => {
      const held = model.leases.filter((lease) => lease.agent === id).length;
      expect(pool.releaseAll(id)).toBe(held);
      model.stop(id);
    }),
  );
  const define = fc.tuple(fc.constantFrom(...plain, "tokens"), fc.integer({ min: 1, max: 30 })).map(([name, units]) =>
    command(`define ${name} ${units}`, all, (model, { pool }) => {
      pool.define({ [name]: plain.includes(name) ? units / 10 : { tokens: 2, perMs, burst: units / 10 } });
      model.define(name, units);
    }),
  );
  const advance = fc.integer({ min: 1, max: 12 }).map((ms) =>
    command(`advance ${ms}`, all, async (model, { clock }) => {
      await clock.advance(ms);
      for (let tick = 0; tick < ms; tick++) model.tick();
    }),
  );
  const often = [request, request, request, request, release, release, release, advance];
  return fc.commands([...often, ...often, abort, stop, define], { size: "max", maxCommands: 120 });
}

it("does what its rules say, whoever comes, goes, gives up, stops or redefines, and when", async () => {
  await fc.assert(
    fc.asyncProperty(commands(), (cmds) => fc.asyncModelRun(start, cmds)),
    { numRuns: 50 },
  );
}, 60_000);
