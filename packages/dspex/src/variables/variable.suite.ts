/** The laws of `variable.ts`, which every kind of variable must keep. Call it with examples that cover its options. */
import { canonicalJson, seededRandom } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listedValues, type Variable } from "./variable.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

export function variableSuite(kind: string, examples: readonly Variable[]): void {
  describe.each(examples.map((variable) => ({ variable, name: variable.name })))(`${kind} "$name"`, ({ variable }) => {
    test("the default, every draw and every neighbour are values; neighbours differ", () => {
      expect(variable.check(variable.default)).toBeUndefined();
      fc.assert(
        fc.property(seeds, (seed) => {
          const random = seededRandom(seed);
          const value = variable.sample(random);
          expect(variable.check(value)).toBeUndefined();
          for (const next of variable.neighbours(value, random)) {
            expect(variable.check(next)).toBeUndefined();
            expect(variable.canonical(next)).not.toEqual(variable.canonical(value));
          }
        }),
        { numRuns: 50 },
      );
    });

    test("a variable with a second value has neighbours", () => {
      const count = variable.neighbours(variable.default, seededRandom(1)).length;
      expect(count > 0).toBe(variable.size() > 1);
    });

    test("decoding what was encoded gives the canonical value back", () => {
      fc.assert(
        fc.property(seeds, (seed) => {
          const value = variable.sample(seededRandom(seed));
          const back = variable.decode(variable.encode(value));
          // A continuum may lose the last bits.
          if (variable.size() < Infinity) expect(back).toEqual(variable.canonical(value));
          for (const [index, place] of variable.encode(back).entries()) {
            expect(place).toBeCloseTo(variable.encode(value)[index] as number, 9);
          }
        }),
        { numRuns: 50 },
      );
    });

    test("coordinates stay in their ranges, and any numbers decode to a value", () => {
      const anyNumbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -3, max: 12 }), {
        minLength: variable.coordinates.length,
        maxLength: variable.coordinates.length,
      });
      fc.assert(
        fc.property(seeds, anyNumbers, (seed, numbers) => {
          expect(variable.check(variable.decode(numbers))).toBeUndefined();
          const encoded = variable.encode(variable.sample(seededRandom(seed)));
          expect(encoded).toHaveLength(variable.coordinates.length);
          for (const [index, coordinate] of variable.coordinates.entries()) {
            const place = encoded[index] as number;
            expect(place).toBeGreaterThanOrEqual(0);
            expect(place).toBeLessThanOrEqual(coordinate.kind === "numeric" ? 1 : coordinate.levels - 1);
            if (coordinate.kind === "categorical") expect(Number.isInteger(place)).toBe(true);
          }
        }),
        { numRuns: 50 },
      );
    });

    test("the same chance gives the same draws and neighbours", () => {
      const run = (): unknown => {
        const random = seededRandom(7);
        const value = variable.sample(random);
        return [value, variable.neighbours(value, random)];
      };
      expect(run()).toEqual(run());
    });

    test("listed values are all different, valid, and as many as size says", () => {
      const values = variable.values();
      if (variable.size() > listedValues) return expect(values).toBeUndefined();
      expect(values).toHaveLength(variable.size());
      expect(new Set(values?.map(canonicalJson)).size).toBe(variable.size());
      for (const value of values ?? []) expect(variable.check(value)).toBeUndefined();
    });

    test("values of other types are refused in words", () => {
      for (const stranger of [null, undefined, Number.NaN, {}, "\u0000", ["\u0000"], Infinity, "__proto__"]) {
        expect(variable.check(stranger)).toEqual(expect.any(String));
      }
    });

    test("renaming changes the name and nothing else", () => {
      const renamed = variable.renamed((name) => `part.${name}`);
      expect(renamed.toJSON()).toEqual({ ...variable.toJSON(), name: `part.${variable.name}` });
      expect(renamed.sample(seededRandom(3))).toEqual(variable.sample(seededRandom(3)));
    });
  });
}
