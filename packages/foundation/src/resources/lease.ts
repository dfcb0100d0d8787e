/** A lease: the right to amounts of resources, until it ends. */

/**
 * `released` by its holder, `expired` after its `leaseMs`, `agent_stopped` with its agent, `closed` with the pool. A lease
 * ends once.
 */
export type LeaseStatus = "active" | "released" | "expired" | "agent_stopped" | "closed";

/** Ends with the block that holds it by `using` or `await using`, by `release()`, by expiry, or with its agent. */
export interface Lease extends Disposable, AsyncDisposable {
  /** Unique within its pool. */
  readonly id: string;
  readonly agent: string;
  /** What it holds, by dimension; of a token bucket, what it has spent. */
  readonly amounts: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly grantedAt: number;
  /** Milliseconds since the epoch; absent if it does not expire. */
  readonly expiresAt?: number;
  readonly status: LeaseStatus;
  readonly isActive: boolean;
  /** Gives back what it holds; `false` if it was over before. */
  release(): boolean;
}

/** What a new lease is made of. */
export type LeaseTerms = Pick<Lease, "id" | "agent" | "amounts" | "grantedAt" | "expiresAt">;

/** A lease that tells its pool when it is over. */
export class LiveLease implements Lease {
  readonly id: string;
  readonly agent: string;
  readonly amounts: Readonly<Record<string, number>>;
  readonly grantedAt: number;
  // Only declared: a field would be there, undefined, on leases that do not expire.
  declare readonly expiresAt?: number;
  #status: LeaseStatus = "active";
  readonly #onEnd: (lease: LiveLease) => void;

  /** @param onEnd is called once, when the lease is over */
  constructor(terms: LeaseTerms, onEnd: (lease: LiveLease) => void) {
    this.id = terms.id;
    this.agent = terms.agent;
    this.amounts = terms.amounts;
    this.grantedAt = terms.grantedAt;
    if (terms.expiresAt !== undefined) this.expiresAt = terms.expiresAt;
    this.#onEnd = onEnd;
  }

  get status(): LeaseStatus {
    return this.#status;
  }

  get isActive(): boolean {
    return this.#status === "active";
  }

  release(): boolean {
    return this.end("released");
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }

  /** Ends it for that reason; `false` if it was over before. */
  end(reason: Exclude<LeaseStatus, "active">): boolean {
    if (this.#status !== "active") return false;
    this.#status = reason;
    this.#onEnd(this);
    return true;
  }
}
