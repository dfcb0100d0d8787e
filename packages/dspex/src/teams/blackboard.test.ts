import { topologyEdges } from "@mabeam/foundation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missingFields, nextWave, viewOf, visibleWritings, type Board, type Writing } from "./blackboard.ts";
import { inferredEdges, type MemberFields, type TeamPlan } from "./plan.ts";

const fields = ["question", "draft", "verdict", "answer"];
const keys = ["a", "b", "c", "d", "e"];
const last = (_field: string, writings: readonly Writing[]): unknown => writings.at(-1)?.outputs[_field];

type Edge = TeamPlan["edges"][number];
const plan = (members: readonly MemberFields[], changes: Partial<TeamPlan>): TeamPlan => ({
  members,
  pattern: "custom",
  hub: undefined,
  edges: [],
  rounds: 1,
  aggregation: new Map(),
  integers: new Set(),
  weights: new Map(),
  ...changes,
});

/** Members with any fields, some of which they may do without. */
const anyMembers = fc
  .array(
    fc.record({
      reads: fc.uniqueArray(fc.record({ name: fc.constantFrom(...fields), optional: fc.boolean() }), {
        maxLength: 3,
        selector: (field) => field.name,
      }),
      writes: fc.uniqueArray(fc.constantFrom(...fields.slice(1)), { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((members) => members.map((member, index): MemberFields => ({ key: keys[index] as string, ...member })));

/** Edges that only lead from earlier to later members of some order. */
const acyclicPlan = fc
  .tuple(anyMembers, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), fc.infiniteStream(fc.nat(100)))
  .map(([members, chosen, ranks]) => {
    const rank = new Map(members.map((member) => [member.key, ranks.next().value as number]));
    const order = members.map(({ key }) => key).toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
    const pairs = order.flatMap((from, index) => order.slice(index + 1).map((to): Edge => ({ from, to })));
    return plan(members, { edges: pairs.filter((_, index) => chosen[index]) });
  });

const patterned = fc
  .tuple(anyMembers, fc.constantFrom("ring", "mesh", "star", "pipeline"))
  .map(([members, pattern]) => {
    const present = members.map(({ key }) => key);
    return plan(members, { pattern, hub: present[0], edges: topologyEdges(present, { pattern }) } as Partial<TeamPlan>);
  });

interface Turn {
  readonly key: string;
  readonly wave: number;
  /** Who could have run just then. */
  readonly able: readonly string[];
}

/** Plays one round; `fails` write nothing. */
function play(
  given: TeamPlan,
  inputs: object,
  fails: ReadonlySet<string> = new Set(),
  before = new Map<string, Writing>(),
) {
  const turns: Turn[] = [];
  const writings = new Map(before);
  let board: Board = { inputs: inputs as Board["inputs"], writings, finished: new Set() };
  for (let wave = 0; ; wave++) {
    const next = nextWave(given, board);
    if (next.length === 0) return { turns, board };
    const able = given.members
      .filter((member) => !board.finished.has(member.key) && missingFields(given, board, member).length === 0)
      .map(({ key }) => key);
    turns.push(...next.map(({ key }) => ({ key, wave, able })));
    const finished = new Set([...board.finished, ...next.map(({ key }) => key)]);
    for (const { key, writes } of next) {
      const outputs = Object.fromEntries(writes.map((field) => [field, `${field} of ${key}`]));
      if (!fails.has(key)) writings.set(key, { agent: key, round: 1, outputs });
    }
    board = { ...board, finished };
  }
}

/** Who can run at all, in any order: the largest set in which everybody finds what it needs. */
function reachable({ members, edges }: TeamPlan, inputs: object, fails: ReadonlySet<string>): Set<string> {
  const ran = new Set<string>();
  for (;;) {
    const more = members.filter(
      ({ key, reads }) =>
        !ran.has(key) &&
        reads.every(
          ({ name, optional }) =>
            optional ||
            name in inputs ||
            edges.some(
              ({ from, to }) =>
                to === key &&
                ran.has(from) &&
                !fails.has(from) &&
                members.find((member) => member.key === from)?.writes.includes(name),
            ),
        ),
    );
    if (more.length === 0) return ran;
    for (const { key } of more) ran.add(key);
  }
}

const failing = fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 2 }).map((list) => new Set(list));
const someInputs = fc.constantFrom({}, { question: "?" }, { question: "?", draft: "given" });

describe("in an acyclic topology", () => {
  test("nobody runs before one that it sees and that can run, and a failure counts as having run", () => {
    fc.assert(
      fc.property(acyclicPlan, someInputs, failing, (given, inputs, fails) => {
        const waves = new Map(play(given, inputs, fails).turns.map(({ key, wave }) => [key, wave]));
        for (const { from, to } of given.edges) {
          if (waves.has(from) && waves.has(to)) expect(waves.get(from)).toBeLessThan(waves.get(to) as number);
        }
      }),
    );
  });

  test("nobody waits for what only one that can never run would have written", () => {
    const stuck: MemberFields = { key: "a", reads: [{ name: "nowhere", optional: false }], writes: ["draft"] };
    const free: MemberFields = { key: "b", reads: [{ name: "draft", optional: true }], writes: ["answer"] };
    const { turns, board } = play(plan([stuck, free], { edges: [{ from: "a", to: "b" }] }), {});
    expect(turns.map(({ key }) => key)).toEqual(["b"]);
    expect(missingFields(plan([stuck, free], {}), board, stuck)).toEqual(["nowhere"]);
  });
});

describe("under any pattern", () => {
  test("exactly those run who can, each once", () => {
    fc.assert(
      fc.property(fc.oneof(acyclicPlan, patterned), someInputs, failing, (given, inputs, fails) => {
        const ran = play(given, inputs, fails).turns.map(({ key }) => key);
        expect(ran.length).toBe(new Set(ran).size);
        expect(new Set(ran)).toEqual(reachable(given, inputs, fails));
      }),
    );
  });

  test("a member sees its neighbours' writings and no others, in the order of the team, and never its own", () => {
    fc.assert(
      fc.property(fc.oneof(acyclicPlan, patterned), someInputs, (given, inputs) => {
        const { board } = play(given, inputs);
        for (const { key } of given.members) {
          const saw = visibleWritings(given, board, key).map(({ agent }) => agent);
          const neighbours = given.members
            .map((member) => member.key)
            .filter((from) => given.edges.some((edge) => edge.from === from && edge.to === key));
          expect(saw).toEqual(neighbours.filter((from) => board.writings.has(from)));
          expect(saw).not.toContain(key);
        }
      }),
    );
  });

  test("what a member reads is all that it asks for and may see, and it has all that it requires when it runs", () => {
    fc.assert(
      fc.property(fc.oneof(acyclicPlan, patterned), someInputs, (given, inputs) => {
        const { board } = play(given, inputs);
        for (const member of given.members) {
          const view = viewOf(given, board, member, last);
          const required = member.reads.filter(({ optional }) => !optional).map(({ name }) => name);
          expect(member.reads.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(view)));
          const lacks = required.filter((name) => !(name in view));
          expect(lacks).toEqual(missingFields(given, board, member));
          if (board.finished.has(member.key)) expect(lacks).toEqual([]);
        }
      }),
    );
  });

  test("in the next round everybody who ran may run again", () => {
    fc.assert(
      fc.property(fc.oneof(acyclicPlan, patterned), someInputs, (given, inputs) => {
        const first = play(given, inputs);
        const second = play(given, inputs, new Set(), new Map(first.board.writings));
        expect(new Set(second.turns.map(({ key }) => key))).toEqual(new Set(first.turns.map(({ key }) => key)));
      }),
    );
  });
});

describe("the patterns", () => {
  const of = (pattern: string) => patterned.filter((given) => given.pattern === pattern && given.members.length > 2);

  test("star: the hub runs only when nobody else can", () => {
    fc.assert(
      fc.property(of("star"), someInputs, (given, inputs) => {
        for (const { key, able } of play(given, inputs).turns) if (key === given.hub) expect(able).toEqual([key]);
      }),
    );
  });

  test("ring: one at a time, the first that can", () => {
    fc.assert(
      fc.property(of("ring"), someInputs, (given, inputs) => {
        const { turns } = play(given, inputs);
        expect(turns.map(({ wave }) => wave)).toEqual(turns.map((_, index) => index));
        for (const { key, able } of turns) expect(key).toBe(able[0]);
      }),
    );
  });

  test("mesh: all that can run at once", () => {
    fc.assert(
      fc.property(of("mesh"), someInputs, (given, inputs) => {
        const { turns } = play(given, inputs);
        for (const { wave, able } of turns) {
          expect(turns.filter((turn) => turn.wave === wave).map(({ key }) => key)).toEqual(able);
        }
      }),
    );
  });

  test("pipeline: sight reaches the one before, not further", () => {
    const reads = [{ name: "draft", optional: true }];
    const line = ["a", "b", "c"].map((key): MemberFields => ({ key, reads, writes: ["draft"] }));
    const given = plan(line, { pattern: "pipeline", edges: topologyEdges(["a", "b", "c"], { pattern: "pipeline" }) });
    const { turns, board } = play(given, { draft: "none" });
    expect(turns.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    expect(line.map((member) => viewOf(given, board, member, last))).toEqual([
      { draft: "none" },
      { draft: "draft of a" },
      { draft: "draft of b" },
    ]);
  });

  test("inferred: whoever reads a field sees those who write it, and nobody else", () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        const edges = inferredEdges(members);
        for (const reader of members) {
          for (const writer of members) {
            const common = reader.reads.some(({ name }) => writer.writes.includes(name));
            const joined = edges.filter(({ from, to }) => from === writer.key && to === reader.key).length;
            expect(joined).toBe(common && writer !== reader ? 1 : 0);
          }
        }
      }),
    );
  });
});

test("a member whose writing is there prefers it to the team's input of that name", () => {
  const members: MemberFields[] = [
    { key: "a", reads: [], writes: ["draft"] },
    { key: "b", reads: [{ name: "draft", optional: false }], writes: ["answer"] },
  ];
  const given = plan(members, { edges: [{ from: "a", to: "b" }] });
  const writings = new Map([["a", { agent: "a", round: 1, outputs: { draft: "written" } }]]);
  const board: Board = { inputs: { draft: "given" }, writings, finished: new Set() };
  expect(viewOf(given, board, members[1] as MemberFields, last)).toEqual({ draft: "written" });
  const unseen = plan(members, {});
  expect(viewOf(unseen, board, members[1] as MemberFields, last)).toEqual({ draft: "given" });
});
