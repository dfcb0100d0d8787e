import {
  createMabeam,
  isMabeamError,
  MabeamError,
  parameter,
  type Directive,
  type Mabeam,
  type OrchestrationVariable,
} from "@mabeam/foundation";
import { testClock } from "@mabeam/foundation/testing";
import { afterEach, describe, expect, test } from "vitest";
import { program } from "../programs/custom-program.ts";
import { programSuite } from "../programs/program.suite.ts";
import { choice } from "../variables/choice.ts";
import { integer } from "../variables/integer.ts";
import { agentize } from "./agentize.ts";
import { onAgent } from "./on-agent.ts";

const systems: Mabeam[] = [];
async function system(): Promise<Mabeam> {
  const mabeam = await createMabeam({ clock: testClock(), seed: 1 });
  systems.push(mabeam);
  return mabeam;
}
afterEach(async () => {
  await Promise.all(systems.splice(0).map((mabeam) => mabeam.close()));
});

const code = (expected: string, more: object = {}) => expect.objectContaining({ code: expected, ...more });

const shout = () =>
  program({
    name: "shout",
    signature: "text, times?: integer -> loud",
    variables: [choice("mark", ["!", "?!"]), integer("repeat", { min: 1, max: 3, default: 1 })],
    forward: async ({ text, times = 1 }, { config, learned }) => {
      await Promise.resolve();
      const taught = learned === undefined ? "" : String(learned);
      return { loud: (text.toUpperCase() + config.mark + taught).repeat(config.repeat * times) };
    },
    fit: (trainset) => `(${trainset.length})`,
  });

/** A program whose calls end when the test says so; `waiting` holds the signals of those that have begun. */
function gated() {
  const open: (() => void)[] = [];
  const waiting: AbortSignal[] = [];
  const gate = program({
    name: "gate",
    signature: "text -> answer",
    forward: async ({ text }, { signal }) => {
      waiting.push(signal);
      await new Promise<void>((resolve) => open.push(resolve));
      return { answer: text };
    },
  });
  return { gate, open, waiting };
}

const failing = (error: unknown) =>
  program({
    name: "failing",
    signature: "text -> answer",
    forward: (): { answer: string } => {
      throw error;
    },
  });

programSuite("a program on an agent", {
  make: async () => {
    const { ref } = await agentize(await system(), shout());
    return onAgent(ref as never, shout() as never);
  },
  makeHanging: async () => {
    const never = program({
      name: "shout",
      signature: "text, times?: integer -> loud",
      variables: [choice("mark", ["!", "?!"])],
      forward: () => new Promise<never>(() => {}),
    });
    const { ref } = await agentize(await system(), never, { shutdownTimeoutMs: 0 });
    return onAgent(ref as never, never as never);
  },
  inputs: { text: "hi" },
  wrong: { inputs: { text: "hi", times: 0.5 }, field: "times" },
});

