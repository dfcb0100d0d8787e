/**
 * 48 traces recorded from Erlang/OTP 25, replayed by a live supervisor: the same starts and ends in the same order, the
 * same children up, the supervisor alive or not. The fixture tells what happened; what was set up is told here.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { testClock } from "../testing/test-clock.ts";
import type { RestartPolicy } from "./child.ts";
import { ScriptedChild } from "./scripted-child.test-support.ts";
import type { SupervisorSpec } from "./spec.ts";
import type { Strategy } from "./strategy.ts";
import { Supervisor } from "./supervisor.ts";

interface Recorded {
  scenario: string;
  boot: string[];
  steps?: { do: string; trace: string[] }[];
  children?: string[];
  supervisor_alive?: boolean;
}

const { traces }: { traces: Recorded[] } = JSON.parse(
  readFileSync(new URL("fixtures/otp-traces.json", import.meta.url), "utf8"),
);

interface Setting {
  spec?: Partial<SupervisorSpec>;
  restart?: Record<string, RestartPolicy>;
  significant?: string[];
  /** Before the first start. */
  bootFailures?: Record<string, number>;
  /** After it. */
  failures?: Record<string, number>;
  killed?: string[];
}

/** By the beginning of the scenario's name; what begins with a strategy, or names a restart policy, says so itself. */
const settings: Record<string, Setting> = {
  "one_for_all: temporary b": { restart: { b: "temporary" } },
  "rest_for_one: temporary b": { restart: { b: "temporary" } },
  "one_for_all: a crashes, b is": { restart: { b: "temporary", c: "transient" } },
  "rest_for_one: a crashes, b is": { restart: { b: "temporary", c: "transient" } },
  "intensity 0": { spec: { maxRestarts: 0 } },
  "intensity 2/1": { spec: { maxRestarts: 2, withinMs: 1000 } },
  "one_for_all: a group restart counts once": { spec: { maxRestarts: 1 } },
  "first start of b fails": { bootFailures: { b: 1 } },
  "restart of b fails once": { failures: { b: 1 } },
  "restart of b fails 3 times": { spec: { maxRestarts: 2 }, failures: { b: 3 } },
  "one_for_all: restart of b fails once": { failures: { b: 1 } },
  "rest_for_one: restart of b fails once": { failures: { b: 1 } },
  "shutdown :brutal_kill": { killed: ["b"] },
  "terminate_child of a temporary": { restart: { b: "temporary" } },
  "auto_shutdown any_significant": {
    spec: { autoShutdown: "any_significant" },
    restart: { b: "transient" },
    significant: ["b"],
  },
  "auto_shutdown all_significant": {
    spec: { autoShutdown: "all_significant" },
    restart: { a: "transient", b: "transient" },
    significant: ["a", "b"],
  },
};

function settingOf(scenario: string): Setting {
  const named = Object.entries(settings).find(([name]) => scenario.startsWith(name))?.[1] ?? {};
  const strategy = /^(one_for_one|one_for_all|rest_for_one)/.exec(scenario)?.[1] as Strategy | undefined;
  const restart = /^restart=(\w+)/.exec(scenario)?.[1] as RestartPolicy | undefined;
  return {
    ...named,
    spec: { ...(strategy !== undefined && { strategy }), ...named.spec },
    restart: { ...(restart !== undefined && { b: restart }), ...named.restart },
  };
}

