/** nact: a mailbox and one `setImmediate` per message, `query` with a timer per ask, `reset` in place after a crash. */
import { dispatch, query, spawn, start, stop, type Ref } from "nact";
import type { Contestant, World } from "../contestant.ts";

interface Add {
  readonly type: "add";
  readonly amount: number;
  readonly reply: Ref<number> | undefined;
}
type CounterMessage = Add | { readonly type: "crash" };
type Counter = Ref<CounterMessage>;

const queryTimeoutMs = 30_000;

function count(state: { total: number }, message: CounterMessage): { total: number } {
  if (message.type === "crash") throw new Error("crash");
  state.total += message.amount;
  if (message.reply !== undefined) dispatch(message.reply, state.total);
  return state;
}

class Nact implements World<Counter> {
  readonly #system = start();
  readonly #counters = new Map<string, Counter>();

  spawn(id: string): void {
    const counter: Counter = spawn(this.#system, count, id, {
      initialStateFunc: () => ({ total: 0 }),
      onCrash: (_message, _error, context) => context.reset,
    });
    this.#counters.set(id, counter);
  }

  handle(id: string): Counter {
    const counter = this.#counters.get(id);
    if (counter === undefined) throw new Error(`There is no actor "${id}".`);
    return counter;
  }

  add(counter: Counter, amount: number): Promise<number> {
    return query(counter, (reply: Ref<number>): Add => ({ type: "add", amount, reply }), queryTimeoutMs);
  }

  addById(id: string, amount: number): Promise<number> {
    return this.add(this.handle(id), amount);
  }

  tell(counter: Counter, amount: number): void {
    dispatch(counter, { type: "add", amount, reply: undefined });
  }

  crash(counter: Counter): void {
    dispatch(counter, { type: "crash" });
  }

  backlog(counter: Counter, count: number): void {
    for (let sent = 0; sent < count; sent++) this.tell(counter, 1);
  }

  close(): void {
    stop(this.#system);
    this.#counters.clear();
  }
}

export const nact: Contestant = { name: "nact", open: () => new Nact() };
