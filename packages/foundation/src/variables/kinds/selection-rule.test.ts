import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentSelection, createMabeam, defineAgent } from "../../index.ts";
import type { AgentInfo } from "../../agents/info.ts";
import { selectAgents, selectionOrders, type SelectionInput } from "./selection-rule.ts";

const info = (id: string, facts: object = {}): AgentInfo =>
  ({
    id,
    capabilities: [],
    role: "executor",
    status: "stopped",
    metrics: { throughput: 0, errorRate: 0 },
    ...facts,
  }) as never;
const input = (infos: AgentInfo[], rest: Partial<SelectionInput> = {}, maxConcurrent = 2): SelectionInput => ({
  agents: infos.map(({ id }) => id),
  rules: { required: [], min: 0, maxConcurrent },
  present: [],
  infos,
  requirements: undefined,
  ...rest,
});

describe("selecting", () => {
  it("by task takes those that can do it, in order, and passes over who has failed", () => {
    const can = { capabilities: ["x"] };
    const infos = [info("a"), info("b", { ...can, status: "failed" }), info("c", can), info("d", can), info("e", can)];
    expect(selectAgents("task", input(infos, { requirements: { capabilities: ["x"] } }))).toEqual(["c", "d"]);
    expect(selectAgents("task", input(infos, { requirements: { role: "judge" } }))).toEqual([]);
  });

  it("by performance takes the highest throughput without errors, the earlier one on a tie", () => {
    const rated = (id: string, throughput: number, errorRate: number) =>
      info(id, { metrics: { throughput, errorRate } });
    const infos = [rated("a", 10, 0.9), rated("b", 2, 0), rated("c", 4, 0.5), rated("d", 3, 0)];
    expect(selectAgents("performance", input(infos))).toEqual(["b", "d"]);
  });

  it("by turns gives everybody the same share, however wide the window is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), (count, width) => {
        const infos = Array.from({ length: count }, (_, index) => info(`agent-${index}`));
        const turns = new Map(infos.map(({ id }) => [id, 0]));
        let present: string[] = [];
        for (let round = 0; round < count; round++) {
          present = selectAgents("round_robin", input(infos, { present }, width));
          for (const id of present) turns.set(id, (turns.get(id) as number) + 1);
        }
        expect(new Set(turns.values())).toEqual(new Set([Math.min(width, count)]));
      }),
    );
  });

  it("always takes the required ones, even if nothing is known of them, and never too many", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...selectionOrders),
        fc.subarray(["a", "b", "c", "d"]),
        fc.subarray(["a", "b", "c", "d"]),
        fc.integer({ min: 0, max: 4 }),
        (by, required, registered, more) => {
          const agents = ["a", "b", "c", "d"];
          const rules = { required, min: 0, maxConcurrent: required.length + more };
          const infos = registered.map((id) => info(id));
          const selected = selectAgents(by, { ...input([]), agents, rules, infos });
          expect(selected).toEqual(expect.arrayContaining(required));
          const others = registered.filter((id) => !required.includes(id)).length;
          expect(selected).toHaveLength(required.length + Math.min(more, others));
        },
      ),
    );
  });
});

describe("coordination", () => {
  const worker = (...capabilities: string[]) => defineAgent({ name: "worker", capabilities, handlers: {} });
  async function crew() {
    const mabeam = await createMabeam({ seed: 1 });
    await mabeam.registerAgent("a", worker("x"));
    for (const id of ["b", "c"]) await mabeam.registerAgent(id, worker("y"));
    return mabeam;
  }
  const agents = ["a", "b", "c"];

  it("by task sets the new selection as the value, and its agents run", async () => {
    await using mabeam = await crew();
    await mabeam.addOrchestrationVariable(agentSelection("s", { agents, by: "task" }));
    await mabeam.coordinateSystem({ taskRequirements: { capabilities: ["y"] } });
    expect(mabeam.variables.get("s")).toMatchObject({ value: ["b", "c"], version: 2 });
    expect(mabeam.variables.history("s").entries).toMatchObject([{ from: agents, by: "coordination" }]);
    expect(mabeam.agents.list().map(({ status }) => status)).toEqual(["stopped", "running", "running"]);
    await mabeam.coordinateSystem({ taskRequirements: { capabilities: ["y"] } });
    expect(mabeam.variables.get("s")?.version).toBe(2);
  });

  it("by task that finds too few leaves the value and the agents as they are, and says so", async () => {
    await using mabeam = await crew();
    await mabeam.addOrchestrationVariable(agentSelection("s", { agents, by: "task", min: 2 }));
    const report = await mabeam.coordinateSystem({ taskRequirements: { capabilities: ["x"] } });
    expect(report).toMatchObject({
      directives: [],
      variables: [{ ok: false, error: expect.stringContaining("2 to 3") }],
    });
    expect(mabeam.variables.get("s")).toMatchObject({ value: agents, version: 1 });
    expect(mabeam.agents.count({ status: "running" })).toBe(3);
  });

  it("by turns moves on each time", async () => {
    await using mabeam = await crew();
    await mabeam.addOrchestrationVariable(agentSelection("s", { agents, by: "round_robin", maxConcurrent: 1 }));
    const seen: string[][] = [];
    for (let round = 0; round < 4; round++) {
      await mabeam.coordinateSystem();
      seen.push(mabeam.variables.get("s")?.value as string[]);
    }
    expect(seen).toEqual([["b"], ["c"], ["a"], ["b"]]);
  });
});
