/** A request for resources from its call to its grant or refusal. */
import { abortedError, onAbort } from "../core/abort.ts";
import type { MabeamError } from "../core/errors.ts";
import { exact, type Exact } from "./exact.ts";
import type { Lease } from "./lease.ts";
import type { Claim } from "./waiting-line.ts";

/** What is asked for, checked. */
export interface RequestTerms {
  readonly agent: string;
  readonly amounts: ReadonlyMap<string, number>;
  readonly priority: number;
  readonly arrival: number;
  readonly leaseMs: number | undefined;
  /** When it was made, in monotonic time. */
  readonly since: number;
}

/** A claim with somebody behind it who awaits `lease`. */
export class ResourceRequest implements Claim {
  readonly terms: RequestTerms;
  readonly agent: string;
  readonly priority: number;
  readonly arrival: number;
  readonly amounts: ReadonlyMap<string, Exact>;
  /** The amounts as the user wrote them. */
  readonly shown: Readonly<Record<string, number>>;
  readonly lease: Promise<Lease>;
  /** Whether it stands in the lines of its dimensions. */
  isWaiting = false;
  #resolve!: (lease: Lease) => void;
  #reject!: (error: MabeamError) => void;
  #forgetSignal: (() => void) | undefined;

  constructor(terms: RequestTerms) {
    this.terms = terms;
    this.agent = terms.agent;
    this.priority = terms.priority;
    this.arrival = terms.arrival;
    this.amounts = new Map([...terms.amounts].map(([dimension, amount]) => [dimension, exact(amount)]));
    this.shown = Object.freeze(Object.fromEntries(terms.amounts));
    this.lease = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Calls `giveUp` when the signal fires, while it waits. */
  heed(signal: AbortSignal, giveUp: (error: MabeamError) => void): void {
    this.#forgetSignal = onAbort(signal, () => giveUp(abortedError(signal)));
  }

  grant(lease: Lease): void {
    this.#end();
    this.#resolve(lease);
  }

  refuse(error: MabeamError): void {
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.isWaiting = false;
    this.#forgetSignal?.();
  }
}
