import pino from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createMabeam, defineAgent, isMabeamError, MabeamError, type Mabeam, type MabeamOptions } from "../index.ts";
import { testClock } from "../testing.ts";

const systems: Mabeam[] = [];
async function start(options: MabeamOptions = {}) {
  const clock = testClock();
  const mabeam = await createMabeam({ clock, seed: 1, ...options });
  systems.push(mabeam);
  return { mabeam, clock };
}
afterEach(async () => {
  for (const mabeam of systems.splice(0)) void mabeam.close();
});

const counter = defineAgent({
  name: "counter",
  capabilities: ["count"],
  state: () => ({ total: 0 }),
  handlers: {
    add: (ctx, amount: number) => (ctx.state.total += amount),
    refuse: () => {
      throw new MabeamError("INVALID_INPUT", "no");
    },
    crash: () => {
      throw new Error("boom");
    },
  },
});

/** An agent whose `wait` ends when the test says so. */
function gated() {
  const order: string[] = [];
  const gates = new Map<string, () => void>();
  const signals = new Map<string, AbortSignal>();
  const definition = defineAgent({
    name: "gated",
    state: () => ({ value: 0 }),
    handlers: {
      wait: async (ctx, name: string) => {
        signals.set(name, ctx.signal);
        await new Promise<void>((resolve) => gates.set(name, resolve));
        ctx.state = { value: ctx.state.value + 1 };
        order.push(name);
        return name;
      },
      value: (ctx) => ctx.state.value,
    },
  });
  return { definition, order, signals, open: (name: string) => gates.get(name)?.(), waiting: gates };
}

