import { setImmediate as settled } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentChange, AgentQuery, AgentStatus } from "./info.ts";
import { Member, type Facts } from "./registered.test-support.ts";
import { Registry } from "./registry.ts";

const nobody = undefined as never;
const makeRegistry = (remove: (member: Member) => Promise<void> = async () => {}) =>
  new Registry<Member>(nobody, remove);
const ids = (infos: readonly { id: string }[]) => infos.map(({ id }) => id);
const refused = expect.objectContaining({ code: "INVALID_INPUT" });

/** An agent of the model: what `Member` is, without a registry. */
type Fact = Facts & { id: string };

/** The law of queries, said once more and plainly. */
function meets(agent: Fact, { capability, capabilities = [], role, tag, status, node, where = {} }: AgentQuery) {
  const held = new Set(agent.capabilities);
  return (
    [...capabilities, ...(capability === undefined ? [] : [capability])].every((each) => held.has(each)) &&
    (role ?? agent.role) === agent.role &&
    (tag === undefined || new Set(agent.tags).has(tag)) &&
    (status ?? agent.status) === agent.status &&
    (node ?? "here") === "here" &&
    agent.restarts >= (where.restarts?.gte ?? 0) &&
    (where.role?.neq ?? "") !== agent.role
  );
}

interface Watch {
  query: AgentQuery;
  stop: AbortController;
  /** What should have been heard, and what was. */
  expected: [AgentChange["type"], string][];
  heard: [AgentChange["type"], string][];
  /** The first `find`, with all that was heard since. */
  view: Map<string, unknown>;
  ended: Promise<void>;
}

interface Model {
  agents: Fact[];
  watches: Watch[];
}

interface Real {
  registry: Registry<Member>;
}

/** What the watches should hear when the model's agent goes from `before` to `after`. */
function expectChange({ watches }: Model, before: Fact | undefined, after: Fact | undefined): void {
  const { id } = (after ?? before) as Fact;
  for (const { query, stop, expected } of watches) {
    if (stop.signal.aborted) continue;
    const was = before !== undefined && meets(before, query);
    const is = after !== undefined && meets(after, query);
    if (was || is) expected.push([was && is ? "changed" : is ? "added" : "removed", id]);
  }
}

const shown = ({ id, role, status, capabilities, tags, restarts }: Fact) => ({
  id,
  role,
  status,
  capabilities,
  tags,
  restarts,
});

async function expectAgreement({ agents, watches }: Model, { registry }: Real): Promise<void> {
  await settled();
  expect(registry.list().map(shown)).toEqual(agents.map(shown));
  for (const { query, stop, heard, expected, view } of watches) {
    expect(heard).toEqual(expected);
    if (stop.signal.aborted) continue;
    const present = registry.find(query).map((info) => [info.id, info] as const);
    expect(new Map(view)).toEqual(new Map(present));
  }
}

class Register implements fc.AsyncCommand<Model, Real> {
  readonly agent: Fact;
  constructor(agent: Fact) {
    this.agent = agent;
  }
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const member = new Member(this.agent.id, this.agent);
    if (model.agents.some(({ id }) => id === this.agent.id)) {
      const taken = expect.objectContaining({ code: "AGENT_ALREADY_REGISTERED" });
      expect(() => real.registry.add(member)).toThrow(taken);
    } else {
      real.registry.add(member);
      expectChange(model, undefined, this.agent);
      model.agents.push(this.agent);
    }
    await expectAgreement(model, real);
  }
  toString = () => `register ${JSON.stringify(this.agent)}`;
}

class Unregister implements fc.AsyncCommand<Model, Real> {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
  check = ({ agents }: Readonly<Model>) => agents.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const [agent] = model.agents.splice(this.index % model.agents.length, 1) as [Fact];
    expectChange(model, agent, undefined);
    const member = real.registry.actor(agent.id) as Member;
    expect(await real.registry.unregister(agent.id)).toBe(true);
    expect(await real.registry.unregister(agent.id)).toBe(false);
    // Nobody hears of one who is gone.
    member.become(real.registry, { status: "failed", role: "ghost" });
    await expectAgreement(model, real);
  }
  toString = () => `unregister ${this.index}`;
}

class Become implements fc.AsyncCommand<Model, Real> {
  readonly index: number;
  readonly facts: Partial<Facts>;
  constructor(index: number, facts: Partial<Facts>) {
    this.index = index;
    this.facts = facts;
  }
  check = ({ agents }: Readonly<Model>) => agents.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const index = this.index % model.agents.length;
    const before = model.agents[index] as Fact;
    const after = { ...before, ...this.facts };
    model.agents[index] = after;
    expectChange(model, before, after);
    (real.registry.actor(before.id) as Member).become(real.registry, this.facts);
    await expectAgreement(model, real);
  }
  toString = () => `become ${this.index} ${JSON.stringify(this.facts)}`;
}

