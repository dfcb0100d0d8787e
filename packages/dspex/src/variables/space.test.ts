import { canonicalJson, seededRandom, type Json } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choice } from "./choice.ts";
import { prefixed, unprefixed, type Configuration } from "./configuration.ts";
import { float } from "./float.ts";
import { integer } from "./integer.ts";
import { spaceFromJSON } from "./space-json.ts";
import { space, type Space } from "./space.ts";
import { subset } from "./subset.ts";
import type { Variable } from "./variable.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

/** Random variables, each perhaps under conditions on earlier ones, in shuffled order. */
const variableLists: fc.Arbitrary<Variable[]> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.option(fc.nat(), { nil: undefined }), fc.nat()), {
    maxLength: 7,
  })
  .map((recipes) => {
    const made: Variable[] = [];
    for (const [index, [kind, parent, salt]] of recipes.entries()) {
      let variable: Variable = plain(kind, `v${index}`);
      const deciding = parent === undefined ? undefined : made[parent % (made.length + 1)];
      if (deciding !== undefined) variable = variable.when(deciding, deciding.sample(seededRandom(salt)) as never);
      made.push(variable);
    }
    return seededRandom(recipes.length).shuffle(made);
  });

function plain(kind: number, name: string): Variable {
  const kinds: (() => Variable)[] = [
    () => float(name, { min: 0, max: 1 }),
    () => float(name, { min: 0.1, max: 0.7, step: 0.2 }),
    () => integer(name, { min: 1, max: 100, log: true }),
    () => integer(name, { min: 0, max: 2 }),
    () => choice(name, ["a", 2, false]),
    () => subset(name, ["x", "y", "z"], { min: 1 }),
  ];
  return (kinds[kind] as () => Variable)();
}

const spaces: fc.Arbitrary<Space> = variableLists.map((variables) => space(variables));

describe("the points of any space", () => {
  test("every draw, its neighbours and the default validate", () => {
    fc.assert(
      fc.property(spaces, seeds, (made, seed) => {
        const random = seededRandom(seed);
        const config = made.sample(random);
        expect(made.validate(config)).toEqual({ ok: true });
        expect(made.validate(made.default())).toEqual({ ok: true });
        for (const next of made.neighbours(config, random)) {
          expect(made.validate(next)).toEqual({ ok: true });
          expect(made.key(next)).not.toBe(made.key(config));
        }
      }),
    );
  });

  test("dependency order puts deciders first and has every variable once", () => {
    fc.assert(
      fc.property(spaces, (made) => {
        const order = made.dependencyOrder();
        expect(order.toSorted()).toEqual(made.variables.map((variable) => variable.name).toSorted());
        for (const variable of made.variables) {
          for (const { variable: parent } of variable.conditions) {
            expect(order.indexOf(parent)).toBeLessThan(order.indexOf(variable.name));
          }
        }
      }),
    );
  });

  test("JSON brings back the same space", () => {
    fc.assert(
      fc.property(spaces, seeds, (made, seed) => {
        const back = spaceFromJSON(JSON.parse(JSON.stringify(made)));
        expect(back.toJSON()).toEqual(JSON.parse(JSON.stringify(made)));
        expect(back.sample(seededRandom(seed))).toEqual(made.sample(seededRandom(seed)));
      }),
    );
  });

  test("prefixing renames the points and nothing else", () => {
    fc.assert(
      fc.property(spaces, seeds, (made, seed) => {
        const config = made.prefix("part.").sample(seededRandom(seed));
        expect(unprefixed(config, "part.")).toEqual(made.sample(seededRandom(seed)));
        expect(prefixed(unprefixed(config, "part."), "part.")).toEqual(config);
      }),
    );
  });

  test("completing a part of a configuration keeps it; completing and canonical forms are idempotent", () => {
    fc.assert(
      fc.property(spaces, seeds, fc.nat(), (made, seed, dropped) => {
        const config = made.sample(seededRandom(seed));
        const kept = Object.fromEntries(Object.entries(config).filter((_, index) => (dropped >> index) % 2 === 0));
        const complete = made.complete(kept);
        expect(made.validate(complete)).toEqual({ ok: true });
        for (const name of made.active(complete)) if (name in kept) expect(complete[name]).toEqual(kept[name]);
        expect(made.complete(config)).toEqual(config);
        expect(made.canonical(made.canonical(config))).toEqual(made.canonical(config));
        expect(made.key(JSON.parse(JSON.stringify(config)))).toBe(canonicalJson(made.canonical(config)));
      }),
    );
  });

  test("size counts what enumeration finds", () => {
    const finite = variableLists.map((variables) => variables.filter((each) => each.size() < 8));
    fc.assert(
      fc.property(finite, (variables) => {
        const names = new Set(variables.map((variable) => variable.name));
        fc.pre(variables.every((each) => each.conditions.every((condition) => names.has(condition.variable))));
        const made = space(variables);
        expect(made.size()).toBe(enumerate(made).size);
      }),
    );
  });
});