describe("asking", () => {
  it("answers with what the handler returns, in the order of sending", async () => {
    const { mabeam } = await start();
    const ref = await mabeam.registerAgent("c", counter);
    expect(await Promise.all([ref.ask("add", 1), ref.ask("add", 2), ref.ask("add", 3)])).toEqual([1, 3, 6]);
  });

  it("passes a refusal to the caller and keeps the state", async () => {
    const { mabeam } = await start();
    const ref = await mabeam.registerAgent("c", counter);
    await ref.ask("add", 5);
    await expect(ref.ask("refuse")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await ref.ask("add", 1)).toBe(6);
    expect(ref.info()).toMatchObject({ restarts: 0, status: "running" });
  });

  it("answers HANDLER_FAILED with the cause after a crash, and starts the state anew", async () => {
    const { mabeam } = await start();
    const ref = await mabeam.registerAgent("c", counter);
    await ref.ask("add", 5);
    const failure = await ref.ask("crash").catch((error: unknown) => error);
    expect(isMabeamError(failure, "HANDLER_FAILED")).toBe(true);
    expect((failure as Error).cause).toEqual(new Error("boom"));
    expect(await ref.ask("add", 1)).toBe(1);
    expect(ref.info().restarts).toBe(1);
  });

  it.each([
    ["an unknown agent", "nobody", "add", "AGENT_NOT_FOUND"],
    ["an unknown handler", "c", "nope", "UNKNOWN_HANDLER"],
    ["a handler's name that objects inherit", "c", "constructor", "UNKNOWN_HANDLER"],
  ])("refuses %s", async (_, id, handler, code) => {
    const { mabeam } = await start();
    await mabeam.registerAgent("c", counter);
    await expect(mabeam.agents.ref(id).ask(handler)).rejects.toMatchObject({ code });
  });

  it("gives up at its timeout; the handler's turn ends, its signal fires and its late write is ignored", async () => {
    const { mabeam, clock } = await start();
    const gate = gated();
    const ref = await mabeam.registerAgent("g", gate.definition);
    const late = ref.ask("wait", "a", { timeoutMs: 50 });
    const next = ref.ask("value");
    const failed = expect(late).rejects.toMatchObject({ code: "ASK_TIMEOUT", details: { agent: "g", timeoutMs: 50 } });
    await clock.advance(50);
    await failed;
    expect(gate.signals.get("a")?.aborted).toBe(true);
    expect(await next).toBe(0);
    gate.open("a");
    await clock.settle();
    expect(await ref.ask("value")).toBe(0);
    expect(ref.info()).toMatchObject({ restarts: 0 });
  });

  it("rejects ABORTED with the caller's reason, whether the message waits or is being handled", async () => {
    const { mabeam, clock } = await start();
    const gate = gated();
    const ref = await mabeam.registerAgent("g", gate.definition);
    const [first, second] = [new AbortController(), new AbortController()];
    const handled = ref.ask("wait", "a", { signal: first.signal });
    const waiting = ref.ask("wait", "b", { signal: second.signal });
    await clock.settle();
    second.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(ref.info().mailboxDepth).toBe(0);
    first.abort("too slow");
    await expect(handled).rejects.toMatchObject({ code: "ABORTED", cause: "too slow" });
    expect(gate.signals.get("a")?.aborted).toBe(true);
    expect(gate.waiting.has("b")).toBe(false);
    await expect(ref.ask("value", undefined, { signal: AbortSignal.abort("before") })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  it("handles `concurrency` messages at once", async () => {
    const { mabeam, clock } = await start();
    const gate = gated();
    const ref = await mabeam.registerAgent("g", gate.definition, { concurrency: 2 });
    const asks = ["a", "b", "c"].map((name) => ref.ask("wait", name));
    await clock.settle();
    expect([...gate.waiting.keys()]).toEqual(["a", "b"]);
    gate.open("b");
    await clock.settle();
    expect([...gate.waiting.keys()]).toEqual(["a", "b", "c"]);
    gate.open("a");
    gate.open("c");
    expect(await Promise.all(asks)).toEqual(["a", "b", "c"]);
  });
});

describe("a full mailbox", () => {
  async function flood(overflow: "reject" | "drop_oldest" | "drop_newest") {
    const { mabeam, clock } = await start();
    const gate = gated();
    const dropped: unknown[] = [];
    mabeam.events.subscribe("agent:message_dropped", (event) => dropped.push(event.reason));
    const ref = await mabeam.registerAgent("g", gate.definition, { mailbox: { capacity: 2, overflow } });
    void ref.ask("wait", "handled").catch(() => {});
    await clock.settle();
    const outcomes = ["1", "2", "3"].map((name) =>
      ref.ask("wait", name).then(
        () => "handled",
        (error: MabeamError) => error.code,
      ),
    );
    await clock.settle();
    const depth = ref.info().mailboxDepth;
    for (const name of ["handled", "1", "2", "3"]) {
      gate.open(name);
      await clock.settle();
    }
    return { outcomes: await Promise.all(outcomes), dropped, depth };
  }

  it.each([
    ["reject", ["handled", "handled", "MAILBOX_FULL"]],
    ["drop_newest", ["handled", "handled", "MAILBOX_FULL"]],
    ["drop_oldest", ["MAILBOX_FULL", "handled", "handled"]],
  ] as const)("under %s never holds more than its capacity, and says what it dropped", async (overflow, outcomes) => {
    expect(await flood(overflow)).toEqual({ outcomes, dropped: ["mailbox_full"], depth: 2 });
  });

  it("gets its room back from messages that were given up", async () => {
    const { mabeam, clock } = await start();
    const gate = gated();
    const ref = await mabeam.registerAgent("g", gate.definition, { mailbox: { capacity: 3 } });
    void ref.ask("wait", "handled", { timeoutMs: 1000 }).catch(() => {});
    for (let round = 0; round < 200; round++) {
      const asks = Array.from({ length: 3 }, () => ref.ask("value", undefined, { timeoutMs: 1 }).catch(() => "gone"));
      await clock.advance(1);
      expect(await Promise.all(asks)).toEqual(["gone", "gone", "gone"]);
    }
    expect(ref.info().mailboxDepth).toBe(0);
  });
});

describe("telling", () => {
  it("reports what cannot be delivered and throws nothing", async () => {
    const { mabeam } = await start();
    const reasons: string[] = [];
    mabeam.events.subscribe("agent:*", (event) => event.reason !== undefined && reasons.push(event.reason));
    const ref = await mabeam.registerAgent("c", counter);
    mabeam.agents.ref("nobody").tell("add", 1);
    mabeam.agents.ref("c").tell("nope");
    await ref.stop();
    ref.tell("add", 1);
    expect(reasons).toEqual(["agent_not_found", "unknown_handler", "stop", "agent_not_running"]);
  });
});

describe("registration", () => {
  it.each([
    ["an empty id", "", counter, {}, "INVALID_INPUT"],
    ["an id of 257 characters", "x".repeat(257), counter, {}, "INVALID_INPUT"],
    ["an option that does not exist", "a", counter, { colour: "red" }, "INVALID_INPUT"],
    ["a negative intensity", "a", counter, { maxRestarts: -1 }, "INVALID_INPUT"],
    ["NaN", "a", counter, { askTimeoutMs: Number.NaN }, "INVALID_INPUT"],
    ["a restart policy that does not exist", "a", counter, { restart: "sometimes" }, "INVALID_INPUT"],
    ["a definition without handlers", "a", { name: "x" }, {}, "INVALID_INPUT"],
  ])("refuses %s as a whole", async (_, id, definition, options, code) => {
    const { mabeam } = await start();
    await expect(mabeam.registerAgent(id, definition as never, options as never)).rejects.toMatchObject({ code });
    expect(mabeam.agents.count()).toBe(0);
  });

  it("keeps an id as odd as __proto__ apart, and refuses it twice", async () => {
    const { mabeam } = await start();
    const ref = await mabeam.registerAgent("__proto__", counter);
    expect(await ref.ask("add", 2)).toBe(2);
    expect(mabeam.agents.has("constructor")).toBe(false);
    await expect(mabeam.registerAgent("__proto__", counter)).rejects.toMatchObject({
      code: "AGENT_ALREADY_REGISTERED",
    });
  });

  it("finds by id, capability, role, tag and status, and by conditions", async () => {
    const { mabeam } = await start();
    await mabeam.registerAgent("a", counter, { role: "evaluator", tags: ["x"] });
    await mabeam.registerAgent("b", { ...counter, capabilities: ["count", "sum"] }, { autoStart: false });
    const ids = (query: object) => mabeam.agents.find(query).map((info) => info.id);
    expect(ids({})).toEqual(["a", "b"]);
    expect(ids({ capabilities: [] })).toEqual(["a", "b"]);
    expect(ids({ capabilities: ["count", "sum"] })).toEqual(["b"]);
    expect(ids({ capability: "count", role: "evaluator" })).toEqual(["a"]);
    expect(ids({ tag: "x" })).toEqual(["a"]);
    expect(ids({ status: "registered" })).toEqual(["b"]);
    expect(ids({ where: { capabilities: { eq: "sum" }, version: { gte: 1, lt: 2 } } })).toEqual(["b"]);
    expect(() => ids({ where: { version: { like: 1 } } })).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    await mabeam.agents.unregister("a");
    expect(ids({ role: "evaluator" })).toEqual([]);
    expect(await mabeam.agents.unregister("a")).toBe(false);
  });

  it("shows every change of the agents that match, once", async () => {
    const { mabeam } = await start();
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { type, agent } of mabeam.agents.watch({ capability: "count" }, { signal: stop.signal })) {
        seen.push(`${type} ${agent.id} ${agent.status}`);
      }
    })();
    const ref = await mabeam.registerAgent("a", counter);
    await ref.stop();
    await mabeam.agents.unregister("a");
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await watching;
    expect(seen).toEqual([
      "added a registered",
      "changed a starting",
      "changed a running",
      "changed a stopping",
      "changed a stopped",
      "removed a stopped",
    ]);
  });
});

