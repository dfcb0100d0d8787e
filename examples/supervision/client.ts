/** Somebody who asks every desk for quotes, all the time, and keeps count of what came back. */
import { setTimeout as pause } from "node:timers/promises";
import { isMabeamError, type Mabeam } from "@mabeam/foundation";
import { priceOf } from "./desk.ts";

/** What became of the client's requests. */
export interface Tally {
  readonly asked: number;
  readonly answered: number;
  /** Refusals, each told at once and why, by error code. */
  readonly refused: ReadonlyMap<string, number>;
  /** Never answered, or answered wrongly. */
  readonly lost: number;
}

/** No more than this many requests are under way at once. */
const patience = 500;

export class Client {
  readonly #mabeam: Mabeam;
  readonly #refused = new Map<string, number>();
  readonly #pending = new Set<Promise<void>>();
  #asked = 0;
  #answered = 0;
  #isDone = false;
  readonly #work: Promise<void>;

  /** Begins to ask. */
  constructor(mabeam: Mabeam) {
    this.#mabeam = mabeam;
    this.#work = this.#ask();
  }

  get answered(): number {
    return this.#answered;
  }

  /** Asks no more, and waits for what is under way, but not for ever. */
  async done(): Promise<Tally> {
    this.#isDone = true;
    await this.#work;
    await Promise.race([Promise.all(this.#pending), pause(8000, undefined, { ref: false })]);
    const refusals = [...this.#refused.values()].reduce((sum, count) => sum + count, 0);
    const lost = this.#asked - this.#answered - refusals;
    return { asked: this.#asked, answered: this.#answered, refused: this.#refused, lost };
  }

  async #ask(): Promise<void> {
    while (!this.#isDone) {
      for (const { id } of this.#mabeam.agents.find({ capability: "quotes" })) {
        if (this.#pending.size < patience) this.#quote(id, this.#asked++);
      }
      await pause(2);
    }
  }

  #quote(desk: string, item: number): void {
    const request = this.#mabeam.agents
      .ref(desk)
      .ask("quote", item, { timeoutMs: 5000 })
      .then(
        (price: unknown) => void (this.#answered += Number(price === priceOf(item))),
        (error: unknown) => {
          if (isMabeamError(error)) this.#refused.set(error.code, (this.#refused.get(error.code) ?? 0) + 1);
        },
      )
      .finally(() => this.#pending.delete(request));
    this.#pending.add(request);
  }
}