class Find implements fc.AsyncCommand<Model, Real> {
  readonly query: AgentQuery;
  constructor(query: AgentQuery) {
    this.query = query;
  }
  check = () => true;
  async run({ agents }: Model, { registry }: Real): Promise<void> {
    const wanted = agents.filter((agent) => meets(agent, this.query));
    expect(registry.find(this.query).map(shown)).toEqual(wanted.map(shown));
    expect(registry.count(this.query)).toBe(wanted.length);
    for (const { id } of agents) expect(registry.get(id)?.id).toBe(id);
  }
  toString = () => `find ${JSON.stringify(this.query)}`;
}

class StartWatch implements fc.AsyncCommand<Model, Real> {
  readonly query: AgentQuery;
  constructor(query: AgentQuery) {
    this.query = query;
  }
  check = ({ watches }: Readonly<Model>) => watches.length < 6;
  async run(model: Model, { registry }: Real): Promise<void> {
    const query = structuredClone(this.query);
    const stop = new AbortController();
    const view = new Map(registry.find(query).map((info) => [info.id, info]));
    const heard: Watch["heard"] = [];
    const changes = registry.watch(query, { signal: stop.signal });
    // A watch goes by what it was asked, whatever becomes of the object.
    Object.assign(query, { role: "nobody" });
    const listen = async (): Promise<void> => {
      for await (const { type, agent } of changes) {
        heard.push([type, agent.id]);
        expect(view.has(agent.id)).toBe(type !== "added");
        if (type === "removed") view.delete(agent.id);
        else view.set(agent.id, agent);
      }
    };
    model.watches.push({ query: this.query, stop, expected: [], heard, view, ended: listen() });
  }
  toString = () => `watch ${JSON.stringify(this.query)}`;
}

class Abort implements fc.AsyncCommand<Model, Real> {
  readonly index: number;
  constructor(index: number) {
    this.index = index;
  }
  check = ({ watches }: Readonly<Model>) => watches.length > 0;
  async run({ watches }: Model): Promise<void> {
    const { stop, ended } = watches[this.index % watches.length] as Watch;
    stop.abort();
    await ended;
  }
  toString = () => `abort ${this.index}`;
}

const name = fc.constantFrom("a", "b", "__proto__");
const status = fc.constantFrom<AgentStatus[]>("registered", "starting", "running", "running", "failed");
const names = fc.array(name, { maxLength: 3 });
const facts = { role: name, status, capabilities: names, restarts: fc.nat(2) };
const agent = fc.record({
  id: fc.constantFrom("x", "y", "z", "__proto__", "constructor", "🦊".repeat(128)),
  tags: names,
  ...facts,
});
const where = fc.record(
  { restarts: fc.record({ gte: fc.nat(2) }), role: fc.record({ neq: name }) },
  { requiredKeys: [] },
);
// Most queries have one criterion, as those do that are answered from a list made before.
const query: fc.Arbitrary<AgentQuery> = fc.oneof(
  fc.constant({}),
  fc.record({ capability: name }),
  fc.record({ capabilities: names }),
  fc.record({ role: name }),
  fc.record({ tag: name }),
  fc.record({ status }),
  fc.record({ where }),
  fc.record(
    {
      capability: name,
      capabilities: names,
      role: name,
      tag: name,
      status,
      node: fc.constantFrom("here", "elsewhere"),
      where,
    },
    { requiredKeys: [] },
  ),
);

describe("model", () => {
  it("find, count and list are a filter over an array, and a watch tells each difference once, in order", async () => {
    const commands = fc.commands(
      [
        agent.map((each) => new Register(each)),
        agent.map((each) => new Register(each)),
        fc.nat().map((index) => new Unregister(index)),
        fc
          .tuple(fc.nat(), fc.constantFrom("role", "status", "capabilities", "restarts"), fc.record(facts))
          .map(([index, fact, values]) => new Become(index, { [fact]: values[fact as keyof typeof values] })),
        query.map((each) => new Find(each)),
        query.map((each) => new StartWatch(each)),
        fc.nat().map((index) => new Abort(index)),
      ],
      { maxCommands: 60 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        const model: Model = { agents: [], watches: [] };
        const real = { registry: makeRegistry() };
        await fc.asyncModelRun(() => ({ model, real }), steps);
        real.registry.close();
        await Promise.all(model.watches.map(({ ended }) => ended));
      }),
      { numRuns: 300 },
    );
  });
});

