import { describe, expect, it } from "vitest";
import { testClock } from "../testing/test-clock.ts";
import type { Child } from "./child.ts";
import { ScriptedChild } from "./scripted-child.test-support.ts";
import { once } from "./spec.ts";
import { SupervisorTree, type AgentNode, type SupervisorOptions } from "./tree.ts";

function plant() {
  const log: string[] = [];
  const given: string[] = [];
  const agentNode = ({ id, restart }: Child): AgentNode => ({
    id,
    type: "agent",
    status: "running",
    restart,
    restarts: 0,
  });
  const lone = new ScriptedChild("lone", () => {});
  const tree = new SupervisorTree({
    clock: testClock(),
    onGivenUp: ({ spec }) => void given.push(spec.id),
    agentNode,
    loneAgents: () => [agentNode(lone)],
    unregister: (child) => void log.push(`unregister:${child.id}`),
  });
  const agent = async (id: string, supervisor: string): Promise<ScriptedChild> => {
    const child = new ScriptedChild(id, (line) => log.push(line));
    tree.get(supervisor).add(child);
    await tree.get(supervisor).start(child, once);
    return child;
  };
  return { tree, agent, given, log: () => log.splice(0).join(" ") };
}

const reason = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => undefined,
    (failure) => failure,
  );
  return error?.details?.reason ?? error?.code ?? error;
};