describe("agentize", () => {
  test("gives a definition that any system can register: capabilities are the output fields", async () => {
    const definition = agentize(shout());
    expect(definition.space.variables.map((variable) => variable.name)).toEqual(["mark", "repeat"]);
    const mabeam = await system();
    const ref = await mabeam.registerAgent("mine", definition);
    expect(ref.info()).toMatchObject({ name: "shout", capabilities: ["loud"] });
    const answer = await ref.ask("execute", { text: "hi" });
    expect(answer).toEqual({ loud: "HI!" });
    expect(answer.$.trace).toMatchObject([{ program: "shout", outputs: { loud: "HI!" } }]);
    expect(await ref.ask("run", { inputs: { text: "hi" }, config: { mark: "?!" } })).toEqual({ loud: "HI?!" });
  });

  test("one definition serves several agents, and configuring one leaves the other alone", async () => {
    const mabeam = await system();
    const definition = agentize(shout(), { capabilities: ["shouting"] });
    const one = await mabeam.registerAgent("one", definition);
    const two = await mabeam.registerAgent("two", definition);
    expect(mabeam.agents.find({ capability: "shouting" }).map(({ id }) => id)).toEqual(["one", "two"]);
    expect(await one.ask("configure", { mark: "?!" })).toEqual({ mark: "?!", repeat: 1 });
    expect(await one.ask("execute", { text: "hi" })).toEqual({ loud: "HI?!" });
    expect(await two.ask("execute", { text: "hi" })).toEqual({ loud: "HI!" });
  });

  test("with a system gives the running agent, under the program's name or another", async () => {
    const mabeam = await system();
    const agent = await agentize(mabeam, shout());
    expect(agent.id).toBe("shout");
    const other = await agentize(mabeam, shout(), { agentId: "s2", role: "evaluator", tags: ["loud"] });
    expect(mabeam.agents.get("s2")).toMatchObject({ role: "evaluator", tags: ["loud"], status: "running" });
    expect(await other.ask("execute", { text: "hi" })).toEqual({ loud: "HI!" });
    await expect(agentize(mabeam, shout())).rejects.toThrow(code("AGENT_ALREADY_REGISTERED"));
  });

  test("an agent that was asked for by a handler it does not have says so", async () => {
    const agent = await agentize(await system(), shout());
    await expect(agent.ask("exicute" as "execute", { text: "hi" })).rejects.toThrow(code("UNKNOWN_HANDLER"));
    await expect(agent.ask("exicute" as "execute", { text: "hi" }, { config: {} })).rejects.toThrow(
      code("UNKNOWN_HANDLER"),
    );
  });
});

describe("a failure", () => {
  test("of the program is a refusal with the cause, never a crash", async () => {
    const cause = new Error("boom");
    for (const thrown of [cause, "only words", null]) {
      const agent = await agentize(await system(), failing(thrown));
      const refused = code("HANDLER_FAILED", { cause: thrown, details: { agent: "failing" } });
      for (let n = 0; n < 5; n++) await expect(agent.ask("execute", { text: "" })).rejects.toEqual(refused);
      expect(agent.ref.info()).toMatchObject({ status: "running", restarts: 0 });
    }
  });

  test("that is a MabeamError reaches the caller as it is", async () => {
    const refusal = new MabeamError("BUDGET_EXHAUSTED", "no money left", { details: { costUsd: 3 } });
    const agent = await agentize(await system(), failing(refusal));
    await expect(agent.ask("execute", { text: "" })).rejects.toBe(refusal);
    expect(agent.ref.info().restarts).toBe(0);
  });

  test("of inputs or configuration names what does not fit, and the agent goes on", async () => {
    const agent = await agentize(await system(), shout());
    await expect(agent.ask("execute", { txt: "" } as never)).rejects.toThrow(code("INVALID_INPUT"));
    const unknown = code("INVALID_INPUT", { details: expect.objectContaining({ variable: "volume" }) });
    await expect(agent.ask("execute", { text: "" }, { config: { volume: 11 } })).rejects.toEqual(unknown);
    await expect(agent.configure({ volume: 11 })).rejects.toEqual(unknown);
    expect(await agent.ask("execute", { text: "hi" })).toEqual({ loud: "HI!" });
    expect(agent.ref.info().restarts).toBe(0);
  });
});