describe("find", () => {
  it("gives the same frozen list until one of those in it changes, and asks only that one for its info", () => {
    const registry = makeRegistry();
    const members = Array.from({ length: 6 }, (_, index) => {
      return new Member(`m${index}`, { capabilities: [index % 2 === 0 ? "even" : "odd"], status: "running" });
    });
    for (const member of members) registry.add(member);
    const lists = () => [
      registry.find({ capability: "even" }),
      registry.find({ capabilities: ["odd"] }),
      registry.find({ role: "executor" }),
      registry.find({ status: "running" }),
      registry.find({}),
    ];
    const before = lists();
    expect(before.every((list) => Object.isFrozen(list))).toBe(true);
    expect(lists().map((list, index) => list === before[index])).toEqual([true, true, true, true, true]);
    members[2]?.become(registry, { restarts: 1 });
    expect(lists().map((list, index) => list === before[index])).toEqual([false, true, false, false, false]);
    expect(members.map(({ made }) => made)).toEqual([1, 1, 2, 1, 1, 1]);
    expect(registry.find({ capability: "even" })[1]).toMatchObject({ id: "m2", restarts: 1 });
  });

  it("counts without making an info, where no condition asks for one", () => {
    const registry = makeRegistry();
    const members = ["a", "b"].map((id) => new Member(id, { capabilities: ["c", id], status: "running", tags: ["t"] }));
    for (const member of members) registry.add(member);
    const some: AgentQuery = { capability: "c", capabilities: ["a"], role: "executor", tag: "t", status: "running" };
    expect([registry.count(), registry.count({}), registry.count({ tag: "t" }), registry.count(some)]).toEqual([
      2, 2, 2, 1,
    ]);
    expect(members.map(({ made }) => made)).toEqual([0, 0]);
  });

  it("a list has what an operator looks for when one of its items has", () => {
    const registry = makeRegistry();
    registry.add(new Member("a", { capabilities: ["sum", "count"], restarts: 2 }));
    const holds = (where: NonNullable<AgentQuery["where"]>) => registry.count({ where }) === 1;
    expect(holds({ capabilities: { eq: "sum", in: ["count", "x"] } })).toBe(true);
    expect(holds({ capabilities: { neq: "sum" } })).toBe(false);
    expect(holds({ capabilities: { notIn: ["sum"] } })).toBe(false);
    expect(holds({ "resources.cpu": { gte: 2, lt: 3 }, restarts: { in: [1, 2], notIn: [3], neq: 1 } })).toBe(true);
    expect(holds({ "resources.__proto__": { neq: "x" }, "resources.gpu": { gt: 0 } })).toBe(false);
  });

  const nonsense: unknown[] = [
    null,
    undefined,
    [],
    ["capability"],
    "capability",
    { colour: "red" },
    { capability: "" },
    { capability: "known", colour: "red" },
    { capability: ["known"] },
    { capabilities: "k" },
    { capabilities: [""] },
    { role: 7 },
    { tag: "t".repeat(257) },
    { status: "asleep" },
    { node: "" },
    { where: [] },
    { where: { restarts: { like: 1 } } },
    { where: { restarts: JSON.parse('{"__proto__": 1}') } },
    { where: { restarts: { in: 3 } } },
    { where: { restarts: { notIn: [{}] } } },
    { where: { restarts: { eq: {} } } },
    { where: { restarts: { eq: Number.NaN } } },
    { where: { restarts: { gt: "1" } } },
  ];
  it.each(nonsense.map((each) => [each]))("refuses %j, also when agents have what it could mean", (each) => {
    const registry = makeRegistry();
    registry.add(new Member("a", { capabilities: ["known", "k"] }));
    registry.find({ capability: "known" });
    expect(() => registry.find(each as AgentQuery)).toThrow(refused);
    if (each === undefined) return;
    expect(() => registry.count(each as AgentQuery)).toThrow(refused);
    expect(() => registry.watch(each as AgentQuery)).toThrow(refused);
  });
});

