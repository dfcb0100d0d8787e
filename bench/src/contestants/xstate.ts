/**
 * XState's lightest actor: `fromTransition`. `send` runs the transition inside the call, so there is no mailbox to
 * measure. What it lacks is written by hand, as its users would: ask (a callback in the event), names (a Map), restarts
 * (an error observer that makes a new actor).
 */
import { createActor, fromTransition, type ActorRefFrom } from "xstate";
import type { Contestant, World } from "../contestant.ts";

type CounterEvent =
  | { readonly type: "add"; readonly amount: number; readonly reply: ((total: number) => void) | undefined }
  | { readonly type: "crash" };

const counter = fromTransition(
  (state: { total: number }, event: CounterEvent) => {
    if (event.type === "crash") throw new Error("crash");
    const total = state.total + event.amount;
    event.reply?.(total);
    return { total };
  },
  { total: 0 },
);

class XState implements World<string> {
  readonly #actors = new Map<string, ActorRefFrom<typeof counter>>();

  spawn(id: string): void {
    const actor = createActor(counter);
    actor.subscribe({ error: () => this.spawn(id) });
    actor.start();
    this.#actors.set(id, actor);
  }

  handle(id: string): string {
    return id;
  }

  add(id: string, amount: number): Promise<number> {
    return new Promise((resolve) => this.#send(id, { type: "add", amount, reply: resolve }));
  }

  addById(id: string, amount: number): Promise<number> {
    return this.add(id, amount);
  }

  tell(id: string, amount: number): void {
    this.#send(id, { type: "add", amount, reply: undefined });
  }

  crash(id: string): void {
    this.#send(id, { type: "crash" });
  }

  close(): void {
    for (const actor of this.#actors.values()) actor.stop();
    this.#actors.clear();
  }

  #send(id: string, event: CounterEvent): void {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new Error(`There is no actor "${id}".`);
    actor.send(event);
  }
}

export const xstate: Contestant = { name: "xstate", open: () => new XState() };
