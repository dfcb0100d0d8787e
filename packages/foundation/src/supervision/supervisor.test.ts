import { createHook } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { isPromise } from "../core/steps.ts";
import { testClock } from "../testing/test-clock.ts";
import { ScriptedChild } from "./scripted-child.test-support.ts";
import { once, type SupervisorSpec } from "./spec.ts";
import { Supervisor } from "./supervisor.ts";

function supervise(spec: Partial<SupervisorSpec> = {}, ids = ["a", "b", "c"]) {
  const clock = testClock();
  const log: string[] = [];
  const given: string[] = [];
  const host = { clock, onGivenUp: ({ spec: { id } }: Supervisor) => void given.push(id) };
  const full = { id: "sup", strategy: "one_for_one", maxRestarts: 3, withinMs: 5000, backoff: undefined } as const;
  const supervisor = new Supervisor({ ...full, ...spec }, host);
  const children = ids.map((id) => new ScriptedChild(id, (line) => log.push(line)));
  for (const child of children) supervisor.add(child, true);
  if (spec.escalates !== false) void supervisor.begin("start");
  const [a, b, c] = children as [ScriptedChild, ScriptedChild, ScriptedChild];
  return { supervisor, host, clock, log: () => log.splice(0).join(" "), given, children, a, b, c };
}

const code = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return "ok";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** How many promises `work` makes. */
function promisesOf(work: () => void): number {
  let made = 0;
  const hook = createHook({ init: (_id, type) => void (type === "PROMISE" && made++) }).enable();
  work();
  hook.disable();
  return made;
}

describe("a restart whose hooks are synchronous", () => {
  it.each(["one_for_one", "one_for_all", "rest_for_one"] as const)(
    "is over when the crash has been told, and makes no promise (%s)",
    (strategy) => {
      const { supervisor, a, children } = supervise({ strategy, maxRestarts: 100 });
      expect(promisesOf(() => void Promise.resolve())).toBe(1);
      expect(promisesOf(() => a.crash(supervisor))).toBe(0);
      expect(children.map(({ isUp }) => isUp)).toEqual([true, true, true]);
      expect(promisesOf(() => void supervisor.restart(a, once))).toBe(0);
      expect(promisesOf(() => void supervisor.stop(a, "stop"))).toBe(0);
      expect(promisesOf(() => void supervisor.start(a, once))).toBe(0);
    },
  );
});

describe("backoff", () => {
  it("delays restarts as it says, and one child's delays nobody else", async () => {
    const { supervisor, clock, a, b } = supervise({ backoff: { initialMs: 100, factor: 3 }, maxRestarts: 9 });
    a.crash(supervisor);
    await clock.advance(99);
    b.crash(supervisor);
    expect([a.isUp, b.isUp]).toEqual([false, false]);
    await clock.advance(1);
    expect([a.isUp, b.isUp]).toEqual([true, false]);
    a.crash(supervisor);
    await clock.advance(99);
    expect([a.isUp, b.isUp]).toEqual([false, true]);
    await clock.advance(200);
    expect(a.isUp).toBe(false);
    await clock.advance(1);
    expect(a.isUp).toBe(true);
  });

  it("starts anew after a child has stayed up for the window", async () => {
    const { supervisor, clock, a } = supervise({ backoff: { initialMs: 100, factor: 10 }, withinMs: 1000 });
    a.crash(supervisor);
    await clock.advance(100);
    await clock.advance(1001);
    a.crash(supervisor);
    await clock.advance(100);
    expect(a.isUp).toBe(true);
  });

  it("holds a group down, and lets go of it with the one it waits for", async () => {
    const { supervisor, clock, log, a, b, c } = supervise({ strategy: "one_for_all", backoff: { initialMs: 100 } });
    log();
    b.crash(supervisor);
    expect(log()).toBe("terminate:b::boom terminate:c::shutdown terminate:a::shutdown");
    expect(await supervisor.stop(b, "stop")).toBe(true);
    await clock.advance(100);
    expect([log(), a.isUp, b.isUp, c.isUp]).toEqual(["start:a start:c", true, false, true]);
  });

  it("is not waited for by a restart that somebody asks for", async () => {
    const { supervisor, clock, log, a } = supervise({ backoff: { initialMs: 100 } });
    a.crash(supervisor);
    log();
    await supervisor.restart(a, once);
    await clock.advance(1000);
    expect(log()).toBe("start:a");
  });

  it("is given up by a stop, also of the whole supervisor", async () => {
    for (const stop of ["child", "supervisor"]) {
      const { supervisor, clock, log, a } = supervise({ backoff: { initialMs: 100 } });
      a.crash(supervisor);
      log();
      await (stop === "child" ? supervisor.stop(a, "stop") : supervisor.end("stop"));
      await clock.advance(1000);
      expect([log().includes("start:"), a.status]).toEqual([false, "stopped"]);
    }
  });

  it("by default leaves the event loop room, whatever number of restarts is allowed", async () => {
    const { supervisor, clock, a } = supervise({ maxRestarts: 1e9 });
    for (let crash = 0; crash < 10; crash++) a.crash(supervisor);
    expect(a.isUp).toBe(true);
    a.crash(supervisor);
    expect(a.isUp).toBe(false);
    await clock.advance(1);
    expect(a.isUp).toBe(true);
    a.failures = 1e9;
    a.crash(supervisor);
    await clock.advance(20_000);
    const tries = 1e9 - a.failures;
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(40);
  });
});

