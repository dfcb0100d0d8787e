import { expect, it } from "vitest";
import { createMabeam, defineAgent, type OrchestrationVariable } from "../index.ts";
import { testClock } from "../testing.ts";

const gates: (() => void)[] = [];
const worker = defineAgent({
  name: "worker",
  handlers: {
    work: async (ctx) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return ctx.id;
    },
  },
});

function scaling(action: "scale_up" | "scale_down", count: number): OrchestrationVariable {
  const directive = { agent: "w", action, parameters: { count }, priority: 0, timeoutMs: 1000, variable: action };
  return { id: action, type: "custom", agents: ["w"], value: null, version: 1, coordinate: () => [directive] };
}

it("an agent that is scaled up shares its work with the least loaded; scaled down, it drains the last and loses nothing", async () => {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  const ref = await mabeam.registerAgent("w", worker, { tags: ["blue"] });
  await mabeam.addOrchestrationVariable(scaling("scale_up", 2));
  expect((await mabeam.coordinateSystem()).directives).toMatchObject([{ outcome: "delivered" }]);
  expect(mabeam.agents.find({ tag: "replica-of:w" }).map(({ id, tags }) => [id, tags[0]])).toEqual([
    ["w#2", "blue"],
    ["w#3", "blue"],
  ]);
  const asked = Promise.all(Array.from({ length: 6 }, () => ref.ask("work")));
  await clock.settle();
  await mabeam.variables.remove("scale_up");
  await mabeam.addOrchestrationVariable(scaling("scale_down", 2));
  const coordinated = mabeam.coordinateSystem();
  for (let round = 0; round < 6; round++) {
    await clock.settle();
    for (const open of gates.splice(0)) open();
  }
  expect((await asked).toSorted()).toEqual(["w", "w", "w#2", "w#2", "w#3", "w#3"]);
  expect((await coordinated).directives).toMatchObject([{ outcome: "delivered" }]);
  expect(mabeam.agents.list().map(({ id }) => id)).toEqual(["w"]);
  await mabeam.close();
});
