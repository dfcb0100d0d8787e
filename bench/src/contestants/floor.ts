/**
 * The floor: the least that can be called an actor. A Map, objects, mailboxes that are arrays, and one microtask that
 * drains whatever has mail. No bounds, no deadlines, no isolation but a `catch` that starts the state anew.
 */
import type { Contestant, SpawnOptions, World } from "../contestant.ts";

interface Message {
  readonly handler: string;
  readonly payload: number;
  readonly resolve: ((reply: number) => void) | undefined;
  readonly reject: ((error: unknown) => void) | undefined;
}

interface Agent {
  state: { total: number };
  /** The first `waiting` slots hold mail; the others are kept, empty, so that no burst has to make them again. */
  readonly mailbox: (Message | undefined)[];
  waiting: number;
}

// Twice as quick as Node's `queueMicrotask`, which keeps books for async hooks.
const soon = Promise.resolve();

const handlers: Record<string, (agent: Agent, payload: number) => number> = {
  add: (agent, amount) => (agent.state.total += amount),
  crash: () => {
    throw new Error("crash");
  },
};

class Floor implements World<string> {
  readonly #agents = new Map<string, Agent>();
  readonly #holders = new Map<string, string[]>();
  /** Agents with mail, in the order in which they got it. */
  readonly #ready: (Agent | undefined)[] = [];
  #readyCount = 0;

  spawn(id: string, { capability }: SpawnOptions = {}): void {
    this.#agents.set(id, { state: { total: 0 }, mailbox: [], waiting: 0 });
    if (capability === undefined) return;
    const holders = this.#holders.get(capability);
    if (holders === undefined) this.#holders.set(capability, [id]);
    else holders.push(id);
  }

  handle(id: string): string {
    return id;
  }

  add(id: string, amount: number): Promise<number> {
    return new Promise((resolve, reject) => this.#post(id, { handler: "add", payload: amount, resolve, reject }));
  }

  addById(id: string, amount: number): Promise<number> {
    return this.add(id, amount);
  }

  tell(id: string, amount: number): void {
    this.#post(id, { handler: "add", payload: amount, resolve: undefined, reject: undefined });
  }

  crash(id: string): void {
    this.#post(id, { handler: "crash", payload: 0, resolve: undefined, reject: undefined });
  }

  backlog(id: string, count: number): void {
    for (let sent = 0; sent < count; sent++) this.tell(id, 1);
  }

  has(id: string): boolean {
    return this.#agents.has(id);
  }

  holders(capability: string): number {
    // A copy, since the list is handed out.
    return (this.#holders.get(capability) ?? []).slice().length;
  }

  retire(id: string): void {
    this.#agents.delete(id);
    for (const holders of this.#holders.values()) {
      const index = holders.indexOf(id);
      if (index >= 0) holders.splice(index, 1);
    }
  }

  close(): void {
    this.#agents.clear();
  }

  #post(id: string, message: Message): void {
    const agent = this.#agents.get(id);
    if (agent === undefined) throw new Error(`There is no agent "${id}".`);
    agent.mailbox[agent.waiting++] = message;
    if (agent.waiting > 1) return;
    this.#ready[this.#readyCount++] = agent;
    if (this.#readyCount === 1) void soon.then(this.#drain);
  }

  readonly #drain = (): void => {
    for (let index = 0; index < this.#readyCount; index++) {
      deliver(this.#ready[index] as Agent);
      this.#ready[index] = undefined;
    }
    this.#readyCount = 0;
  };
}

function deliver(agent: Agent): void {
  for (let index = 0; index < agent.waiting; index++) {
    handle(agent, agent.mailbox[index] as Message);
    agent.mailbox[index] = undefined;
  }
  agent.waiting = 0;
}

function handle(agent: Agent, { handler, payload, resolve, reject }: Message): void {
  try {
    const reply = handlers[handler]?.(agent, payload) as number;
    resolve?.(reply);
  } catch (error) {
    agent.state = { total: 0 };
    reject?.(error);
  }
}

export const floor: Contestant = { name: "floor", open: () => new Floor() };
