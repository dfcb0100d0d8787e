/**
 * Seeded randomness. Nothing in MABEAM calls `Math.random`: chance is passed in, so that a seed reproduces a run.
 * The generator is our own on purpose: studies resume from a journal years later, so its stream must never change
 * with the version of a dependency.
 */

/** A seeded source of chance. Call it for a number in [0, 1). */
export interface Random {
  (): number;
  /** A whole number in [0, bound). `bound` ≥ 1. */
  integer(bound: number): number;
  /** One element, uniformly; `undefined` only for an empty list. */
  pick<T>(items: readonly T[]): T;
  /** A new list, uniformly shuffled (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** A standard normal deviate (Box–Muller). */
  normal(): number;
  /** An independent generator for a consumer named by `keys`; does not advance this one. */
  split(...keys: (string | number)[]): Random;
}

/** Numbers and strings that look alike are different keys. */
const marked = (key: string | number): string => `${typeof key === "number" ? "#" : "$"}${key}`;

/** Hashes a list of words to 32 bits (MurmurHash3's finaliser over FNV-1a). */
export function hash32(...keys: (string | number)[]): number {
  let state = 0x811c9dc5;
  for (const key of keys) {
    for (const character of `${marked(key)}\u0000`) {
      state = Math.imul(state ^ (character.codePointAt(0) as number), 0x01000193);
    }
  }
  state ^= state >>> 16;
  state = Math.imul(state, 0x85ebca6b);
  state ^= state >>> 13;
  state = Math.imul(state, 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/**
 * A generator whose whole stream follows from `seed`: sfc32 (Chris Doty-Humphrey, PractRand), period about 2^127,
 * 32 bits a draw.
 */
export function seededRandom(seed: number | string): Random {
  let a = hash32("a", seed);
  let b = hash32("b", seed);
  let c = hash32("c", seed);
  let counter = 1;

  const draw = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // sfc32 needs a few rounds before all its bits depend on the seed.
  for (let round = 0; round < 12; round++) draw();

  const next = (): number => draw() / 0x1_0000_0000;
  const integer = (bound: number): number => Math.floor(next() * bound);
  return Object.assign(next, {
    integer,
    pick: <T>(items: readonly T[]): T => items[integer(items.length)] as T,
    shuffle: <T>(items: readonly T[]): T[] => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
      }
      return copy;
    },
    // 1 − u keeps the logarithm's argument above zero.
    normal: (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    split: (...keys: (string | number)[]): Random => seededRandom([seed, ...keys].map(marked).join("\u0001")),
  });
}