describe("a start that is asked for", () => {
  it("is tried again within limits of its own, which nobody else pays for", async () => {
    const { supervisor, a } = supervise({ maxRestarts: 0 });
    await supervisor.stop(a, "stop");
    a.failures = 3;
    expect(await code(() => supervisor.start(a, { maxRestarts: 3, withinMs: 1000 }))).toBe("ok");
    expect([a.isUp, supervisor.restarts, supervisor.status]).toEqual([true, 0, "running"]);
  });

  it("beyond them fails with its cause, and its siblings stay up", async () => {
    const { supervisor, a, b } = supervise({ strategy: "one_for_all" });
    await supervisor.stop(a, "stop");
    a.failures = 4;
    const start = (): unknown => supervisor.start(a, { maxRestarts: 3, withinMs: 1000 });
    const cause = expect.objectContaining({ message: "a does not start" });
    expect(start).toThrow(expect.objectContaining({ code: "HANDLER_FAILED", cause }));
    expect([a.status, b.status, supervisor.status]).toEqual(["failed", "up", "running"]);
  });

  it("waits for its backoff, and ends in AGENT_NOT_RUNNING when it is stopped meanwhile", async () => {
    const { supervisor, clock, a } = supervise();
    const limits = { maxRestarts: 9, withinMs: 1000, backoff: { initialMs: 50 } };
    await supervisor.stop(a, "stop");
    a.failures = 1;
    const up = code(() => supervisor.start(a, limits));
    await clock.advance(49);
    expect(a.isUp).toBe(false);
    await clock.advance(1);
    expect([await up, a.isUp]).toEqual(["ok", true]);

    await supervisor.stop(a, "stop");
    a.failures = 9;
    const stopped = code(() => supervisor.start(a, limits));
    expect(await supervisor.stop(a, "stop")).toBe(true);
    expect([await stopped, a.status]).toEqual(["AGENT_NOT_RUNNING", "stopped"]);
  });

  it("under a begin that hangs ends as soon as somebody stops it", async () => {
    const { supervisor, a } = supervise();
    await supervisor.stop(a, "stop");
    a.isSlow = true;
    const started = code(() => supervisor.start(a, once));
    expect(await supervisor.stop(a, "stop")).toBe(true);
    expect([await started, a.status]).toEqual(["AGENT_NOT_RUNNING", "stopped"]);
  });

  it("of a child that was finished says why not, and of a stranger that it is none", async () => {
    const { supervisor, a } = supervise();
    const why = new Error("gone");
    await supervisor.finish(a, "stop", why);
    expect(() => supervisor.start(a, once)).toThrow(why);
    expect(() => supervisor.restart(a, once)).toThrow(why);
    supervisor.forget(a);
    expect(await code(() => supervisor.start(a, once))).toBe("AGENT_NOT_FOUND");
    expect([...supervisor.children].map(({ id }) => id)).toEqual(["b", "c"]);
  });

  it("of a child that was finished while it began, and came up all the same, leaves nothing to restart", async () => {
    const { supervisor, a, b } = supervise({ strategy: "one_for_all" });
    a.isSlow = true;
    a.interrupt = () => {};
    const restarted = code(() => supervisor.restart(a, once));
    a.goOn?.();
    while (a.status !== "starting") await Promise.resolve();
    const finished = supervisor.finish(a, "stop", new Error("gone"));
    a.isSlow = false;
    a.goOn?.();
    await finished;
    await restarted;
    b.crash(supervisor);
    expect([a.status, b.status]).toEqual(["stopped", "up"]);
  });

  it("of a temporary child has one try", async () => {
    const { supervisor } = supervise({}, []);
    const child = new ScriptedChild("t", () => {}, { restart: "temporary" });
    supervisor.add(child);
    child.failures = 1;
    expect(await code(() => supervisor.start(child, { maxRestarts: 9, withinMs: 1000 }))).toBe("HANDLER_FAILED");
    expect(child.status).toBe("failed");
  });

  it("leaves alone who was never started, also when the group restarts", async () => {
    const { supervisor, a } = supervise({ strategy: "one_for_all" });
    const waiting = new ScriptedChild("w", () => {});
    supervisor.add(waiting);
    a.crash(supervisor);
    await supervisor.renew();
    expect(waiting.status).toBe("new");
    await supervisor.start(waiting, once);
    a.crash(supervisor);
    expect(waiting.status).toBe("up");
  });
});