/** All keys, by trying every combination of values. */
function enumerate(made: Space): Set<string> {
  let configs: Record<string, Json>[] = [{}];
  for (const name of made.dependencyOrder()) {
    const values = made.get(name)?.values() ?? [];
    configs = configs.flatMap((config) =>
      made.active(config).includes(name) ? values.map((value) => ({ ...config, [name]: value })) : [config],
    );
  }
  return new Set(configs.map((config) => made.key(config)));
}

describe("validation", () => {
  const method = choice("method", ["greedy", "sampled"]);
  const made = space([method, float("temperature", { min: 0, max: 1 }).when(method, "sampled")]);

  test("exactly the existing variables are wanted, each problem named", () => {
    expect(made.validate({ method: "greedy" })).toEqual({ ok: true });
    expect(made.validate({ method: "sampled", temperature: 0.5 })).toEqual({ ok: true });
    expect(made.validate({ method: "greedy", temperature: 0.5 })).toMatchObject({
      ok: false,
      problems: [{ variable: "temperature" }],
    });
    expect(made.validate({ method: "sampled" })).toMatchObject({ ok: false, problems: [{ variable: "temperature" }] });
    expect(made.validate({ method: "sampled", temperature: 2, colour: "red" })).toMatchObject({
      problems: [{ variable: "colour" }, { variable: "temperature" }],
    });
    expect(made.validate(JSON.parse('{"method":"greedy","__proto__":1}'))).toMatchObject({
      problems: [{ variable: "__proto__" }],
    });
    for (const stranger of [null, [], "greedy", 3]) expect(made.validate(stranger)).toMatchObject({ ok: false });
  });

  test("names that objects inherit are ordinary names", () => {
    const odd = space([choice("constructor", ["a", "b"]), choice("toString", [1]).when("constructor", "a")]);
    expect(odd.validate({})).toMatchObject({ ok: false, problems: [{ variable: "constructor" }] });
    expect(odd.complete({})).toEqual({ constructor: "a", toString: 1 });
  });

  test("a variable whose decider does not exist does not exist", () => {
    const chain = space([
      choice("c", ["x"]).when("b", true),
      choice("b", [true, false]).when("a", true),
      choice("a", [true, false]),
    ]);
    expect(chain.dependencyOrder()).toEqual(["a", "b", "c"]);
    expect(chain.active({ a: false, b: true, c: "x" })).toEqual(["a", "b"].slice(0, 1));
    expect(chain.canonical({ a: false, b: true, c: "x" })).toEqual({ a: false });
    expect(chain.size()).toBe(3);
  });

  test("complete drops what does not exist, and refuses strangers and wrong values", () => {
    expect(made.complete({ method: "greedy", temperature: 0.5 })).toEqual({ method: "greedy" });
    expect(() => made.complete({ colour: "red" })).toThrow(/no variable "colour"/);
    expect(() => made.complete({ method: "sampled", temperature: 7 })).toThrow(/7 is not from 0 to 1/);
  });
});

