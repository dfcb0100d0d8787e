import { expect, it } from "vitest";
import { createMabeam, defineAgent, type Directive } from "../index.ts";
import { testClock } from "../testing.ts";

async function system(directives: (signal: AbortSignal | undefined) => Directive[] | Promise<Directive[]>) {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  await mabeam.addOrchestrationVariable({
    id: "v",
    type: "custom",
    agents: ["a", "b"],
    value: null,
    version: 1,
    coordinate: (_variable, _agents, context) => directives(context.signal),
  });
  return { mabeam, clock };
}

const order = (agent: string, action: Directive["action"], timeoutMs: number): Directive => ({
  agent,
  action,
  parameters: {},
  priority: 0,
  timeoutMs,
  variable: "v",
});

const slow = (hook: "onStart" | "onStop" | "onDirective", ms: number) =>
  defineAgent({
    name: "slow",
    handlers: {},
    [hook]: (ctx: { clock: { after(ms: number, callback: () => void): unknown } }) =>
      new Promise<void>((resolve) => ctx.clock.after(ms, resolve)),
  });

it.each([
  ["activate", "onStart", false],
  ["deactivate", "onStop", true],
] as const)("the effect of %s counts within the directive's time", async (action, hook, autoStart) => {
  const { mabeam, clock } = await system(() => [order("a", action, 50)]);
  await mabeam.registerAgent("a", slow(hook, 1500), { autoStart });
  const running = mabeam.coordinateSystem();
  await clock.advance(50);
  expect(await running).toMatchObject({ durationMs: 50, directives: [{ outcome: "timed_out" }] });
  // It goes on all the same.
  await clock.advance(1450);
  expect(mabeam.agents.get("a")?.status).toBe(action === "activate" ? "running" : "stopped");
});

it("agents do not wait for each other's directives of one priority", async () => {
  const { mabeam, clock } = await system(() => [order("a", "reconfigure", 500), order("b", "reconfigure", 500)]);
  for (const id of ["a", "b"]) await mabeam.registerAgent(id, slow("onDirective", 100));
  const running = mabeam.coordinateSystem();
  await clock.advance(100);
  expect(await running).toMatchObject({
    durationMs: 100,
    directives: [
      { agent: "a", outcome: "delivered" },
      { agent: "b", outcome: "delivered" },
    ],
  });
});

it("the function of a variable that is given up sees its signal fire", async () => {
  let seen: AbortSignal | undefined;
  const { mabeam, clock } = await system((signal) => {
    seen = signal;
    return new Promise(() => {});
  });
  const running = mabeam.coordinateSystem({}, { timeoutMs: 20 });
  await clock.advance(20);
  expect((await running).variables).toMatchObject([{ timedOut: true }]);
  expect(seen?.aborted).toBe(true);
});