describe("over its intensity", () => {
  it("a supervisor without a parent fails, with all its children down, and says so once", async () => {
    const { supervisor, given, a, b, c } = supervise({ maxRestarts: 1 });
    b.crash(supervisor);
    expect(given).toEqual([]);
    b.crash(supervisor);
    expect([given, supervisor.status]).toEqual([["sup"], "failed"]);
    expect([a.status, b.status, c.status]).toEqual(["stopped", "failed", "stopped"]);
    expect(supervisor.error).toMatchObject({ code: "HANDLER_FAILED", cause: b.error });
    expect(String(supervisor.error)).toContain("more than 1 restarts within 5000 ms");
  });

  it("it comes up again, with a clean account, when it or one of its children is asked to", async () => {
    for (const ask of ["supervisor", "child"]) {
      const { supervisor, a, b, children } = supervise({ maxRestarts: 1 });
      b.crash(supervisor);
      b.crash(supervisor);
      await (ask === "child" ? supervisor.restart(a, once) : supervisor.renew());
      expect(children.map(({ isUp }) => isUp)).toEqual([true, true, true]);
      b.crash(supervisor);
      expect([supervisor.status, b.isUp]).toEqual(["running", true]);
    }
  });

  it("a child alone is given up, and nothing more; what fails to start counts on the same account", async () => {
    const { supervisor, given, a } = supervise({ escalates: false, maxRestarts: 2 }, ["a"]);
    const limits = { maxRestarts: 2, withinMs: 5000 };
    a.failures = 1;
    await supervisor.start(a, limits);
    a.crash(supervisor);
    expect(a.isUp).toBe(true);
    a.crash(supervisor);
    expect([a.status, supervisor.status, given]).toEqual(["failed", "running", []]);
    await supervisor.start(a, limits);
    expect(a.isUp).toBe(true);
  });

  it("a nested one fails to its parent, which decides by its own strategy and intensity", async () => {
    const { supervisor, host, given, a } = supervise({ strategy: "one_for_all", maxRestarts: 1 }, ["a"]);
    const spec = { id: "in", strategy: "one_for_one", maxRestarts: 0, withinMs: 5000, backoff: undefined } as const;
    const inner = new Supervisor(spec, host, supervisor);
    const log: string[] = [];
    const leaf = new ScriptedChild("leaf", (line) => log.push(line));
    supervisor.add(inner.asChild, true);
    inner.add(leaf);
    await inner.start(leaf, once);
    leaf.crash(inner);
    expect([leaf.isUp, inner.status, a.isUp, supervisor.restarts, given]).toEqual([true, "running", true, 1, []]);
    leaf.crash(inner);
    expect([leaf.isUp, inner.status, a.isUp, supervisor.status, given]).toEqual([
      false,
      "failed",
      false,
      "failed",
      ["sup"],
    ]);
  });
});

