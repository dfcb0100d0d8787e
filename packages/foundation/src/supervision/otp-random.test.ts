/**
 * Random trees under random faults, recorded from Erlang/OTP by fixtures/record-otp-traces.exs (which explains the
 * notation) and replayed here: the same starts, failed starts and ends in the same order, the same children up.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { testClock } from "../testing/test-clock.ts";
import type { Child, RestartPolicy } from "./child.ts";
import { ScriptedChild } from "./scripted-child.test-support.ts";
import type { AutoShutdown, Strategy } from "./strategy.ts";
import { Supervisor } from "./supervisor.ts";

type Tree = [strategy: Strategy, intensity: number, autoShutdown: AutoShutdown, children: (string | [string, Tree])[]];
type Step = [what: string, trace: string, up: string];

const sequences: [Tree, Step[]][] = JSON.parse(
  readFileSync(new URL("fixtures/otp-random-traces.json", import.meta.url), "utf8"),
);
const restarts: Record<string, RestartPolicy> = { p: "permanent", t: "transient", x: "temporary" };
const marks: Record<string, string> = { start: "+", fail_start: "?", terminate: "-" };

/** A child that is asked to start has one try, as in OTP. */
const once = { maxRestarts: 0, withinMs: 1 };

class Replay {
  readonly clock = testClock();
  readonly root: Supervisor;
  readonly #log: string[] = [];
  readonly #workers = new Map<string, ScriptedChild>();
  readonly #supervisors = new Map<string, Supervisor>();
  readonly #parents = new Map<string, Supervisor>();
  readonly #order: string[] = [];
  #isBooted = false;

  constructor(tree: Tree) {
    this.root = this.#grow("ROOT", tree);
  }

  async step(what: string): Promise<{ trace: string; up: string }> {
    await this.#do(what);
    // Some were recorded with a fault that the first start meets.
    if (this.#isBooted === false) await this.root.begin("start");
    this.#isBooted = true;
    await this.#settle();
    const trace = this.#log.splice(0).join(" ");
    return { trace, up: this.#order.filter((id) => this.#isUp(id)).join(" ") };
  }

  #grow(id: string, [strategy, maxRestarts, autoShutdown, children]: Tree, parent?: Supervisor): Supervisor {
    const spec = { id, strategy, maxRestarts, withinMs: 1e9, backoff: undefined, autoShutdown };
    const supervisor = new Supervisor(spec, { clock: this.clock }, parent);
    this.#supervisors.set(id, supervisor);
    this.#order.push(id);
    for (const child of children) {
      if (typeof child === "string") supervisor.add(this.#worker(child, supervisor), true);
      else {
        this.#parents.set(child[0], supervisor);
        supervisor.add(this.#grow(...child, supervisor).asChild, true);
      }
    }
    return supervisor;
  }

  #worker(described: string, supervisor: Supervisor): ScriptedChild {
    const [id = "", policy = ""] = described.split(":");
    const write = (line: string): void => {
      const [what = "", who] = line.split(":");
      this.#log.push(`${marks[what]}${who}`);
    };
    const options = { restart: restarts[policy.charAt(0)] as RestartPolicy, significant: policy.endsWith("!") };
    const worker = new ScriptedChild(id, write, options);
    this.#workers.set(id, worker);
    this.#parents.set(id, supervisor);
    this.#order.push(id);
    return worker;
  }

  async #do(what: string): Promise<void> {
    const [verb = "", ...ids] = what.split(" ");
    const id = ids[0] as string;
    if (verb === "fail") this.#workers.get(id)!.failures = Number(ids[1]);
    else if (verb === "stop") await this.#parents.get(id)!.stop(this.#child(id), "stop");
    else if (verb === "start") await this.#start(id);
    else if (verb !== "nothing" && verb !== "boot") await this.#finish(ids, verb === "crash" ? "crash" : "normal");
  }

  /** A refusal shows in who is up. */
  async #start(id: string): Promise<void> {
    try {
      await this.#parents.get(id)!.start(this.#child(id), once);
    } catch (error) {
      expect(error).toMatchObject({ code: "HANDLER_FAILED" });
    }
  }

  /** All lives are over before the supervisor turns to the first of them, as OTP's was suspended meanwhile. */
  async #finish(ids: string[], kind: "crash" | "normal"): Promise<void> {
    const supervisor = this.#parents.get(ids[0] as string)!;
    const goOn = ids.length > 1 ? this.#suspend(supervisor) : undefined;
    for (const id of ids) supervisor.exited(this.#child(id), this.#workers.get(id)!.die(kind));
    await goOn?.();
  }

  /** Keeps it busy with the start of a child that hangs, and is given up in the end. */
  #suspend(supervisor: Supervisor): () => Promise<void> {
    const hanging = new ScriptedChild("hanging", () => {});
    hanging.isSlow = true;
    supervisor.add(hanging);
    const given = expect(supervisor.start(hanging, once)).rejects.toMatchObject({ code: "AGENT_NOT_RUNNING" });
    return async () => {
      await supervisor.stop(hanging, "stop");
      supervisor.forget(hanging);
      await given;
    };
  }

  async #settle(): Promise<void> {
    // Also past the delays that a crash loop meets by default.
    for (let turn = 0; turn < 3; turn++) await this.clock.advance(2000);
  }

  #child(id: string): Child {
    return this.#workers.get(id) ?? this.#supervisors.get(id)!.asChild;
  }

  #isUp(id: string): boolean {
    return this.#child(id).isUp;
  }
}

describe("random trees under random faults do as in Erlang/OTP", () => {
  it("recorded at least 1,000 sequences", () => {
    expect(sequences.length).toBeGreaterThanOrEqual(1000);
  });

  it("and the same follows from the same faults", async () => {
    const differences: unknown[] = [];
    for (const [tree, steps] of sequences) {
      const replay = new Replay(tree);
      for (const [at, [what, trace, up]] of steps.entries()) {
        const ours = await replay.step(what);
        if (ours.trace === trace && ours.up === up) continue;
        differences.push({ tree: JSON.stringify(tree), steps: steps.slice(0, at + 1), ours });
        break;
      }
    }
    expect(differences).toEqual([]);
  });
});
