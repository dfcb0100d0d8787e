import fc from "fast-check";
import { expect, it } from "vitest";
import { Allocation } from "./allocation.ts";
import { exact } from "./exact.ts";
import { ReferencePool, type ReferenceRequest } from "./reference-pool.test-support.ts";
import type { Claim } from "./waiting-line.ts";

const capacity = { a: 5, b: 3, c: 8 };

interface Named extends Claim {
  readonly name: number;
}

function claim(name: number, amounts: Record<string, number>, priority = 0): Named {
  const exactly = Object.entries(amounts).map(([dimension, amount]) => [dimension, exact(amount)] as const);
  return { name, arrival: name, priority, amounts: new Map(exactly) };
}

function allocation(patience: number): Allocation<Named> {
  const made = new Allocation<Named>(patience);
  made.define(new Map(Object.entries(capacity)), 0);
  return made;
}

it("on any course of requests, withdrawals and releases lets in whom its plainest form lets in", () => {
  const amounts = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 3 }), {
    minKeys: 1,
    maxKeys: 2,
  });
  const enter = fc.record({ amounts, priority: fc.constantFrom(0, 0, 1, 2) });
  const step = fc.oneof(enter, fc.record({ release: fc.nat(99) }), fc.record({ withdraw: fc.nat(999) }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { size: "max", maxLength: 150 }), (patience, steps) => {
      const real = allocation(patience);
      const plain = Object.entries(capacity).map(([name, units]) => [
        name,
        { kind: "plain" as const, capacity: units },
      ]);
      const model = new ReferencePool(Object.fromEntries(plain), patience);
      const claims: Named[] = [];
      const granted = new Set<Named>();
      const requests: ReferenceRequest[] = [];
      for (const change of steps) {
        if ("amounts" in change) {
          const entering = claim(claims.length, change.amounts, change.priority);
          claims.push(entering);
          real.enter(entering);
          requests.push(model.request("x", change.amounts, { ...change, leaseMs: undefined, wait: true }));
        } else if ("release" in change && model.leases.length > 0) {
          const ended = model.leases[change.release % model.leases.length]!;
          model.release(ended);
          real.giveBack(claims[ended.id]!.amounts);
          granted.delete(claims[ended.id]!);
        } else if ("withdraw" in change && model.waiting.length > 0) {
          const gone = model.waiting[change.withdraw % model.waiting.length]!;
          model.drop(gone, "ABORTED");
          real.withdraw(claims[gone.id]!);
        }
        for (const each of real.serve(0).granted) granted.add(each);
        const names = [...granted].map(({ name }) => name).toSorted((x, y) => x - y);
        expect(names).toEqual(model.leases.map(({ id }) => id).toSorted((x, y) => x - y));
      }
    }),
    { numRuns: 300 },
  );
});

it("however much of higher priority comes, the oldest is passed over `patience` times at most", () => {
  const stream = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 60, maxLength: 120 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), stream, (patience, sizes) => {
      const real = allocation(patience);
      const holders = [claim(0, { a: 5 })];
      for (const holder of holders) real.enter(holder);
      real.serve(0);
      const patient = claim(1, { a: 5 });
      real.enter(patient);
      let passed = 0;
      for (const [index, size] of sizes.entries()) {
        // One comes, and one leaves: there is always somebody of higher priority, and never room for the patient one.
        real.enter(claim(index + 2, { a: size }, 1 + index));
        const leaving = holders.shift();
        if (leaving !== undefined) real.giveBack(leaving.amounts);
        const { granted } = real.serve(0);
        if (granted.includes(patient)) {
          expect(passed).toBe(patience);
          return;
        }
        passed += granted.length;
        holders.push(...granted);
      }
      expect.unreachable("it starved");
    }),
  );
});

it("who has waited too long still passes nobody older of its own priority", () => {
  const real = allocation(1);
  const holders = [claim(0, { a: 5 }), claim(1, { b: 3 })];
  for (const holder of holders) real.enter(holder);
  expect(real.serve(0).granted).toEqual(holders);
  const older = claim(2, { b: 2, c: 1 });
  const younger = claim(3, { a: 3, b: 1 });
  const passing = claim(4, { a: 1 }, 1);
  for (const waiting of [older, younger, passing]) real.enter(waiting);
  real.giveBack(holders[0]!.amounts);
  expect(real.serve(0).granted).toEqual([passing]);
  // Passed over once, on a; but the older one waits on b.
  real.giveBack(new Map([["b", exact(1)]]));
  expect(real.serve(0).granted).toEqual([]);
  const next = claim(5, { a: 1 }, 1);
  real.enter(next);
  expect(real.serve(0).granted).toEqual([next]);
  real.giveBack(new Map([["b", exact(2)]]));
  expect(real.serve(0).granted).toEqual([older, younger]);
});

it.each([
  { a: 1, b: 2 },
  { b: 2, a: 1 },
])("grants in order also those who share nothing, since that decides who is passed over, and by whom", (amounts) => {
  const real = allocation(1);
  const holder = claim(0, { b: 2 });
  real.enter(holder);
  real.serve(0);
  const first = claim(1, amounts, 2);
  const oldest = claim(2, { b: 1, a: 1 });
  const onA = claim(3, { a: 1 }, 2);
  const onB = claim(4, { b: 1 }, 2);
  for (const waiting of [first, oldest, onA, onB]) real.enter(waiting);
  real.giveBack(holder.amounts);
  // `onA` passes over the oldest, which is then due before `onB`, and takes the last of b.
  expect(real.serve(0).granted).toEqual([first, onA, oldest]);
});