describe("watch", () => {
  const flip = (registry: Registry<Member>, member: Member, times: number): void => {
    for (let time = 0; time < times; time++) {
      member.become(registry, { status: member.status === "running" ? "starting" : "running" });
    }
  };

  it("a reader who falls 10,000 changes behind is told, and disturbs nobody", async () => {
    const registry = makeRegistry();
    const member = new Member("a");
    registry.add(member);
    const [slow, other] = [registry.watch(), registry.watch({ status: "failed" })];
    flip(registry, member, 10_001);
    member.become(registry, { status: "failed" });
    let read = 0;
    const reading = (async () => {
      for await (const { type } of slow) if (type === "changed") read++;
    })();
    await expect(reading).rejects.toMatchObject({ code: "RESOURCES_EXHAUSTED" });
    expect(read).toBe(10_000);
    const first = await other[Symbol.asyncIterator]().next();
    expect(first).toMatchObject({ value: { type: "added", agent: { id: "a" } } });
  });

  it("whoever watches something else is not asked: a thousand watchers cost an agent nothing", () => {
    const registry = makeRegistry();
    const member = new Member("a", { capabilities: ["mine"], status: "running" });
    registry.add(member);
    const looksPerFlip = (): number => {
      const before = member.looks;
      flip(registry, member, 1);
      return member.looks - before;
    };
    registry.watch({ capability: "other" });
    const withOne = looksPerFlip();
    for (let index = 0; index < 1000; index++) {
      registry.watch({ capability: `other ${index}`, status: "running" });
      registry.watch({ capability: "mine", tag: `tag ${index}` });
      registry.watch({ status: "failed", role: "executor", capabilities: [] });
      registry.watch({ tag: "other", where: { id: { eq: "a" } } });
    }
    // Those with a capability in common are asked, and no others.
    expect(looksPerFlip()).toBe(withOne + 1000);
    expect(member.made).toBe(0);
  });

  it("a condition is remembered: who met it at first, ends to, is changed meanwhile and meets it again", async () => {
    const registry = makeRegistry();
    const member = new Member("a", { restarts: 1 });
    registry.add(member);
    const watch = registry.watch({ where: { restarts: { lt: 2 } } });
    for (const restarts of [0, 2, 3, 1]) member.become(registry, { restarts });
    registry.close();
    const types: string[] = [];
    for await (const { type } of watch) types.push(type);
    expect(types).toEqual(["changed", "removed", "added"]);
  });

  it("has nothing to tell when its signal has fired before, and leaves when its reader does", async () => {
    const registry = makeRegistry();
    const member = new Member("a");
    registry.add(member);
    const over = registry.watch({}, { signal: AbortSignal.abort() });
    expect(await over[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
    const watch = registry.watch();
    flip(registry, member, 1);
    for await (const { agent } of watch) {
      expect(agent.id).toBe("a");
      break;
    }
    flip(registry, member, 1);
    expect(await watch[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
    expect(() => registry.watch({}, { signal: 1 as never })).toThrow(refused);
    expect(() => registry.watch({}, { until: 1 } as never)).toThrow(refused);
  });
});

describe("ids", () => {
  it.each(["", "x".repeat(257), 7 as never])(
    "refuses %j where an id is taken in, and knows nobody of that name",
    (id) => {
      const registry = makeRegistry();
      expect(() => registry.add(new Member(id))).toThrow(refused);
      expect(() => registry.ref(id)).toThrow(refused);
      expect([registry.get(id), registry.has(id), registry.count()]).toEqual([undefined, false, 0]);
    },
  );

  it("what objects inherit is no agent", () => {
    const registry = makeRegistry();
    for (const id of ["__proto__", "constructor", "toString"]) expect(registry.has(id)).toBe(false);
    registry.add(new Member("__proto__"));
    expect([registry.has("__proto__"), ids(registry.find({ where: { id: { eq: "__proto__" } } }))]).toEqual([
      true,
      ["__proto__"],
    ]);
  });
});

describe("unregister", () => {
  it("asked twice at once forgets once, and spares an agent that took over the id meanwhile", async () => {
    const removals: (() => void)[] = [];
    const registry = makeRegistry(() => new Promise((resolve) => removals.push(resolve)));
    registry.add(new Member("a"));
    const [first, second] = [registry.unregister("a"), registry.unregister("a")];
    removals[0]?.();
    expect(await first).toBe(true);
    const successor = new Member("a");
    registry.add(successor);
    removals[1]?.();
    expect(await second).toBe(false);
    expect(registry.actor("a")).toBe(successor);
  });

  it("an agent that cannot be stopped stays", async () => {
    const registry = makeRegistry(() => Promise.reject(new Error("stuck")));
    registry.add(new Member("a"));
    await expect(registry.unregister("a")).rejects.toThrow("stuck");
    expect(registry.has("a")).toBe(true);
  });
});

it("after close every call is CLOSED, and whoever watched has read to the end", async () => {
  const registry = makeRegistry();
  const watch = registry.watch();
  registry.add(new Member("a"));
  registry.close();
  const types: string[] = [];
  for await (const { type } of watch) types.push(type);
  expect(types).toEqual(["added"]);
  const closed = expect.objectContaining({ code: "CLOSED" });
  expect(() => registry.add(new Member("b"))).toThrow(closed);
  expect(() => registry.get("a")).toThrow(closed);
  expect(() => registry.has("a")).toThrow(closed);
  expect(() => registry.list()).toThrow(closed);
  expect(() => registry.find({})).toThrow(closed);
  expect(() => registry.count()).toThrow(closed);
  expect(() => registry.watch()).toThrow(closed);
  await expect(registry.unregister("a")).rejects.toEqual(closed);
});