it("begun twice, a supervisor begins once", () => {
  const { supervisor, log } = supervise();
  expect([log(), supervisor.begin("start"), log()]).toEqual(["start:a start:b start:c", true, ""]);
});

describe("a supervisor that is stopped", () => {
  it("waits for each end before the next, the last started first", async () => {
    const { supervisor, clock, log, children, b, c } = supervise();
    for (const child of children) child.isSlow = true;
    log();
    const ended = supervisor.end("close");
    expect(log()).toBe("terminate:c::shutdown");
    c.goOn?.();
    await clock.settle();
    expect(log()).toBe("ended:c:close terminate:b::shutdown");
    b.goOn?.();
    await clock.settle();
    children[0]?.goOn?.();
    await ended;
    expect([log(), supervisor.status]).toEqual(["ended:b:close terminate:a::shutdown ended:a:close", "stopped"]);
  });

  it("interrupts a restart that hangs in a begin, and begins nobody after it", async () => {
    const { supervisor, clock, log, a, b, c } = supervise({ strategy: "one_for_all" });
    a.isSlow = true;
    c.crash(supervisor);
    a.goOn?.();
    await clock.settle();
    expect([a.status, b.status]).toEqual(["starting", "down"]);
    log();
    await supervisor.end("stop");
    expect([log(), supervisor.status]).toEqual(["fail_start:a", "stopped"]);
    expect([a.status, b.status, c.status]).toEqual(["stopped", "stopped", "stopped"]);
  });

  it.each(["is stopped", "gives up", "ends with a significant child"])(
    "does not come up for a start that was asked for before (%s)",
    async (how) => {
      const { supervisor, clock, a, b } = supervise({ maxRestarts: 0, autoShutdown: "any_significant" });
      const last = new ScriptedChild("x", () => {}, { restart: "transient", significant: true });
      supervisor.add(last);
      await supervisor.start(last, once);
      await supervisor.stop(a, "stop");
      a.failures = 1;
      const limits = { maxRestarts: 9, withinMs: 1000, backoff: { initialMs: 50 } };
      const started = code(() => supervisor.start(a, limits));
      if (how === "is stopped") await supervisor.end("stop");
      else if (how === "gives up") b.crash(supervisor);
      else supervisor.exited(last, last.die("normal"));
      await clock.advance(1000);
      expect([await started, a.isUp, b.isUp, supervisor.status === "running"]).toEqual([
        "AGENT_NOT_RUNNING",
        false,
        false,
        false,
      ]);
    },
  );
});