describe("crashing", () => {
  const fragile = (starts: number[], failing: (start: number) => boolean) =>
    defineAgent({
      name: "fragile",
      handlers: {
        crash: () => {
          throw new Error("boom");
        },
        ping: () => "pong",
      },
      onStart: (ctx) => {
        starts.push(ctx.clock.monotonic());
        if (failing(starts.length)) throw new Error("cannot start");
      },
    });

  it("restarts within the intensity, then leaves the agent failed and its siblings up", async () => {
    const { mabeam, clock } = await start();
    const ref = await mabeam.registerAgent(
      "f",
      fragile([], () => false),
      { maxRestarts: 2, withinMs: 1000 },
    );
    const sibling = await mabeam.registerAgent("c", counter);
    for (let crash = 0; crash < 2; crash++) {
      await ref.ask("crash").catch(() => {});
      await clock.settle();
      expect(ref.info().status).toBe("running");
    }
    await ref.ask("crash").catch(() => {});
    await clock.settle();
    expect(ref.info().status).toBe("failed");
    await expect(ref.ask("ping")).rejects.toMatchObject({ code: "AGENT_NOT_RUNNING" });
    expect(await sibling.ask("add", 1)).toBe(1);
    expect(mabeam.systemStatus()).toMatchObject({ healthy: false, agents: { total: 2, running: 1, failed: 1 } });
    await ref.restart();
    expect(await ref.ask("ping")).toBe("pong");
  });

  it("forgets restarts that are older than the window", async () => {
    const { mabeam, clock } = await start();
    const ref = await mabeam.registerAgent(
      "f",
      fragile([], () => false),
      { maxRestarts: 1, withinMs: 1000 },
    );
    for (let crash = 0; crash < 5; crash++) {
      await ref.ask("crash").catch(() => {});
      await clock.advance(1001);
    }
    expect(ref.info()).toMatchObject({ status: "running", restarts: 5 });
  });

  it("waits longer each time with a backoff, and keeps messages for the next life", async () => {
    const { mabeam, clock } = await start();
    const starts: number[] = [];
    const ref = await mabeam.registerAgent(
      "f",
      fragile(starts, () => false),
      { backoff: { initialMs: 100 } },
    );
    await ref.ask("crash").catch(() => {});
    const waiting = ref.ask("ping");
    await clock.advance(100);
    expect(await waiting).toBe("pong");
    await ref.ask("crash").catch(() => {});
    await clock.advance(200);
    expect(starts).toEqual([0, 100, 300]);
  });

  it("never restarts a temporary agent, and answers what waited", async () => {
    const { mabeam } = await start();
    const ref = await mabeam.registerAgent(
      "f",
      fragile([], () => false),
      { restart: "temporary" },
    );
    const outcomes = await Promise.allSettled([ref.ask("crash"), ref.ask("ping")]);
    expect(outcomes.map((outcome) => outcome.status === "rejected" && outcome.reason.code)).toEqual([
      "HANDLER_FAILED",
      "AGENT_NOT_RUNNING",
    ]);
  });

  it("retries a start that throws, then rejects with the cause and leaves the agent registered as failed", async () => {
    const { mabeam } = await start();
    const starts: number[] = [];
    const ref = await mabeam.registerAgent(
      "ok",
      fragile(starts, (start) => start < 3),
    );
    expect([starts.length, ref.info().status]).toEqual([3, "running"]);
    const never = mabeam.registerAgent(
      "never",
      fragile([], () => true),
      { maxRestarts: 1 },
    );
    await expect(never).rejects.toMatchObject({ code: "HANDLER_FAILED", cause: new Error("cannot start") });
    expect(mabeam.agents.get("never")?.status).toBe("failed");
  });

  it("leaves the old incarnation's context dead: no write, no emission", async () => {
    const { mabeam, clock } = await start();
    const emitted: string[] = [];
    mabeam.events.subscribe("test:spoke", (event) => emitted.push(event.from));
    let ghost: (() => void) | undefined;
    const definition = defineAgent({
      name: "haunted",
      state: () => ({ owner: "new" }),
      handlers: {
        haunt: (ctx) => {
          ghost = () => {
            ctx.state = { owner: "ghost" };
            ctx.emit("test:spoke", { from: "ghost" });
          };
          ctx.emit("test:spoke", { from: "living" });
          throw new Error("die");
        },
        owner: (ctx) => ctx.state.owner,
      },
    });
    const ref = await mabeam.registerAgent("h", definition);
    await ref.ask("haunt").catch(() => {});
    await clock.settle();
    ghost?.();
    expect(await ref.ask("owner")).toBe("new");
    expect(emitted).toEqual(["living"]);
  });

  it.each([
    [
      "throws a string",
      () => {
        throw "words";
      },
    ],
    [
      "throws undefined",
      () => {
        throw undefined;
      },
    ],
    ["rejects", () => Promise.reject(new Error("later"))],
  ])("counts a handler that %s as a crash", async (_, handler) => {
    const { mabeam, clock } = await start();
    const ref = await mabeam.registerAgent("f", defineAgent({ name: "f", handlers: { go: handler } }));
    await expect(ref.ask("go")).rejects.toMatchObject({ code: "HANDLER_FAILED" });
    await clock.settle();
    expect(ref.info()).toMatchObject({ status: "running", restarts: 1 });
  });
});