describe("spaces that cannot be", () => {
  const a = choice("a", [1, 2]);
  test.each([
    ["a name twice", () => space([a, a])],
    ["an unknown decider", () => space([a.when("z", 1)])],
    ["a value that the decider never has", () => space([a, choice("b", [1]).when("a", 3)])],
    ["removing a decider", () => space([a, choice("b", [1]).when(a, 1)]).remove("a")],
    ["removing a stranger", () => space([a]).remove("z")],
    ["picking a stranger", () => space([a]).pick(["z"])],
    ["adding a name twice", () => space([a]).add(a)],
    ["merging a name twice", () => space([a]).merge(space([a]))],
    [
      "a constraint on a stranger",
      () => space([a], { constraints: [{ name: "c", variables: ["z"], check: () => true }] }),
    ],
    ["an unknown kind", () => spaceFromJSON({ variables: [{ name: "a", kind: "colour" }] })],
    ["no list of variables", () => spaceFromJSON({} as never)],
  ])("%s is INVALID_INPUT", (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("conditions in a circle are a CYCLE that names its path", () => {
    const make = () => space([a.when("c", 1), choice("b", [1]).when("a", 1), choice("c", [1]).when("b", 1)]);
    expect(make).toThrow(expect.objectContaining({ code: "CYCLE", details: { path: ["a", "c", "b", "a"] } }));
    expect(() => space([a.when("a", 1)])).toThrow(expect.objectContaining({ code: "CYCLE" }));
  });
});

describe("constraints", () => {
  const low = integer("low", { min: 0, max: 9, default: 8 });
  const high = integer("high", { min: 0, max: 9, default: 2 });
  const ordered = {
    name: "ordered",
    message: "low must not be above high",
    check: (config: { low: number; high: number }) => config.low <= config.high,
  };
  const repairing = {
    ...ordered,
    repair: (config: { low: number; high: number }) => ({ low: config.high, high: config.low }),
  };

  test("a violation is named and explained", () => {
    expect(space([low, high], { constraints: [ordered] }).validate({ low: 3, high: 1 })).toEqual({
      ok: false,
      problems: [{ constraint: "ordered", message: "low must not be above high" }],
    });
  });

  test("draws obey by rejection; with a repair the default and a given point obey too", () => {
    const rejecting = space([low, high], { constraints: [ordered] });
    const projected = space([low, high], { constraints: [repairing] });
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const made of [rejecting, projected]) {
          const random = seededRandom(seed);
          const config = made.sample(random);
          expect(made.validate(config)).toEqual({ ok: true });
          for (const next of made.neighbours(config, random)) expect(made.validate(next)).toEqual({ ok: true });
        }
      }),
    );
    expect(projected.default()).toEqual({ low: 2, high: 8 });
    expect(projected.repair({ low: 5, high: 1 })).toEqual({ low: 1, high: 5 });
    expect(rejecting.repair({ low: 5, high: 1 })).toBeUndefined();
    expect(() => rejecting.default()).toThrow(expect.objectContaining({ code: "CONSTRAINT_VIOLATED" }));
  });

  test("a law that nothing obeys ends in a typed error, also if its repair talks nonsense", () => {
    const never = { name: "never", check: () => false };
    expect(() => space([low], { constraints: [never] }).sample(seededRandom(1))).toThrow(
      expect.objectContaining({ code: "CONSTRAINT_VIOLATED", details: { constraints: ["never"] } }),
    );
    const nonsense = { name: "never", check: () => false, repair: () => ({ low: 99 }) };
    expect(() => space([low], { constraints: [nonsense] }).sample(seededRandom(1))).toThrow(/1000 random/);
  });

  test("a prefixed or merged constraint sees only its own part, under its own names", () => {
    const seen: Configuration[] = [];
    const spying = {
      ...repairing,
      check: (config: Configuration) => (seen.push(config), repairing.check(config as never)),
    };
    const made = space([low, high], { constraints: [spying as typeof repairing] });
    const team = made
      .prefix("a.")
      .merge(made.prefix("b."))
      .merge(space([choice("z", [1])]));
    expect(team.validate({ "a.low": 1, "a.high": 2, "b.low": 4, "b.high": 3, z: 1 })).toMatchObject({
      problems: [{ constraint: "b.ordered" }],
    });
    expect(seen).toEqual([
      { low: 1, high: 2 },
      { low: 4, high: 3 },
    ]);
    expect(team.repair({ "a.low": 1, "a.high": 2, "b.low": 4, "b.high": 3, z: 1 })).toEqual({
      "a.low": 1,
      "a.high": 2,
      "b.low": 3,
      "b.high": 4,
      z: 1,
    });
    expect(
      team
        .prefix("deep.")
        .pick(["deep.a.low", "deep.a.high"])
        .constraints.map((each) => each.name),
    ).toEqual(["deep.a.ordered"]);
  });

  test("what is no law, no variable and no option is refused", () => {
    for (const attempt of [
      () => space("x" as never),
      () => space([1] as never),
      () => space([low], { constraint: [] } as never),
      () => space([low], { constraints: [{ name: "lawless" } as never] }),
      () => space([low], { constraints: [{ name: "sad", check: () => true, repair: 5 } as never] }),
      () => space([low]).merge({} as never),
      () => space([low]).complete(null as never),
      () => float("x", undefined as never),
      () => float("x", { min: 0, max: 1, stp: 0.5 } as never),
      () => integer("n", { min: 0, max: 1, stp: 1 } as never),
      () => choice("c", ["a"], { weight: [1] } as never),
      () => choice("c", ["a"], { weights: 1 } as never),
      () => subset("s", ["a"], { least: 1 } as never),
      () => subset("s", ["a"], { required: 5 } as never),
    ])
      expect(attempt).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });

  test("reading back from JSON wants the constraints and predicates, and then uses them", () => {
    const parity = choice("parity", ["even"]).when(low, (value) => value % 2 === 0);
    const json = JSON.parse(JSON.stringify(space([low, high, parity], { constraints: [repairing as never] })));
    expect(() => spaceFromJSON(json)).toThrow(/predicates/);
    const predicates = new Map([["parity", [(value: Json) => (value as number) % 2 === 0]]]);
    expect(() => spaceFromJSON(json, { predicates })).toThrow(/constraint "ordered"/);
    const back = spaceFromJSON(json, { predicates, constraints: [repairing as never] });
    expect(back.default()).toEqual({ low: 2, high: 8, parity: "even" });
    expect(back.active({ low: 3 })).toEqual(["low", "high"]);
  });
});
