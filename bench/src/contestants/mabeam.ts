/** This runtime, through its public entry alone and with its defaults: bounded mailbox, supervision, telemetry hooks. */
import { createMabeam, defineAgent, type AgentOptions, type AgentRef, type Mabeam } from "@mabeam/foundation";
import type { Bounded, Contestant, SpawnOptions, World } from "../contestant.ts";

type Counter = AgentRef<ReturnType<typeof define>["handlers"]>;

/** One definition per capability, as users have one per kind of agent. */
function define(capability: string | undefined, onDawdled: () => void) {
  return defineAgent({
    name: capability ?? "counter",
    capabilities: capability === undefined ? [] : [capability],
    state: () => ({ total: 0 }),
    handlers: {
      add: (ctx, amount: number) => (ctx.state.total += amount),
      crash: () => {
        throw new Error("crash");
      },
      dawdle: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        onDawdled();
      },
    },
  });
}

function registration({ capacity, maxRestarts }: SpawnOptions): AgentOptions | undefined {
  if (capacity === undefined && maxRestarts === undefined) return undefined;
  return {
    ...(capacity === undefined ? {} : { mailbox: { capacity } }),
    ...(maxRestarts === undefined ? {} : { maxRestarts, withinMs: 1000 }),
  };
}

class MabeamWorld implements World<Counter> {
  readonly #mabeam: Mabeam;
  readonly #definitions = new Map<string | undefined, ReturnType<typeof define>>();
  #dawdled = 0;
  #refused = 0;
  readonly bounded: Bounded<Counter> = {
    dawdle: (counter) => counter.tell("dawdle"),
    handled: () => this.#dawdled,
    refused: () => this.#refused,
  };

  constructor(mabeam: Mabeam) {
    this.#mabeam = mabeam;
    mabeam.events.on("agent:message_dropped", ({ reason }) => {
      if (reason === "mailbox_full") this.#refused++;
    });
  }

  spawn(id: string, options: SpawnOptions = {}): Promise<unknown> {
    return this.#mabeam.registerAgent(id, this.#definition(options.capability), registration(options));
  }

  handle(id: string): Counter {
    return this.#mabeam.agents.ref<ReturnType<typeof define>>(id);
  }

  add(counter: Counter, amount: number): Promise<number> {
    return counter.ask("add", amount);
  }

  addById(id: string, amount: number): Promise<number> {
    return this.#mabeam.agents.ref<ReturnType<typeof define>>(id).ask("add", amount);
  }

  tell(counter: Counter, amount: number): void {
    counter.tell("add", amount);
  }

  crash(counter: Counter): void {
    counter.tell("crash");
  }

  backlog(counter: Counter, count: number): void {
    for (let sent = 0; sent < count; sent++) counter.tell("add", 1);
  }

  has(id: string): boolean {
    return this.#mabeam.agents.has(id);
  }

  holders(capability: string): number {
    return this.#mabeam.agents.find({ capability }).length;
  }

  retire(id: string): Promise<boolean> {
    return this.#mabeam.agents.unregister(id);
  }

  async group(ids: readonly string[]): Promise<boolean> {
    const { supervisor } = this.#mabeam as Partial<Supervising>;
    if (supervisor === undefined) return false;
    await supervisor.add("group", { strategy: "one_for_all", maxRestarts: 1_000_000, withinMs: 1000 });
    const options: AgentOptions & { supervisor: string } = { supervisor: "group" };
    for (const id of ids) await this.#mabeam.registerAgent(id, this.#definition(undefined), options);
    return true;
  }

  close(): Promise<void> {
    return this.#mabeam.close();
  }

  #definition(capability: string | undefined): ReturnType<typeof define> {
    const known = this.#definitions.get(capability);
    if (known !== undefined) return known;
    const definition = define(capability, () => void this.#dawdled++);
    this.#definitions.set(capability, definition);
    return definition;
  }
}

/** Named here, since versions without nested supervisors are measured too. */
interface Supervising {
  supervisor: {
    add(id: string, options: { strategy: "one_for_all"; maxRestarts: number; withinMs: number }): Promise<void>;
  };
}

export const mabeam: Contestant = { name: "mabeam", open: async () => new MabeamWorld(await createMabeam()) };
