import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeAppend, parseFrames } from "./frame.ts";

const texts = fc.array(fc.json(), { minLength: 1, maxLength: 3 });
const appends = fc.array(texts, { minLength: 1, maxLength: 4 });

function write(lists: string[][]): { bytes: Buffer; starts: number[] } {
  let position = 1;
  let written = "";
  const starts: number[] = [];
  for (const list of lists) {
    starts.push(Buffer.byteLength(written));
    written += encodeAppend(position, list);
    position += list.length;
  }
  return { bytes: Buffer.from(written), starts };
}

it("every prefix of a segment reads as its complete appends, and is at worst torn", () => {
  fc.assert(
    fc.property(appends, fc.nat(), (lists, seed) => {
      const { bytes, starts } = write(lists);
      const size = seed % (bytes.length + 1);
      const { frames, end, problem } = parseFrames(bytes.subarray(0, size), 1);
      const ends = [...starts.slice(1), bytes.length];
      const complete = ends.filter((at) => at <= size).length;
      expect(frames.map(({ text }) => text)).toEqual(lists.slice(0, complete).flat());
      expect(end).toBe(ends[complete - 1] ?? 0);
      expect(problem?.kind).toBe(end === size ? undefined : "torn");
    }),
  );
});

it("a changed byte is always noticed, and is damage unless it lies in the last append", () => {
  fc.assert(
    fc.property(appends, fc.nat(), fc.integer({ min: 1, max: 255 }), (lists, seed, mask) => {
      const { bytes, starts } = write(lists);
      const offset = seed % bytes.length;
      bytes[offset] = (bytes[offset] as number) ^ mask;
      const { frames, end, problem } = parseFrames(bytes, 1);
      const hit = starts.findLastIndex((start) => start <= offset);
      expect(frames.map(({ text }) => text)).toEqual(lists.slice(0, hit).flat());
      expect(end).toBe(starts[hit]);
      expect(problem?.kind).toBe(hit === lists.length - 1 ? "torn" : "damaged");
    }),
    { numRuns: 500 },
  );
});

it("sound lines at the wrong position do not count", () => {
  expect(parseFrames(Buffer.from(encodeAppend(2, ["1"])), 1).frames).toEqual([]);
});
