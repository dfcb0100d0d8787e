/** The live supervisor against a model of a page, and under any interleaving against the laws that hold in all of them. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testClock } from "../testing/test-clock.ts";
import type { RestartPolicy } from "./child.ts";
import { ScriptedChild } from "./scripted-child.test-support.ts";
import { once } from "./spec.ts";
import type { Strategy } from "./strategy.ts";
import { Supervisor } from "./supervisor.ts";

interface ModelChild {
  id: string;
  restart: RestartPolicy;
  isUp: boolean;
  isListed: boolean;
  failures: number;
}

/** What a supervisor does, as if nothing ever took time. */
class Model {
  readonly log: string[] = [];
  readonly children: ModelChild[];
  isAlive = true;
  #restarts = 0;
  readonly #strategy: Strategy;
  readonly #maxRestarts: number;

  constructor(strategy: Strategy, maxRestarts: number, policies: RestartPolicy[]) {
    this.#strategy = strategy;
    this.#maxRestarts = maxRestarts;
    this.children = policies.map((restart, at) => ({ id: `${at}`, restart, isUp: true, isListed: true, failures: 0 }));
  }

  end(child: ModelChild): void {
    if (!child.isUp) return;
    child.isUp = false;
    if (child.restart === "temporary") child.isListed = false;
    this.log.push(`-${child.id}`);
  }

  /** @returns whether it is up */
  begin(child: ModelChild): boolean {
    if (child.isUp) return true;
    const fails = child.failures-- > 0;
    if (!fails) child.failures = 0;
    this.log.push(`${fails ? "?" : "+"}${child.id}`);
    child.isUp = !fails;
    child.isListed ||= child.isUp;
    return child.isUp;
  }

  exit(child: ModelChild, kind: "crash" | "normal"): void {
    this.end(child);
    if (child.restart === "permanent" || (child.restart === "transient" && kind === "crash")) this.#revive(child);
  }

  renew(): void {
    for (const child of this.children.toReversed()) this.end(child);
    this.isAlive = true;
    this.#restarts = 0;
    for (const child of this.children) {
      if (this.begin(child)) continue;
      this.isAlive = false;
      for (const up of this.children.toReversed()) this.end(up);
      return;
    }
  }

  #revive(failed: ModelChild): void {
    if (++this.#restarts > this.#maxRestarts) {
      this.isAlive = false;
      for (const child of this.children.toReversed()) this.end(child);
      return;
    }
    const from = this.#strategy === "one_for_all" ? 0 : this.children.indexOf(failed);
    const scope = this.#strategy === "one_for_one" ? [failed] : this.children.slice(from).filter((one) => one.isListed);
    for (const child of scope.toReversed()) this.end(child);
    for (const child of scope) {
      if (child.restart !== "temporary" && !this.begin(child)) return this.#revive(child);
    }
  }
}

/** The live one, with what a test needs to drive it. */
class Live {
  readonly clock = testClock();
  readonly log: string[] = [];
  readonly supervisor: Supervisor;
  readonly children: ScriptedChild[];

  constructor(strategy: Strategy, maxRestarts: number, policies: RestartPolicy[]) {
    const spec = { id: "sup", strategy, maxRestarts, withinMs: 1e9, backoff: undefined };
    this.supervisor = new Supervisor(spec, { clock: this.clock });
    const marks: Record<string, string> = { start: "+", fail_start: "?", terminate: "-" };
    const write = (line: string): void => {
      const [what = "", id] = line.split(":");
      if (marks[what] !== undefined) this.log.push(`${marks[what]}${id}`);
    };
    this.children = policies.map((restart, at) => new ScriptedChild(`${at}`, write, { restart }));
    for (const child of this.children) this.supervisor.add(child, true);
  }

  get busy(): ScriptedChild[] {
    return this.children.filter((child) => child.goOn !== undefined);
  }

  /** Lets everything come to its end: what waits in a child, and for time. */
  async rest(): Promise<void> {
    for (let calm = 0; calm < 2;) {
      await this.clock.advance(2000);
      calm = this.busy.length === 0 ? calm + 1 : 0;
      for (const child of this.busy) child.goOn?.();
    }
  }
}

type Command = fc.AsyncCommand<Model, Live>;

/** Something that is done to one child, whose outcome the model knows. */
function command(
  name: string,
  at: number,
  applies: (child: ModelChild, model: Readonly<Model>) => boolean,
  inModel: (child: ModelChild, model: Model) => void,
  live: (child: ScriptedChild, live: Live) => unknown,
): Command {
  const of = (model: Readonly<Model>): ModelChild => model.children[at % model.children.length] as ModelChild;
  return {
    toString: () => `${name} ${at}`,
    check: (model) => applies(of(model), model),
    run: async (model, real) => {
      const child = real.children[at % real.children.length] as ScriptedChild;
      const asked = Promise.resolve(live(child, real)).catch((error) => expect(error.code).toBe("HANDLER_FAILED"));
      await real.rest();
      await asked;
      inModel(of(model), model);
      expect(real.log.splice(0)).toEqual(model.log.splice(0));
      expect(real.children.map(({ isUp }) => isUp)).toEqual(model.children.map(({ isUp }) => isUp));
      expect(real.supervisor.status === "running").toBe(model.isAlive);
    },
  };
}

const runs = (child: ModelChild, model: Readonly<Model>): boolean => model.isAlive && child.isUp;
const isAlive = (_child: ModelChild, model: Readonly<Model>): boolean => model.isAlive;
const isAny = (): boolean => true;

