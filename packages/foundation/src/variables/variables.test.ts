import * as z from "zod";
import { describe, expect, it } from "vitest";
import {
  agentSelection,
  communicationTopology,
  createMabeam,
  defineAgent,
  memoryJournal,
  parameter,
  type VariableChange,
} from "../index.ts";
import { testClock } from "../testing.ts";

const start = () => createMabeam({ clock: testClock(), seed: 1 });
const rate = (value = 0.5) => parameter("rate", { agents: ["a"], value, schema: z.number().min(0).max(1) });

describe("setting", () => {
  it("counts versions from 1, keeps the history newest first, and leaves the initial value out of it", async () => {
    const { variables } = await start();
    await variables.add(rate());
    expect(variables.get("rate")).toMatchObject({ value: 0.5, version: 1 });
    await variables.set("rate", 0.6, { by: "tester", reason: "why not" });
    const change = await variables.set("rate", 0.7);
    expect(change).toMatchObject({ from: 0.6, to: 0.7, version: 3 });
    expect(variables.history("rate").entries).toMatchObject([
      { to: 0.7 },
      { to: 0.6, by: "tester", reason: "why not" },
    ]);
    expect(variables.history("rate", { last: 1 })).toMatchObject({ entries: [{ to: 0.7 }], dropped: 1 });
  });

  it("changes nothing, history included, when it is refused", async () => {
    const { variables } = await start();
    await variables.add(rate());
    await expect(variables.set("rate", 2)).rejects.toMatchObject({ code: "CONSTRAINT_VIOLATED" });
    await expect(variables.set("rate", 0.9, { expectedVersion: 7 })).rejects.toMatchObject({
      code: "VERSION_CONFLICT",
      details: { expected: 7, actual: 1 },
    });
    await expect(variables.set("nope", 1)).rejects.toMatchObject({ code: "VARIABLE_NOT_FOUND" });
    expect(variables.get("rate")).toMatchObject({ value: 0.5, version: 1 });
    expect(variables.history("rate").entries).toEqual([]);
  });

  it("lets one of many writers at the same version win", async () => {
    const { variables } = await start();
    await variables.add(rate());
    const writes = await Promise.allSettled(
      [0.1, 0.2, 0.3].map((value) => variables.set("rate", value, { expectedVersion: 1 })),
    );
    expect(writes.map((write) => write.status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("loses no update of concurrent ones", async () => {
    const { variables } = await start();
    await variables.add(parameter("n", { agents: [], value: 0 }));
    await Promise.all(Array.from({ length: 200 }, () => variables.update("n", (value) => value + 1)));
    expect(await variables.read("n")).toMatchObject({ value: 200, version: 201 });
    expect(variables.history("n")).toMatchObject({ entries: { length: 100 }, dropped: 100 });
  });

  it("checks constraints against the values of the other variables, and one that throws refuses", async () => {
    const { variables } = await start();
    await variables.add(parameter("cap", { agents: [], value: 10 }));
    const below = {
      name: "below-cap",
      check: (value: number, all: { get(id: string): unknown }) => value <= (all.get("cap") as number),
    };
    await variables.add(parameter("use", { agents: [], value: 5, constraints: [below] }));
    await expect(variables.set("use", 11)).rejects.toMatchObject({ details: { constraint: "below-cap" } });
    const broken = {
      name: "broken",
      check: () => {
        throw new Error("oops");
      },
    };
    await expect(variables.add(parameter("x", { agents: [], value: 1, constraints: [broken] }))).rejects.toMatchObject({
      code: "CONSTRAINT_VIOLATED",
      message: expect.stringContaining("oops"),
    });
  });
});

describe("watching", () => {
  it("shows each change once, in version order, and ends quietly on abort", async () => {
    const { variables } = await start();
    await variables.add(rate());
    const stop = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const change of variables.watch("rate", { signal: stop.signal })) {
        seen.push(change.version);
        if (seen.length === 3) stop.abort();
      }
    })();
    await Promise.all([0.1, 0.2, 0.3].map((value) => variables.set("rate", value)));
    await watching;
    expect(seen).toEqual([2, 3, 4]);
  });

  it("tells the affected agents, in version order, through their mailboxes", async () => {
    const mabeam = await start();
    const seen: VariableChange[] = [];
    const listener = defineAgent({
      name: "l",
      handlers: { ping: () => 1 },
      onVariable: (_, change) => void seen.push(change),
    });
    await mabeam.registerAgent("a", listener);
    await mabeam.registerAgent("b", listener);
    await mabeam.addOrchestrationVariable(rate());
    await mabeam.variables.set("rate", 0.1);
    await mabeam.variables.set("rate", 0.2);
    await mabeam.agents.ref("a").ask("ping");
    expect(seen.map((change) => change.to)).toEqual([0.1, 0.2]);
  });
});

describe("adding", () => {
  it("refuses a second one, a circle, and a malformed one", async () => {
    const { variables } = await start();
    await variables.add(parameter("a", { agents: [], value: 1, dependsOn: ["b"] }));
    await expect(variables.add(parameter("a", { agents: [], value: 1 }))).rejects.toMatchObject({
      code: "VARIABLE_ALREADY_REGISTERED",
    });
    await expect(variables.add(parameter("b", { agents: [], value: 1, dependsOn: ["a"] }))).rejects.toMatchObject({
      code: "CYCLE",
      details: { cycle: ["a", "b", "a"] },
    });
    await expect(variables.add({ id: "x", type: "colour", agents: [], value: 1 } as never)).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(variables.list().map((variable) => variable.id)).toEqual(["a"]);
    expect(await variables.remove("nope")).toBe(false);
    expect(await variables.remove("a")).toBe(true);
    expect(variables.get("a")).toBeUndefined();
  });

  it("recovers value, version and history from the journal; then they win over the initial value", async () => {
    const journal = memoryJournal();
    const before = await createMabeam({ journal });
    await before.addOrchestrationVariable(rate());
    await before.variables.set("rate", 0.9, { by: "x" });
    await before.close();

    const after = await createMabeam({ journal });
    expect(after.variables.get("rate")).toBeUndefined();
    const other = communicationTopology("rate", { agents: ["a", "b"], pattern: "mesh" });
    await expect(after.addOrchestrationVariable(other)).rejects.toMatchObject({ details: { reason: "other-type" } });
    await after.addOrchestrationVariable(rate(0.1));
    expect(after.variables.get("rate")).toMatchObject({ value: 0.9, version: 2 });
    expect(after.variables.history("rate").entries).toMatchObject([{ from: 0.5, to: 0.9, by: "x" }]);
  });
});

describe("agentSelection", () => {
  const agents = ["a", "b", "c"];
  it("selects the required ones and as many as may run", () => {
    expect(agentSelection("s", { agents }).value).toEqual(agents);
    expect(agentSelection("s", { agents, required: ["c"], maxConcurrent: 2 }).value).toEqual(["a", "c"]);
  });

  it.each([
    ["a stranger", ["a", "x"]],
    ["too few", []],
    ["too many", ["a", "b", "c"]],
    ["one twice", ["a", "a"]],
    ["no list", "a"],
  ])("refuses %s", async (_, value) => {
    const { variables } = await start();
    await variables.add(agentSelection("s", { agents, required: ["a"], min: 1, maxConcurrent: 2 }));
    await expect(variables.set("s", value)).rejects.toMatchObject({ code: "CONSTRAINT_VIOLATED" });
  });

  it("refuses rules that cannot be met", () => {
    expect(() => agentSelection("s", { agents, required: ["x"] })).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
    expect(() => agentSelection("s", { agents, required: ["a", "b"], maxConcurrent: 1 })).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
    expect(() => agentSelection("s", { agents: ["a", "a"] })).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
    expect(() => agentSelection("s", { agents, value: ["x"] })).toThrow(
      expect.objectContaining({ code: "CONSTRAINT_VIOLATED" }),
    );
  });
});

describe("communicationTopology", () => {
  const agents = ["a", "b", "c"];
  const edges = (options: object) =>
    communicationTopology("t", { agents, ...options } as never).value.edges.map(({ from, to }) => from + to);

  it.each([
    ["pipeline", {}, ["ab", "bc"]],
    ["ring", {}, ["ab", "bc", "ca"]],
    ["star", { hub: "b" }, ["ba", "ab", "bc", "cb"]],
    ["broadcast", {}, ["ab", "ac"]],
    ["mesh", {}, ["ab", "ac", "ba", "bc", "ca", "cb"]],
    ["layered", { layers: [["a", "b"], ["c"]] }, ["ac", "bc"]],
    ["custom", { edges: [{ from: "c", to: "a" }] }, ["ca"]],
  ])("lays out %s", (pattern, shape, expected) => {
    expect(edges({ pattern, ...shape })).toEqual(expected);
  });

  it.each([
    ["an unknown pattern", { pattern: "knot" }],
    ["an unknown hub", { pattern: "star", hub: "x" }],
    ["a self-loop", { pattern: "custom", edges: [{ from: "a", to: "a" }] }],
    ["a stranger", { pattern: "custom", edges: [{ from: "a", to: "x" }] }],
    [
      "an edge twice",
      {
        pattern: "custom",
        edges: [
          { from: "a", to: "b" },
          { from: "a", to: "b" },
        ],
      },
    ],
    ["layers that are missing", { pattern: "layered" }],
  ])("refuses %s", (_, options) => {
    expect(() => edges(options)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});