describe("configuration", () => {
  test("of a call stays with it, also among calls that overlap", async () => {
    const agent = await agentize(await system(), shout());
    const configs = Array.from({ length: 60 }, (_, n) => ({ mark: n % 2 === 0 ? "!" : "?!", repeat: 1 + (n % 3) }));
    const answers = await Promise.all([
      ...configs.map((config) => agent.ask("execute", { text: "a" }, { config })),
      agent.ask("execute", { text: "a" }),
    ]);
    const expected = configs.map(({ mark, repeat }) => ({ loud: `A${mark}`.repeat(repeat) }));
    expect(answers).toEqual([...expected, { loud: "A!" }]);
  });

  test("in an object that the caller goes on changing is read at each call", async () => {
    const agent = await agentize(await system(), shout());
    const config: { mark: string } = { mark: "!" };
    expect(await agent.ask("execute", { text: "a" }, { config })).toEqual({ loud: "A!" });
    const call = { inputs: { text: "a" }, config, learned: "(taught)" };
    expect(await agent.ref.ask("run", call)).toEqual({ loud: "A!(taught)" });
    config.mark = "?!";
    expect(await agent.ask("execute", { text: "a" }, { config })).toEqual({ loud: "A?!" });
    expect(await agent.ref.ask("run", call)).toEqual({ loud: "A?!(taught)" });
  });

  test("set by configure holds from then on, under what a call brings", async () => {
    const agent = await agentize(await system(), shout());
    expect(await agent.configure({ repeat: 2 })).toEqual({ mark: "!", repeat: 2 });
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A!A!" });
    expect(await agent.ask("execute", { text: "a" }, { config: { mark: "?!" } })).toEqual({ loud: "A?!A?!" });
    expect(agent.program.config).toEqual({ mark: "!", repeat: 1 });
  });

  test("what was learned travels with the call, and so does that nothing was", async () => {
    const fitted = await shout().fit([{ text: "a", loud: "A" }]);
    const { ref } = await agentize(await system(), fitted);
    const there = onAgent(ref as never, fitted as never);
    expect(await ref.ask("execute", { text: "a" })).toEqual({ loud: "A!(1)" });
    expect(await there.forward({ text: "a" })).toEqual({ loud: "A!(1)" });
    expect(await there.forward({ text: "a" }, { learned: "(other)" })).toEqual({ loud: "A!(other)" });
    expect(await there.withLearned(undefined).forward({ text: "a" })).toEqual({ loud: "A!" });
  });
});

describe("directives", () => {
  const outcomes = async (mabeam: Mabeam) =>
    (await mabeam.coordinateSystem()).directives.map(({ agent, outcome }) => [agent, outcome]);

  test("a parameter variable that is called like one of the program's sets it", async () => {
    const mabeam = await system();
    const agent = await agentize(mabeam, shout());
    await mabeam.addOrchestrationVariable(parameter("repeat", { agents: ["shout"], value: 2 }));
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A!" });
    expect(await outcomes(mabeam)).toEqual([["shout", "delivered"]]);
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A!A!" });
    await mabeam.variables.set("repeat", 3);
    await mabeam.coordinateSystem();
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A!A!A!" });
  });

  test("a parameter that the program does not have, or a value out of range, is refused and changes nothing", async () => {
    const mabeam = await system();
    const agent = await agentize(mabeam, shout());
    await mabeam.addOrchestrationVariable(parameter("volume", { agents: ["shout"], value: 11 }));
    await mabeam.addOrchestrationVariable(parameter("repeat", { agents: ["shout"], value: 99 }));
    expect(await outcomes(mabeam)).toEqual([
      ["shout", "refused"],
      ["shout", "refused"],
    ]);
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A!" });
    expect(agent.ref.info()).toMatchObject({ status: "running", restarts: 0 });
  });

  test("reconfigure sets several at once, and what is meant for the system is let through", async () => {
    const mabeam = await system();
    const agent = await agentize(mabeam, shout());
    const directive = (action: Directive["action"], parameters: Directive["parameters"]): Directive => ({
      agent: "shout",
      action,
      parameters,
      priority: 0,
      timeoutMs: 5000,
      variable: "custom",
    });
    const variable: OrchestrationVariable = {
      id: "custom",
      type: "custom",
      agents: ["shout"],
      value: null,
      version: 1,
      coordinate: () => [
        directive("reconfigure", { mark: "?!", repeat: 2 }),
        directive("change_role", { role: "monitor" }),
      ],
    };
    await mabeam.addOrchestrationVariable(variable);
    expect(await outcomes(mabeam)).toEqual([
      ["shout", "delivered"],
      ["shout", "delivered"],
    ]);
    expect(agent.ref.info().role).toBe("monitor");
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A?!A?!" });
  });

  test("a restart forgets what directives set: a program's own configuration is the state it starts with", async () => {
    const agent = await agentize(await system(), shout());
    await agent.configure({ repeat: 3 });
    await agent.ref.restart();
    expect(await agent.ask("execute", { text: "a" })).toEqual({ loud: "A!" });
  });
});