describe("adding a supervisor", () => {
  const refused: [string, string, unknown][] = [
    ["an empty id", "", {}],
    ["a long id", "x".repeat(257), {}],
    ["an unknown option", "a", { strateqy: "one_for_one" }],
    ["an unknown strategy", "a", { strategy: "simple_one_for_one" }],
    ["a strategy that is an inherited name", "a", { strategy: "toString" }],
    ["a negative maxRestarts", "a", { maxRestarts: -1 }],
    ["half a restart", "a", { maxRestarts: 1.5 }],
    ["NaN", "a", { withinMs: Number.NaN }],
    ["no window", "a", { withinMs: 0 }],
    ["an endless window", "a", { withinMs: Infinity }],
    ["a backoff that is none", "a", { backoff: 100 }],
    ["no backoff at all", "a", { backoff: null }],
    ["an unknown option of backoff", "a", { backoff: { initialMs: 1, jitter: 1 } }],
    ["a shrinking backoff", "a", { backoff: { initialMs: 1, factor: 0.5 } }],
    ["a negative delay", "a", { backoff: { initialMs: -1 } }],
    ["an unknown autoShutdown", "a", { autoShutdown: "always" }],
    ["an unknown parent", "a", { parent: "nobody" }],
    ["a parent that is no id", "a", { parent: {} }],
    ["itself as its parent", "a", { parent: "a" }],
    ["a signal that is none", "a", { signal: {} }],
    ["an id that is taken", "taken", {}],
  ];
  it.each(refused)("refuses %s, and adds nothing", async (_what, id, options) => {
    const { tree } = plant();
    await tree.add("taken");
    const before = tree.tree();
    await expect(tree.add(id, options as SupervisorOptions)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(tree.tree()).toEqual(before);
  });

  it("takes odd ids", async () => {
    const { tree } = plant();
    for (const id of ["__proto__", "constructor", "root", " "]) await tree.add(id);
    expect(tree.tree().children.map(({ id }) => id)).toEqual(["__proto__", "constructor", "root", " ", "lone"]);
  });

  it("that was aborted adds nothing", async () => {
    const { tree, agent } = plant();
    await tree.add("top");
    expect(await reason(tree.add("a", { signal: AbortSignal.abort("no") }))).toBe("ABORTED");
    // Also when it waits for its parent, who is busy.
    const slow = await agent("slow", "top");
    slow.isSlow = true;
    const restarted = tree.get("top").restart(slow, once);
    const controller = new AbortController();
    const added = reason(tree.add("b", { parent: "top", signal: controller.signal }));
    controller.abort();
    for (const _ of [1, 2]) {
      await new Promise((resolve) => setImmediate(resolve));
      slow.goOn?.();
    }
    await restarted;
    expect(await added).toBe("ABORTED");
    expect(tree.tree().children.map(({ id }) => id)).toEqual(["top", "lone"]);
    expect(() => tree.get("b")).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

it("the tree shows who keeps whom alive, and is plain JSON", async () => {
  const { tree, agent } = plant();
  await tree.add("top", { strategy: "rest_for_one", maxRestarts: 7, withinMs: 100, autoShutdown: "never" });
  const worker = await agent("worker", "top");
  await tree.add("inner", { parent: "top" });
  await agent("leaf", "inner");
  worker.crash(tree.get("top"));
  const inner = {
    id: "inner",
    type: "supervisor",
    status: "running",
    strategy: "one_for_one",
    maxRestarts: 3,
    withinMs: 5000,
    restarts: 0,
    children: [{ id: "leaf", type: "agent", status: "running", restart: "permanent", restarts: 0 }],
  };
  const node = { id: "worker", type: "agent", status: "running", restart: "permanent", restarts: 0 };
  const expected = {
    id: "root",
    type: "root",
    children: [
      {
        ...{ id: "top", type: "supervisor", status: "running", strategy: "rest_for_one" },
        ...{ maxRestarts: 7, withinMs: 100, restarts: 1, children: [node, inner] },
      },
      { ...node, id: "lone" },
    ],
  };
  expect(tree.tree()).toEqual(expected);
  expect(JSON.parse(JSON.stringify(tree.tree()))).toEqual(expected);
});

it("each option does what it says", async () => {
  const { tree, agent } = plant();
  await tree.add("top", { strategy: "one_for_all", maxRestarts: 1, backoff: { initialMs: 10 } });
  const [a, b] = [await agent("a", "top"), await agent("b", "top")];
  a.crash(tree.get("top"));
  expect([a.isUp, b.isUp]).toEqual([false, false]);
  await tree.restart("top");
  expect([a.isUp, b.isUp]).toEqual([true, true]);
});

describe("removing a supervisor", () => {
  it("stops its children in reverse, those of its children too, and unregisters all agents", async () => {
    const { tree, agent, log } = plant();
    await tree.add("top");
    await agent("a", "top");
    await tree.add("inner", { parent: "top" });
    await agent("b", "inner");
    await agent("c", "inner");
    await agent("d", "top");
    log();
    expect(await tree.remove("top")).toBe(true);
    expect(log()).toBe(
      "terminate:d::shutdown terminate:c::shutdown terminate:b::shutdown terminate:a::shutdown " +
        "unregister:c unregister:b unregister:d unregister:a",
    );
    expect(tree.tree().children.map(({ id }) => id)).toEqual(["lone"]);
    expect([await tree.remove("top"), await tree.remove("inner")]).toEqual([false, false]);
  });

  it("from within another leaves the others up", async () => {
    const { tree, agent } = plant();
    await tree.add("top", { strategy: "one_for_all" });
    const a = await agent("a", "top");
    await tree.add("inner", { parent: "top" });
    const b = await agent("b", "inner");
    const inner = tree.get("inner");
    await tree.remove("inner");
    expect([a.status, b.status]).toEqual(["up", "stopped"]);
    expect(() => inner.start(b, once)).toThrow(expect.objectContaining({ code: "AGENT_NOT_RUNNING" }));
    a.crash(tree.get("top"));
    expect([a.status, b.status]).toEqual(["up", "stopped"]);
  });
});

describe("a supervisor that gave up", () => {
  it("makes the tree unhealthy until it is restarted", async () => {
    const { tree, agent, given } = plant();
    await tree.add("top", { maxRestarts: 0 });
    await tree.add("inner", { maxRestarts: 0, parent: "top" });
    const [a, b] = [await agent("a", "top"), await agent("b", "inner")];
    expect(tree.isHealthy).toBe(true);
    b.crash(tree.get("inner"));
    expect([given, tree.isHealthy, a.status, b.status]).toEqual([["top"], false, "stopped", "failed"]);
    await tree.restart("inner");
    expect([tree.isHealthy, a.isUp, b.isUp]).toEqual([true, true, true]);
  });

  it("stays failed when a child does not start", async () => {
    const { tree, agent } = plant();
    await tree.add("top", { maxRestarts: 0 });
    const [a, b] = [await agent("a", "top"), await agent("b", "top")];
    b.failures = 1;
    expect(await reason(tree.restart("top"))).toBe("HANDLER_FAILED");
    expect([tree.get("top").status, a.status, b.status]).toEqual(["failed", "stopped", "failed"]);
    expect(await reason(tree.restart("nobody"))).toBe("unknown-supervisor");
  });

  it("gets no new life from a supervisor that is added to it", async () => {
    const { tree, agent } = plant();
    await tree.add("top", { maxRestarts: 0 });
    const a = await agent("a", "top");
    a.crash(tree.get("top"));
    await tree.add("late", { parent: "top" });
    expect([tree.get("top").status, tree.get("late").status]).toEqual(["failed", "stopped"]);
    await tree.restart("top");
    expect([a.isUp, tree.get("late").status]).toEqual([true, "running"]);
  });
});

it("after close everything is down, and every call is CLOSED", async () => {
  const { tree, agent, log } = plant();
  await tree.add("first");
  await tree.add("second");
  const a = await agent("a", "first");
  await agent("b", "second");
  log();
  const first = tree.get("first");
  await tree.close();
  expect(log()).toBe("terminate:b::shutdown terminate:a::shutdown");
  for (const call of [tree.add("x"), tree.remove("first"), tree.restart("first")])
    expect(await reason(call)).toBe("CLOSED");
  expect(() => first.start(a, once)).toThrow(expect.objectContaining({ code: "CLOSED" }));
});