describe("stopping", () => {
  it("lets the handler under way finish, answers what waits, and runs onStop", async () => {
    const { mabeam, clock } = await start();
    const gate = gated();
    const onStop = vi.fn();
    const ref = await mabeam.registerAgent("g", { ...gate.definition, onStop });
    const handled = ref.ask("wait", "a");
    const waiting = expect(ref.ask("value")).rejects.toMatchObject({ code: "AGENT_NOT_RUNNING" });
    await clock.settle();
    const stopped = ref.stop();
    await waiting;
    gate.open("a");
    expect(await handled).toBe("a");
    expect(await stopped).toBe(true);
    expect(onStop).toHaveBeenCalledWith(expect.anything(), "stop");
    expect(await ref.stop()).toBe(false);
  });

  it("drops a handler that outlasts the shutdown time", async () => {
    const { mabeam, clock } = await start();
    const gate = gated();
    const ref = await mabeam.registerAgent("g", gate.definition, { shutdownTimeoutMs: 100 });
    const hung = expect(ref.ask("wait", "a")).rejects.toMatchObject({ code: "AGENT_NOT_RUNNING" });
    await clock.settle();
    const stopped = ref.stop();
    await clock.advance(100);
    expect(await stopped).toBe(true);
    await hung;
    expect(gate.signals.get("a")?.aborted).toBe(true);
  });

  it("closes the system in reverse order of start, and then every call is CLOSED", async () => {
    const { mabeam } = await start();
    const order: string[] = [];
    const named = (name: string) => defineAgent({ name, handlers: { ping: () => 1 }, onStop: () => order.push(name) });
    const ref = await mabeam.registerAgent("a", named("a"));
    await mabeam.registerAgent("b", named("b"));
    await Promise.all([mabeam.close(), mabeam.close()]);
    expect(order).toEqual(["b", "a"]);
    await expect(ref.ask("ping")).rejects.toMatchObject({ code: "CLOSED" });
    await expect(mabeam.registerAgent("c", named("c"))).rejects.toMatchObject({ code: "CLOSED" });
    await expect(mabeam.coordinateSystem()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

it("a flood of messages to one agent lets timers and I/O through", async () => {
  const { mabeam } = await start();
  const ref = await mabeam.registerAgent("c", counter, { mailbox: { capacity: 100_000 } });
  let turns = 0;
  const turn = () =>
    setImmediate(() => {
      turns++;
      if (turns < 1000) turn();
    });
  turn();
  for (let message = 0; message < 20_000; message++) ref.tell("add", 1);
  expect(await ref.ask("add", 0)).toBe(20_000);
  expect(turns).toBeGreaterThan(10);
});

it("logs a crash through the user's pino logger, with the agent's id", async () => {
  const lines: string[] = [];
  const { mabeam, clock } = await start({ logger: pino({}, { write: (line: string) => void lines.push(line) }) });
  const ref = await mabeam.registerAgent("c", counter);
  await ref.ask("crash").catch(() => {});
  await clock.settle();
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ agent: "c", msg: "agent crashed", err: expect.objectContaining({ message: "boom" }) }),
  ]);
});