describe("calls", () => {
  test("64 run at once unless told otherwise, and the 65th waits its turn", async () => {
    const { gate, open, waiting } = gated();
    const mabeam = await system();
    const clock = mabeam.clock as ReturnType<typeof testClock>;
    const agent = await agentize(mabeam, gate);
    const calls = Array.from({ length: 65 }, (_, n) => agent.ask("execute", { text: String(n) }));
    await clock.settle();
    expect(waiting).toHaveLength(64);
    open[0]?.();
    await clock.settle();
    expect(waiting).toHaveLength(65);
    for (const each of open) each();
    expect((await Promise.all(calls)).map(({ answer }) => Number(answer))).toEqual(calls.map((_, n) => n));

    const single = await agentize(mabeam, gate, { agentId: "single", concurrency: 1, shutdownTimeoutMs: 0 });
    const two = [single.ask("execute", { text: "a" }), single.ask("execute", { text: "b" })];
    await clock.settle();
    expect(waiting).toHaveLength(66);
    open[65]?.();
    await clock.settle();
    open[66]?.();
    expect(await Promise.all(two)).toEqual([{ answer: "a" }, { answer: "b" }]);
  });

  test("an abort reaches the program's signal, rejects with the reason, and frees the place", async () => {
    const { gate, open, waiting } = gated();
    const mabeam = await system();
    const clock = mabeam.clock as ReturnType<typeof testClock>;
    const agent = await agentize(mabeam, gate, { concurrency: 1 });
    const reason = new Error("enough");
    const controller = new AbortController();
    const running = agent.ask("execute", { text: "a" }, { signal: controller.signal });
    await clock.settle();
    expect(waiting[0]?.aborted).toBe(false);
    controller.abort(reason);
    await expect(running).rejects.toEqual(code("ABORTED", { cause: reason }));
    expect(waiting[0]?.aborted).toBe(true);
    const next = agent.ask("execute", { text: "b" });
    await clock.settle();
    open[1]?.();
    expect(await next).toEqual({ answer: "b" });
  });

  test("one that takes too long is given up for the caller, and its program is told", async () => {
    const { gate, waiting } = gated();
    const mabeam = await system();
    const clock = mabeam.clock as ReturnType<typeof testClock>;
    const agent = await agentize(mabeam, gate);
    const outcome = agent.ask("execute", { text: "a" }, { timeoutMs: 100 }).catch((error: unknown) => error);
    await clock.advance(99);
    expect(waiting[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(isMabeamError(await outcome, "ASK_TIMEOUT")).toBe(true);
    expect(waiting[0]?.aborted).toBe(true);
    expect(agent.ref.info().restarts).toBe(0);
  });

  test("to an agent that is stopped fail with what is the matter, and their step is in the trace", async () => {
    const agent = await agentize(await system(), shout());
    await agent.ref.stop();
    const trace: object[] = [];
    const there = onAgent(agent.ref as never, shout() as never);
    await expect(there.forward({ text: "a" }, { trace: trace as never })).rejects.toThrow(code("AGENT_NOT_RUNNING"));
    expect(trace).toMatchObject([
      { program: "shout", inputs: { text: "a" }, error: { code: "AGENT_NOT_RUNNING" }, costUsd: 0 },
    ]);
  });
});