const commands = fc.commands(
  [
    fc.nat(4).map((at) => command("crash", at, runs, (one, model) => model.exit(one, "crash"), crash)),
    fc.nat(4).map((at) =>
      command(
        "finish",
        at,
        runs,
        (one, model) => model.exit(one, "normal"),
        (child, live) => live.supervisor.exited(child, child.die("normal", ":normal")),
      ),
    ),
    fc.nat(4).map((at) =>
      command(
        "stop",
        at,
        isAlive,
        (one, model) => model.end(one),
        (child, live) => live.supervisor.stop(child, "stop"),
      ),
    ),
    fc.nat(4).map((at) =>
      command(
        "start",
        at,
        isAlive,
        (one, model) => void model.begin(one),
        async (child, live) => live.supervisor.start(child, once),
      ),
    ),
    fc
      .nat(4)
      .map((at) => command("restart", at, isAlive, anew, async (child, live) => live.supervisor.restart(child, once))),
    fc.nat(4).map((at) =>
      command(
        "renew",
        at,
        isAny,
        (_one, model) => model.renew(),
        async (_child, live) => live.supervisor.renew(),
      ),
    ),
    fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 3 })).map(([at, times]) =>
      command(
        "fail",
        at,
        isAny,
        (one) => (one.failures = times),
        (child) => (child.failures = times),
      ),
    ),
    fc.nat(4).map((at) =>
      command(
        "slow",
        at,
        isAny,
        () => {},
        (child) => (child.isSlow = !child.isSlow),
      ),
    ),
  ],
  { maxCommands: 40 },
);

function crash(child: ScriptedChild, live: Live): void {
  child.crash(live.supervisor);
}

function anew(child: ModelChild, model: Model): void {
  // What restarts by request is not let go in between.
  const { isListed } = child;
  model.end(child);
  child.isListed = isListed;
  model.begin(child);
}

const strategies = fc.constantFrom<Strategy>("one_for_one", "one_for_all", "rest_for_one");
const policies = fc.array(fc.constantFrom<RestartPolicy>("permanent", "permanent", "transient", "temporary"), {
  minLength: 1,
  maxLength: 5,
});

it("does what the model does, whether its children take time or not", async () => {
  await fc.assert(
    fc.asyncProperty(strategies, fc.nat(5), policies, commands, async (strategy, maxRestarts, restart, sequence) => {
      const setup = () => ({
        model: new Model(strategy, maxRestarts, restart),
        real: new Live(strategy, maxRestarts, restart),
      });
      await fc.asyncModelRun(async () => {
        const both = setup();
        await both.real.supervisor.begin("start");
        both.real.log.length = 0;
        return both;
      }, sequence);
    }),
    { numRuns: 300 },
  );
});

type Act = { what: "crash" | "stop" | "start" | "restart" | "fail" | "go on" | "turn"; at: number };

describe("under any interleaving of slow begins and ends", () => {
  const acts = fc.array(
    fc.record<Act>({
      what: fc.constantFrom("crash", "crash", "stop", "start", "restart", "fail", "go on", "go on", "turn", "turn"),
      at: fc.nat(4),
    }),
    { maxLength: 60 },
  );

  it("one thing happens at a time, every request is answered, and who is wanted is up in the end", async () => {
    await fc.assert(
      fc.asyncProperty(
        strategies,
        fc.constantFrom(2, 1000),
        policies,
        acts,
        async (strategy, maxRestarts, restart, all) => {
          const live = new Live(strategy, maxRestarts, restart);
          const { supervisor, children } = live;
          await supervisor.begin("start");
          for (const child of children) child.isSlow = true;
          const asked: Promise<string>[] = [];
          const last = new Map<ScriptedChild, string>();
          let hasFailed = false;
          for (const { what, at } of all) {
            const child = children[at % children.length] as ScriptedChild;
            await act(live, child, what, asked);
            if (["stop", "start", "restart"].includes(what)) last.set(child, what);
            // The scripted children object to a second life themselves.
            expect(live.busy.length).toBeLessThanOrEqual(1);
            hasFailed ||= supervisor.status !== "running";
          }
          await live.rest();
          const answers = await Promise.all(asked);
          expect(answers.filter((answer) => !["done", "HANDLER_FAILED", "AGENT_NOT_RUNNING"].includes(answer))).toEqual(
            [],
          );
          expect(["running", "failed"]).toContain(supervisor.status);
          for (const child of children) {
            if (supervisor.status === "failed") expect(child.isUp).toBe(false);
            else if (last.get(child) === "stop" && strategy === "one_for_one" && !hasFailed)
              expect(child.isUp).toBe(false);
            else if (child.restart === "permanent" && last.get(child) !== "stop" && !answers.includes("HANDLER_FAILED"))
              expect(child.isUp).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

async function act({ supervisor, clock }: Live, child: ScriptedChild, what: Act["what"], asked: Promise<string>[]) {
  const limits = { maxRestarts: 3, withinMs: 1e9 };
  const answer = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return "done";
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    }
  };
  if (what === "crash" && child.isUp) child.crash(supervisor);
  else if (what === "stop") asked.push(answer(() => supervisor.stop(child, "stop")));
  else if (what === "start") asked.push(answer(() => supervisor.start(child, limits)));
  else if (what === "restart") asked.push(answer(() => supervisor.restart(child, limits)));
  else if (what === "fail") child.failures = 1;
  else if (what === "go on") child.goOn?.();
  else if (what === "turn") await clock.settle();
}
