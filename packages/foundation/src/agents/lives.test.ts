import { describe, expect, it, vi } from "vitest";
import { createMabeam, defineAgent, type Mabeam, type MabeamOptions } from "../index.ts";
import { testClock } from "../testing.ts";

async function start(options: MabeamOptions = {}) {
  const clock = testClock();
  const mabeam: Mabeam = await createMabeam({ clock, seed: 1, ...options });
  return { mabeam, clock };
}

const codes = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.map((outcome) => (outcome.status === "fulfilled" ? "ok" : (outcome.reason.code as string)));

/** An agent that shows the signals of its lives and can hang in `onStart`. */
function mortal(hangs: (epoch: number) => boolean = () => false) {
  const lives: AbortSignal[] = [];
  const definition = defineAgent({
    name: "mortal",
    handlers: {
      ping: () => "pong",
      hang: () => new Promise(() => {}),
      crash: () => {
        throw new Error("boom");
      },
    },
    onStart: (ctx) => {
      lives.push(ctx.signal);
      return hangs(ctx.epoch) ? new Promise(() => {}) : undefined;
    },
  });
  return { definition, lives, alive: () => lives.filter((signal) => !signal.aborted).length };
}

describe("lives never overlap", () => {
  it("three restarts at once are three restarts, and leave one life", async () => {
    const { mabeam } = await start();
    const { definition, lives, alive } = mortal();
    const ref = await mabeam.registerAgent("m", definition);
    expect(codes(await Promise.allSettled([ref.restart(), ref.restart(), ref.restart()]))).toEqual(["ok", "ok", "ok"]);
    expect([lives.length, alive(), await ref.ask("ping")]).toEqual([4, 1, "pong"]);
  });

  it.each(["start", "restart"] as const)("unregister against %s leaves no orphan", async (call) => {
    const { mabeam, clock } = await start();
    const { definition, alive } = mortal();
    const ref = await mabeam.registerAgent("m", definition, { shutdownTimeoutMs: 10 });
    ref.tell("hang");
    await clock.settle();
    const calls = Promise.allSettled([mabeam.agents.unregister("m"), ref[call](), mabeam.agents.unregister("m")]);
    await clock.advance(20);
    const [gone, other, again] = await calls;
    expect([gone, again]).toMatchObject([{ value: true }, { value: false }]);
    expect(other).toMatchObject({ status: "rejected", reason: { code: "AGENT_NOT_FOUND" } });
    expect([alive(), mabeam.agents.has("m")]).toEqual([0, false]);
  });

  it("a start that is stopped, in onStart or in a backoff, rejects AGENT_NOT_RUNNING", async () => {
    const { mabeam, clock } = await start();
    const hanging = mortal(() => true);
    await mabeam.registerAgent("m", hanging.definition, { autoStart: false });
    const ref = mabeam.agents.ref("m");
    const calls = Promise.allSettled([ref.start(), clock.settle().then(() => ref.stop())]);
    expect(codes(await calls)).toEqual(["AGENT_NOT_RUNNING", "ok"]);
    expect([ref.info().status, hanging.alive()]).toEqual(["stopped", 0]);

    const onStart = (): never => {
      throw new Error("not yet");
    };
    const broken = defineAgent({ name: "broken", handlers: {}, onStart });
    const registering = mabeam.registerAgent("b", broken, { backoff: { initialMs: 1000 } });
    const stopped = clock.settle().then(() => mabeam.agents.ref("b").stop());
    expect(codes(await Promise.allSettled([registering, stopped]))).toEqual(["AGENT_NOT_RUNNING", "ok"]);
    expect(mabeam.agents.get("b")?.status).toBe("stopped");
  });

  it("a restart does not wait for a backoff", async () => {
    const { mabeam, clock } = await start();
    const { definition } = mortal();
    const ref = await mabeam.registerAgent("m", definition, { backoff: { initialMs: 60_000 } });
    await ref.ask("crash").catch(() => {});
    await clock.settle();
    expect(ref.info().status).toBe("starting");
    await ref.restart();
    expect(await ref.ask("ping")).toBe("pong");
  });
});

describe("closing", () => {
  it("ends a start that hangs, and a backoff, without time passing", async () => {
    const { mabeam, clock } = await start();
    const { definition, alive } = mortal(() => true);
    const registering = mabeam.registerAgent("m", definition);
    const refused = expect(registering).rejects.toMatchObject({ code: "CLOSED" });
    const ref = await mabeam.registerAgent("b", mortal().definition, { backoff: { initialMs: 60_000 } });
    await ref.ask("crash").catch(() => {});
    await clock.settle();
    const began = clock.monotonic();
    await mabeam.close();
    await refused;
    expect([alive(), clock.monotonic() - began]).toEqual([0, 0]);
    await expect(mabeam.agents.unregister("m")).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("refuses sessions from the same tick on, and delivers no directive", async () => {
    const { mabeam } = await start();
    const { definition } = mortal();
    await mabeam.registerAgent("m", definition, { autoStart: false });
    const started: unknown[] = [];
    mabeam.events.on("agent:started", (event) => started.push(event));
    await mabeam.addOrchestrationVariable({
      id: "v",
      type: "custom",
      agents: ["m"],
      value: null,
      version: 1,
      coordinate: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return [{ agent: "m", action: "activate", parameters: {}, priority: 0, timeoutMs: 100, variable: "v" }];
      },
    });
    const coordination = mabeam.coordinateSystem();
    const closing = mabeam.close();
    await expect(
      mabeam.protocols.run("majority", { participants: ["m"], options: ["a", "b"] } as never).outcome,
    ).rejects.toMatchObject({ code: "CLOSED" });
    await closing;
    expect(await coordination).toMatchObject({ directives: [], variables: [{ variable: "v", ok: false }] });
    expect(() => mabeam.agents.get("m")).toThrow(expect.objectContaining({ code: "CLOSED" }));
    expect(started).toEqual([]);
  });
});

describe("a handler that nobody waits for", () => {
  it("is abandoned askTimeoutMs after it began, and the next message gets its turn", async () => {
    const warn = vi.fn();
    const logger = { debug: vi.fn(), info: vi.fn(), warn, error: vi.fn(), child: () => logger };
    const { mabeam, clock } = await start({ logger: logger as never });
    const ref = await mabeam.registerAgent("m", mortal().definition, { askTimeoutMs: 100 });
    ref.tell("hang");
    await clock.settle();
    const next = ref.ask("ping", undefined, { timeoutMs: 1000 });
    await clock.advance(100);
    expect(await next).toBe("pong");
    expect(warn).toHaveBeenCalledOnce();
  });
});

it("a signal that is read late shows that its message was given up, or its life ended", async () => {
  const { mabeam, clock } = await start();
  const seen: { readonly signal: AbortSignal }[] = [];
  const definition = defineAgent({
    name: "keeper",
    handlers: { keep: (ctx, hangs: boolean) => (seen.push(ctx), hangs ? new Promise(() => {}) : "kept") },
  });
  const ref = await mabeam.registerAgent("k", definition);
  expect(await ref.ask("keep", false)).toBe("kept");
  const given = expect(ref.ask("keep", true, { timeoutMs: 10 })).rejects.toMatchObject({ code: "ASK_TIMEOUT" });
  await clock.advance(10);
  await given;
  expect(seen.map((ctx) => ctx.signal.aborted)).toEqual([false, true]);
  expect(seen[1]?.signal.reason).toMatchObject({ code: "ASK_TIMEOUT" });
  await ref.restart();
  expect(seen[0]?.signal.aborted).toBe(true);
});
