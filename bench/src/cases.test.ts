import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { rowsOf } from "./aims.ts";
import type { Case, Figures } from "./case.ts";
import { cases } from "./cases/all.ts";
import { Competitor, otpVersion } from "./competitor.ts";
import type { Contestant, ContestantName, World } from "./contestant.ts";
import { contestants } from "./contestants/all.ts";
import { floor } from "./contestants/floor.ts";
import type { Scale } from "./scale.ts";

const tiny: Scale = {
  agents: 200,
  crashers: 50,
  children: 20,
  roundMs: 1,
  samples: 20,
  crashes: 5,
  backlog: 3_000,
  overloadMs: 20,
  rounds: 1,
};

const messaging = ["spawn", "ask", "ask-many", "tell-one", "tell-many", "crash", "crash-all"];
const registry = ["lookup-tenth", "lookup-all", "capability-few", "capability-many"];
/** In which cases each takes part. */
const programme: Record<ContestantName, readonly string[]> = {
  mabeam: cases.map(({ name }) => name),
  floor: [...messaging, ...registry, "fairness"],
  xstate: messaging,
  nact: [...messaging, "fairness"],
  otp: [...messaging, ...registry, "crash-group", "fairness"],
};

const entries = contestants.flatMap((contestant) =>
  cases.map((one) => ({ one, contestant, takesPart: programme[contestant.name].includes(one.name) })),
);

beforeAll(() => {
  setFlagsFromString("--expose-gc");
  globalThis.gc = runInNewContext("gc") as NonNullable<typeof globalThis.gc>;
});

function able(world: World, { needs }: Case): boolean {
  return needs.every((need) => world[need] !== undefined);
}

function roundsOf({ fresh }: Case): number {
  return fresh === true ? 1 : 3;
}

function expectFigures(figures: Figures | undefined, caseName: string): void {
  const names = rowsOf(tiny).flatMap((row) => (row.caseName === caseName ? [row.figure] : []));
  expect(Object.keys(figures ?? {}).toSorted()).toEqual(names.toSorted());
  for (const figure of Object.values(figures ?? {})) expect(figure).toSatisfy(Number.isFinite);
  if (figures !== undefined && "perSecond" in figures) expect(figures["perSecond"]).toBeGreaterThan(0);
}

describe("with tiny sizes, each contestant does what every case of its programme asks, round after round", () => {
  it.each(entries.filter(({ takesPart }) => takesPart))("$contestant.name: $one.name", async ({ one, contestant }) => {
    expect(able(await contestant.open(), one)).toBe(true);
    const round = await one.prepare(contestant, tiny);
    for (let count = 0; count < roundsOf(one); count++) expectFigures(await round?.(), one.name);
  });

  it.each(entries.filter(({ takesPart }) => !takesPart))(
    "$contestant.name leaves $one.name out",
    async ({ one, contestant }) => {
      expect(able(await contestant.open(), one)).toBe(false);
    },
  );

  it.skipIf(otpVersion() === undefined).each(cases)("otp: $name", async (one) => {
    const { name } = one;
    const competitor = await Competitor.start("otp", name, tiny, "");
    expect(competitor !== undefined).toBe(programme.otp.includes(name));
    if (competitor === undefined) return;
    for (let count = 0; count < roundsOf(one); count++) expectFigures(await competitor.round(), name);
    await competitor.stop();
  });
});

/** The floor with one fault. */
function faulty(fault: (world: World) => Partial<World>): Contestant {
  return {
    name: "floor",
    open: async () => {
      const world = await floor.open();
      return new Proxy(world, {
        get: (target, name) => {
          const own = (fault(target) as Record<PropertyKey, unknown>)[name];
          const value = own ?? Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };
}

let messages = 0;
/** Whether a tenth of what is sent gets lost now. */
const isLost = (): boolean => ++messages % 10 === 0;

const faults: Record<string, { cases: string[]; contestant: Contestant }> = {
  "loses messages": {
    cases: ["tell-one", "tell-many", "fairness"],
    contestant: faulty((world) => ({
      tell: (handle, amount) => void (isLost() || world.tell(handle, amount)),
      backlog: (handle, count) => world.backlog?.(handle, count - 1),
    })),
  },
  "answers without counting": {
    cases: ["spawn", "ask", "ask-many", "crash", "crash-all"],
    contestant: faulty(() => ({ add: () => Promise.resolve(0), addById: () => Promise.resolve(0) })),
  },
  "survives its crashes": {
    cases: ["crash", "crash-all"],
    contestant: faulty(() => ({ crash: () => {} })),
  },
  "sees ghosts": {
    cases: ["lookup-tenth", "lookup-all"],
    contestant: faulty(() => ({ has: () => true })),
  },
  "overlooks a holder": {
    cases: ["capability-few", "capability-many"],
    contestant: faulty((world) => ({ holders: (capability) => (world.holders?.(capability) ?? 0) - 1 })),
  },
};

describe("a contestant gets no figures when it", () => {
  it.each(Object.entries(faults).flatMap(([fault, { cases: names }]) => names.map((name) => [fault, name] as const)))(
    "%s (%s)",
    async (fault, name) => {
      const one = cases.find((candidate) => candidate.name === name);
      const contestant = faults[fault]?.contestant ?? floor;
      const measured = async (): Promise<unknown> => (await one?.prepare(contestant, tiny))?.();
      await expect(measured()).rejects.toThrow("The bench is wrong");
    },
  );
});
