import { expect, it } from "vitest";
import { createMabeam, defineAgent, type AgentRef } from "../index.ts";
import { testClock } from "../testing.ts";

const member = defineAgent({
  name: "member",
  state: () => ({ total: 0 }),
  handlers: {
    add: (ctx, amount: number) => (ctx.state.total += amount),
    crash: () => {
      throw new Error("boom");
    },
  },
});

async function group(strategy: "one_for_one" | "one_for_all" | "rest_for_one") {
  const mabeam = await createMabeam({ clock: testClock(), seed: 1 });
  await mabeam.supervisor.add("s", { strategy, maxRestarts: 2, withinMs: 1000 });
  const refs: AgentRef<typeof member.handlers>[] = [];
  for (const id of ["a", "b", "c"]) refs.push(await mabeam.registerAgent(id, member, { supervisor: "s" }));
  const restarts = () => refs.map((ref) => ref.info().restarts);
  return { mabeam, refs, restarts };
}

it.each([
  ["one_for_one", [0, 1, 0]],
  ["one_for_all", [1, 1, 1]],
  ["rest_for_one", [0, 1, 1]],
] as const)("%s restarts whom it should, and what waited for them is handled", async (strategy, expected) => {
  const { mabeam, refs, restarts } = await group(strategy);
  const [, b, c] = refs;
  const crashed = expect(b?.ask("crash")).rejects.toMatchObject({ code: "HANDLER_FAILED" });
  const waited = Promise.all([b?.ask("add", 1), c?.ask("add", 2)]);
  await crashed;
  expect([await waited, restarts()]).toEqual([[1, 2], expected]);
  expect(mabeam.supervisor.tree().children).toMatchObject([{ id: "s", strategy, status: "running", restarts: 1 }]);
  await mabeam.close();
});

it("over its intensity a supervisor stops its children and stays failed until it is restarted; nobody else is touched", async () => {
  const { mabeam, refs } = await group("one_for_one");
  const alone = await mabeam.registerAgent("alone", member);
  const failed: unknown[] = [];
  mabeam.events.on("supervisor:failed", ({ supervisor }) => failed.push(supervisor));
  for (let crash = 0; crash < 3; crash++) await refs[1]?.ask("crash").catch(() => {});
  expect(refs.map((ref) => ref.info().status)).toEqual(["stopped", "failed", "stopped"]);
  expect([failed, mabeam.systemStatus().healthy, await alone.ask("add", 1)]).toEqual([["s"], false, 1]);
  await mabeam.supervisor.restart("s");
  expect([mabeam.systemStatus().healthy, await refs[1]?.ask("add", 1)]).toEqual([true, 1]);
  expect([await mabeam.supervisor.remove("s"), mabeam.agents.list().map(({ id }) => id)]).toEqual([true, ["alone"]]);
  await mabeam.close();
});

it("an unknown supervisor registers nobody; significance needs a supervisor that heeds it", async () => {
  const mabeam = await createMabeam({ clock: testClock(), seed: 1 });
  await mabeam.supervisor.add("s");
  for (const options of [{ supervisor: "x" }, { significant: true }, { supervisor: "s", significant: true }])
    await expect(mabeam.registerAgent("a", member, options)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(mabeam.agents.has("a")).toBe(false);
  await mabeam.close();
});

it("what an agent holds ends with its life: leases of its registration and of its own asking", async () => {
  const mabeam = await createMabeam({ clock: testClock(), seed: 1 });
  mabeam.resources.define({ cpu: 2 });
  const greedy = defineAgent({
    name: "greedy",
    handlers: {
      take: async (ctx) => (await ctx.resources.request({ cpu: 1 })).agent,
      crash: () => {
        throw new Error("boom");
      },
    },
  });
  const ref = await mabeam.registerAgent("g", greedy, { resources: { cpu: 1, gpu: 4 } });
  expect([await ref.ask("take"), mabeam.resources.utilization()["cpu"]?.used]).toEqual(["g", 2]);
  const refused = mabeam.registerAgent("h", greedy, { resources: { cpu: 1 } });
  await expect(refused).rejects.toMatchObject({ code: "HANDLER_FAILED", cause: { code: "RESOURCES_EXHAUSTED" } });
  await ref.ask("crash").catch(() => {});
  expect(await ref.ask("take")).toBe("g");
  await ref.stop();
  expect(mabeam.systemStatus().resources["cpu"]).toMatchObject({ used: 0 });
  expect(mabeam.agents.find({ where: { "resources.gpu": { gte: 2 } } }).map(({ id }) => id)).toEqual(["g"]);
  await mabeam.close();
});

it("code that goes on after its life or its message is over can do no harm", async () => {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1 });
  const outcomes: unknown[] = [];
  const ghost = defineAgent({
    name: "ghost",
    state: () => ({ total: 0 }),
    handlers: {
      late: async (ctx) => {
        const { signal } = ctx;
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        ctx.state = { total: 666 };
        outcomes.push(await ctx.spawn("child", member).catch((error: { code: string }) => error.code));
        outcomes.push([() => ctx.agents, () => ctx.variables, () => ctx.resources].map(codeOf));
      },
      replies: (ctx) => {
        ctx.signal.addEventListener("abort", () => outcomes.push("kept signal fired"));
        return ctx.state.total;
      },
    },
  });
  const ref = await mabeam.registerAgent("g", ghost);
  const abandoned = expect(ref.ask("late", undefined, { timeoutMs: 10 })).rejects.toMatchObject({
    code: "ASK_TIMEOUT",
  });
  await clock.advance(10);
  await abandoned;
  const refusals = ["AGENT_NOT_RUNNING", Array.from({ length: 3 }, () => "AGENT_NOT_RUNNING")];
  expect([outcomes.splice(0), await ref.ask("replies"), mabeam.agents.has("child")]).toEqual([refusals, 0, false]);
  await ref.restart();
  expect(outcomes).toEqual(["kept signal fired"]);
  await mabeam.close();
});

function codeOf(reach: () => unknown): unknown {
  try {
    return reach();
  } catch (error) {
    return (error as { code: string }).code;
  }
}