class Replay {
  readonly #clock = testClock();
  readonly #log: string[] = [];
  readonly #setting: Setting;
  readonly #supervisor: Supervisor;
  readonly #children: ScriptedChild[];
  #wasAlive = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    const spec = { id: "sup", strategy: "one_for_one", maxRestarts: 3, withinMs: 5000, backoff: undefined } as const;
    this.#supervisor = new Supervisor({ ...spec, ...setting.spec }, { clock: this.#clock });
    this.#children = ["a", "b", "c"].map((id) => {
      const restart = setting.restart?.[id] ?? "permanent";
      const significant = setting.significant?.includes(id) ?? false;
      return new ScriptedChild(id, (line) => this.#log.push(line), { restart, significant });
    });
    for (const child of this.#children) {
      child.failures = setting.bootFailures?.[child.id] ?? 0;
      child.isKilled = setting.killed?.includes(child.id) ?? false;
      this.#supervisor.add(child, true);
    }
  }

  get isAlive(): boolean {
    return this.#supervisor.status === "running";
  }

  /** As OTP lists them: what is temporary and not up is not listed any more. */
  get listed(): string[] {
    if (!this.isAlive) return [];
    return [...this.#supervisor.children]
      .filter((child) => child.isUp || child.restart !== "temporary")
      .map((child) => (child.isUp ? `${child.id}:up` : `${child.id}::undefined`));
  }

  async boot(): Promise<string[]> {
    const isUp = await this.#supervisor.begin("start");
    if (!isUp) this.#log.push('sup_exit:{:shutdown, {:failed_to_start_child, "b", :boot_failed}}');
    this.#wasAlive = isUp;
    for (const child of this.#children) child.failures = this.#setting.failures?.[child.id] ?? 0;
    return this.#log.splice(0);
  }

  async step(what: string): Promise<string[]> {
    const [, verb, id] = /^(?:child (?=\w exits)|)(\w+)(?: (\w+))?/.exec(what) ?? [];
    const exit = /^child (\w) exits (.+)$/.exec(what);
    if (exit !== null) this.#exit(this.#child(exit[1]), exit[2] as string);
    else if (verb === "wait") await this.#clock.advance(Number(id));
    else if (verb === "stop") await this.#supervisor.end("stop");
    else if (verb === "start_child") this.#supervisor.add(this.#child("b"));
    else await this.#ask(verb ?? what, this.#child(id));
    await this.#clock.settle();
    if (this.#wasAlive && !this.isAlive) this.#log.push("sup_exit::shutdown");
    this.#wasAlive = this.isAlive;
    return this.#log.splice(0);
  }

  #exit(child: ScriptedChild, reason: string): void {
    const isQuiet = reason === ":normal" || reason.includes(":shutdown");
    this.#supervisor.exited(child, child.die(isQuiet ? "normal" : "crash", reason));
  }

  async #ask(verb: string, child: ScriptedChild): Promise<void> {
    const once = { maxRestarts: 0, withinMs: 1 };
    if (verb === "terminate_child") expect(await this.#supervisor.stop(child, "stop")).toBe(true);
    else if (verb === "delete_child") {
      // Whoever unregisters a running agent stops it first: the refusal has nobody here to meet.
      if (!child.isUp) this.#supervisor.forget(child);
    } else if (verb === "restart_child" && !this.listed.some((line) => line.startsWith(child.id))) {
      // OTP has lost its spec. So have we, unless it was temporary: then it stays registered, to be started by name.
      if (child.restart !== "temporary") expect(() => this.#supervisor.start(child, once)).toThrow("register it");
    } else if (verb === "restart_child") await this.#supervisor.start(child, once);
    else throw new Error(`No such step: ${verb}`);
  }

  #child(id: string | undefined): ScriptedChild {
    const child = this.#children.find((known) => known.id === id);
    if (child === undefined) throw new Error(`No such child: ${id}`);
    return child;
  }
}

describe("48 scenarios do as in Erlang/OTP", () => {
  it("are 48", () => expect(traces.length).toBe(48));

  it("and each setting belongs to one of them", () => {
    const unused = Object.keys(settings).filter((name) => !traces.some(({ scenario }) => scenario.startsWith(name)));
    expect(unused).toEqual([]);
  });

  it.each(traces)("$scenario", async ({ scenario, boot, steps = [], children = [], supervisor_alive = false }) => {
    const replay = new Replay(settingOf(scenario));
    expect(await replay.boot()).toEqual(boot);
    for (const step of steps) expect({ ...step, trace: await replay.step(step.do) }).toEqual(step);
    expect(replay.listed).toEqual(children);
    expect(replay.isAlive).toBe(supervisor_alive);
  });
});