describe("what is asked while a restart of the group is under way", () => {
  it("a stop of the child that begins lets the others go on, uncounted", async () => {
    const { supervisor, clock, log, a, b, c } = supervise({ strategy: "one_for_all" });
    a.isSlow = true;
    c.crash(supervisor);
    a.goOn?.();
    await clock.settle();
    log();
    expect(await supervisor.stop(a, "stop")).toBe(true);
    expect([log(), supervisor.restarts]).toEqual(["fail_start:a start:b start:c", 1]);
    expect([a.status, b.status, c.status]).toEqual(["stopped", "up", "up"]);
  });

  it("a stop of a child that then fails to begin lets the others go on, uncounted", async () => {
    const { supervisor, clock, log, a, b, c } = supervise({ strategy: "one_for_all" });
    a.isSlow = true;
    c.crash(supervisor);
    a.goOn?.();
    await clock.settle();
    log();
    const stopped = supervisor.stop(b, "stop");
    b.failures = 1;
    a.goOn?.();
    await stopped;
    await clock.settle();
    expect([log(), supervisor.restarts]).toEqual(["start:a fail_start:b start:c", 1]);
    expect([a.status, b.status, c.status]).toEqual(["up", "stopped", "up"]);
  });

  it.each(["one_for_all", "rest_for_one"] as const)(
    "the child that it waits for may go for good (%s)",
    async (strategy) => {
      const { supervisor, clock, a, b, c } = supervise({ strategy, backoff: { initialMs: 100 } });
      b.crash(supervisor);
      supervisor.forget(b);
      await clock.advance(100);
      expect([a.isUp, b.isUp, c.isUp]).toEqual([true, false, true]);
    },
  );

  it("a crash of a child that was stopped before its turn came is history", async () => {
    const { supervisor, clock, log, a, b } = supervise();
    b.isSlow = true;
    const restarted = supervisor.restart(b, once);
    a.crash(supervisor);
    const stopped = supervisor.stop(a, "stop");
    log();
    b.goOn?.();
    await clock.settle();
    b.goOn?.();
    await restarted;
    expect([await stopped, log().includes("start:a"), supervisor.restarts, a.status]).toEqual([
      true,
      false,
      0,
      "stopped",
    ]);
  });

  it("a stop wins over a restart that waits for the end of the old life", async () => {
    const { supervisor, clock, log, a } = supervise();
    a.isSlow = true;
    const restarted = code(() => supervisor.restart(a, once));
    const stopped = supervisor.stop(a, "stop");
    log();
    a.goOn?.();
    await clock.settle();
    expect([await restarted, await stopped, log(), a.status]).toEqual([
      "AGENT_NOT_RUNNING",
      true,
      "ended:a:restart",
      "stopped",
    ]);
  });

  it("two requests that find it failed bring it up once", async () => {
    const { supervisor, clock, log, a, b, c, children } = supervise({ maxRestarts: 0 });
    a.crash(supervisor);
    c.isSlow = true;
    log();
    const started = [code(() => supervisor.start(a, once)), code(() => supervisor.start(b, once))];
    await clock.settle();
    c.goOn?.();
    expect(await Promise.all(started)).toEqual(["ok", "ok"]);
    expect([log(), children.map(({ isUp }) => isUp)]).toEqual(["start:a start:b begin:c start:c", [true, true, true]]);
  });

  it("temporary children share its end, and are told that they are stopped, not restarted", () => {
    const { supervisor, a, b } = supervise({ strategy: "one_for_all" });
    const temporary = new ScriptedChild("t", () => {}, { restart: "temporary" });
    supervisor.add(temporary);
    void supervisor.start(temporary, once);
    a.crash(supervisor);
    expect([b.status, temporary.status]).toEqual(["up", "stopped"]);
  });
});

it("an exit that comes late, for a life that is over and followed by another, is history", async () => {
  const { supervisor, log, a, b } = supervise({ strategy: "one_for_all" });
  const late = b.die();
  a.crash(supervisor);
  log();
  supervisor.exited(b, late);
  expect([log(), supervisor.restarts]).toEqual(["", 1]);
});

it("a transient child that is done is marked as stopped, and a temporary one that crashed as failed", () => {
  const { supervisor } = supervise({}, []);
  const transient = new ScriptedChild("x", () => {}, { restart: "transient" });
  const temporary = new ScriptedChild("t", () => {}, { restart: "temporary" });
  for (const child of [transient, temporary]) {
    supervisor.add(child);
    expect(isPromise(supervisor.start(child, once))).toBe(false);
  }
  supervisor.exited(transient, transient.die("normal"));
  supervisor.exited(temporary, temporary.die("crash"));
  expect([transient.status, temporary.status]).toEqual(["stopped", "failed"]);
});

it("a significant child must be able to end its supervisor", () => {
  const { supervisor } = supervise({}, []);
  const child = new ScriptedChild("s", () => {}, { restart: "transient", significant: true });
  expect(() => supervisor.add(child)).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ reason: "not-significant" }) }),
  );
});
