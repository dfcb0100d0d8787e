import { expect, it } from "vitest";
import {
  agentSelection,
  communicationTopology,
  createMabeam,
  defineAgent,
  parameter,
  type Directive,
  type OrchestrationVariable,
} from "../index.ts";
import { testClock } from "../testing.ts";

async function crew() {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  const seen: string[] = [];
  const recorder = (refuses = false) =>
    defineAgent({
      name: "recorder",
      handlers: { ping: () => "pong" },
      onDirective: (ctx, directive) => {
        seen.push(`${ctx.id} ${directive.action} ${JSON.stringify(directive.parameters)}`);
        return !refuses;
      },
    });
  for (const id of ["a", "b", "c"]) await mabeam.registerAgent(id, recorder(id === "c"));
  return { mabeam, clock, seen };
}

const custom = (id: string, coordinate: () => Directive[] | Promise<Directive[]>): OrchestrationVariable => ({
  id,
  type: "custom",
  agents: ["a"],
  value: null,
  version: 1,
  coordinate,
});

it("starts the selected agents and stops the others, unless they refuse", async () => {
  const { mabeam } = await crew();
  await mabeam.addOrchestrationVariable(agentSelection("crew", { agents: ["a", "b", "c"], value: ["a"] }));
  const first = await mabeam.coordinateSystem();
  expect(first.directives.map(({ agent, action, outcome }) => [agent, action, outcome])).toEqual([
    ["b", "deactivate", "delivered"],
    ["c", "deactivate", "refused"],
    ["a", "activate", "delivered"],
  ]);
  expect(mabeam.agents.list().map((info) => info.status)).toEqual(["running", "stopped", "running"]);
  await mabeam.variables.set("crew", ["b"]);
  await mabeam.coordinateSystem();
  expect(mabeam.agents.list().map((info) => info.status)).toEqual(["stopped", "running", "running"]);
});

it("tells each agent whom it hears and what its parameters are", async () => {
  const { mabeam, seen } = await crew();
  await mabeam.addOrchestrationVariable(communicationTopology("flow", { agents: ["a", "b"], pattern: "pipeline" }));
  await mabeam.addOrchestrationVariable(parameter("depth", { agents: ["a"], value: 3 }));
  await mabeam.coordinateSystem();
  expect(seen).toEqual([
    'a adjust_parameters {"depth":3}',
    'a update_communication {"pattern":"pipeline","receivesFrom":[],"sendsTo":["b"]}',
    'b update_communication {"pattern":"pipeline","receivesFrom":["a"],"sendsTo":[]}',
  ]);
});

it("goes in dependency order, then by id, and delivers higher priorities first", async () => {
  const { mabeam, seen } = await crew();
  const step = (id: string, dependsOn: string[], priorities: number[]): OrchestrationVariable => ({
    ...custom(id, () =>
      priorities.map((priority) => ({
        agent: "a",
        action: "reconfigure",
        parameters: { [id]: priority },
        priority,
        timeoutMs: 100,
        variable: id,
      })),
    ),
    dependsOn,
  });
  await mabeam.addOrchestrationVariable(step("1", ["2"], [1, 9]));
  await mabeam.addOrchestrationVariable(step("2", [], [5]));
  await mabeam.coordinateSystem();
  expect(seen).toEqual(['a reconfigure {"2":5}', 'a reconfigure {"1":9}', 'a reconfigure {"1":1}']);
});

it("reports a variable that throws, hangs or talks nonsense, and goes on with the others", async () => {
  const { mabeam, clock, seen } = await crew();
  const nonsense = [{ agent: "a", action: "dance", parameters: {}, priority: 0, timeoutMs: 1, variable: "v" }];
  await mabeam.addOrchestrationVariable(
    custom("1-throws", () => {
      throw new Error("oops");
    }),
  );
  await mabeam.addOrchestrationVariable(custom("2-hangs", () => new Promise(() => {})));
  await mabeam.addOrchestrationVariable(custom("3-nonsense", () => nonsense as never));
  await mabeam.addOrchestrationVariable(parameter("4-fine", { agents: ["a", "nobody"], value: 1 }));
  const running = mabeam.coordinateSystem({}, { timeoutMs: 100 });
  await clock.advance(100);
  const report = await running;
  expect(report.variables.map(({ variable, ok, timedOut }) => [variable, ok, timedOut])).toEqual([
    ["1-throws", false, false],
    ["2-hangs", false, true],
    ["3-nonsense", false, false],
    ["4-fine", true, false],
  ]);
  expect(report.directives.map(({ agent, outcome }) => [agent, outcome])).toEqual([
    ["a", "delivered"],
    ["nobody", "agent_unavailable"],
  ]);
  expect(seen).toHaveLength(1);
  expect(mabeam.systemStatus().coordination).toMatchObject({ runs: 1, successRate: 0.25, meanMs: 100 });
});

it("gives up a directive that its agent does not answer in time", async () => {
  const { mabeam, clock } = await crew();
  const deaf = defineAgent({ name: "deaf", handlers: {}, onDirective: () => new Promise(() => {}) });
  await mabeam.registerAgent("deaf", deaf);
  await mabeam.addOrchestrationVariable(parameter("p", { agents: ["deaf"], value: 1 }));
  const running = mabeam.coordinateSystem();
  await clock.advance(5000);
  expect((await running).directives).toMatchObject([{ outcome: "timed_out" }]);
  expect(mabeam.agents.get("deaf")?.restarts).toBe(0);
});

it("coalesces calls that arrive during a run, and aborts a wait without stopping the run", async () => {
  const { mabeam } = await crew();
  let runs = 0;
  mabeam.events.subscribe("coordination:completed", () => runs++);
  const stop = new AbortController();
  const calls = Array.from({ length: 5 }, () => mabeam.coordinateSystem());
  const aborted = expect(mabeam.coordinateSystem({}, { signal: stop.signal })).rejects.toMatchObject({
    code: "ABORTED",
    cause: "bored",
  });
  stop.abort("bored");
  const reports = await Promise.all(calls);
  await aborted;
  expect(runs).toBe(2);
  expect(new Set(reports.map((report) => report.id)).size).toBe(2);
});
