import fc from "fast-check";
import { expect, it } from "vitest";
import { PriorityQueue } from "./priority-queue.ts";

interface Item {
  readonly rank: number;
  readonly name: number;
}

const inOrder = (a: Item, b: Item): number => a.rank - b.rank || a.name - b.name;

it("has the same first as a sorted list, whichever items come and go", () => {
  const step = fc.oneof(fc.record({ rank: fc.integer({ min: 0, max: 9 }) }), fc.record({ remove: fc.nat(99) }));
  fc.assert(
    fc.property(fc.array(step, { size: "max", maxLength: 200 }), (steps) => {
      const queue = new PriorityQueue<Item>((a, b) => inOrder(a, b) < 0);
      let list: Item[] = [];
      for (const [name, change] of steps.entries()) {
        if ("rank" in change) {
          const item = { rank: change.rank, name };
          queue.add(item);
          list.push(item);
        } else if (list.length > 0) {
          const item = list[change.remove % list.length]!;
          list = list.filter((each) => each !== item);
          expect(queue.delete(item)).toBe(true);
          expect(queue.delete(item)).toBe(false);
        }
        expect(queue.first).toBe(list.toSorted(inOrder)[0]);
        expect(queue.items().toSorted(inOrder)).toEqual(list.toSorted(inOrder));
      }
    }),
  );
});

it("10,000 items come and go within 40 comparisons each", () => {
  let comparisons = 0;
  const queue = new PriorityQueue<number>((a, b) => {
    comparisons++;
    return a < b;
  });
  // 7,919 has no factor in common with 10,000: each item once, far from sorted.
  for (let index = 0; index < 10_000; index++) queue.add((index * 7919) % 10_000);
  for (let index = 0; index < 10_000; index++) queue.delete((index * 3) % 10_000);
  expect(queue.size).toBe(0);
  expect(comparisons).toBeLessThan(10_000 * 40);
});
