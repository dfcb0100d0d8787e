/**
 * The rules of the pool in their plainest form, to compare with: whole numbers instead of decimals, time in ticks of a
 * millisecond, and after each event all who wait are looked at in order, from the start.
 */

export interface ReferenceRequest {
  readonly id: number;
  readonly agent: string;
  /** In units, of which 10 are 1. */
  readonly amounts: Readonly<Record<string, number>>;
  readonly priority: number;
  readonly leaseMs: number | undefined;
  /** By dimension: how many younger ones were granted while this was the oldest there. */
  readonly passes: Record<string, number>;
  outcome: "waiting" | "granted" | "RESOURCES_EXHAUSTED" | "ABORTED" | "AGENT_NOT_RUNNING" | "CLOSED";
  leaseEndsAt?: number;
}

type Dimension =
  | { kind: "plain"; capacity: number }
  // `level` is in units · perMs.
  | { kind: "rate"; capacity: number; level: number; tokens: number; perMs: number };

export class ReferencePool {
  readonly dimensions: Record<string, Dimension>;
  /** In order of arrival. */
  waiting: ReferenceRequest[] = [];
  leases: ReferenceRequest[] = [];
  now = 0;
  #requests = 0;
  readonly #patience: number;

  constructor(dimensions: Record<string, Dimension>, patience: number) {
    this.dimensions = dimensions;
    this.#patience = patience;
  }

  used(name: string): number {
    return this.leases.reduce((sum, { amounts }) => sum + (amounts[name] ?? 0), 0);
  }

  request(
    agent: string,
    amounts: Record<string, number>,
    { priority, leaseMs, wait }: { priority: number; leaseMs: number | undefined; wait: boolean },
  ): ReferenceRequest {
    const passes = Object.fromEntries(Object.keys(amounts).map((name) => [name, 0]));
    const id = this.#requests++;
    const request: ReferenceRequest = { id, agent, amounts, priority, leaseMs, passes, outcome: "waiting" };
    if (this.#isBeyond(request)) request.outcome = "RESOURCES_EXHAUSTED";
    else this.waiting.push(request);
    this.serve();
    if (!wait && request.outcome === "waiting") this.drop(request, "RESOURCES_EXHAUSTED");
    return request;
  }

  define(name: string, capacity: number): void {
    const dimension = this.dimensions[name]!;
    dimension.capacity = capacity;
    if (dimension.kind === "rate") dimension.level = Math.min(dimension.level, capacity * dimension.perMs);
    for (const request of this.waiting.filter((each) => this.#isBeyond(each)))
      this.drop(request, "RESOURCES_EXHAUSTED");
    this.serve();
  }

  drop(request: ReferenceRequest, outcome: ReferenceRequest["outcome"]): void {
    this.waiting = this.waiting.filter((each) => each !== request);
    request.outcome = outcome;
    this.serve();
  }

  /** Whether there was anything to release. */
  release(request: ReferenceRequest): boolean {
    if (!this.leases.includes(request)) return false;
    this.leases = this.leases.filter((each) => each !== request);
    this.serve();
    return true;
  }

  stop(agent: string): void {
    for (const request of this.waiting.filter((each) => each.agent === agent)) {
      this.waiting = this.waiting.filter((each) => each !== request);
      request.outcome = "AGENT_NOT_RUNNING";
    }
    for (const request of this.leases.filter((each) => each.agent === agent)) this.release(request);
    this.serve();
  }

  tick(): void {
    this.now++;
    for (const dimension of Object.values(this.dimensions)) {
      if (dimension.kind === "plain") continue;
      const { level, tokens, capacity, perMs } = dimension;
      dimension.level = Math.min(level + tokens * 10, capacity * perMs);
    }
    for (const request of this.leases.filter(({ leaseEndsAt }) => leaseEndsAt === this.now)) this.release(request);
    this.serve();
  }

  serve(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) this.#grant(next);
  }

  #next(): ReferenceRequest | undefined {
    const rank = (request: ReferenceRequest): number => (this.#isOverdue(request) ? Infinity : request.priority);
    const inOrder = this.waiting.toSorted((a, b) => (rank(a) === rank(b) ? a.id - b.id : rank(b) - rank(a)));
    const taken = new Set<string>();
    for (const request of inOrder) {
      const names = Object.keys(request.amounts);
      if (names.every((name) => !taken.has(name) && request.amounts[name]! <= this.#free(name))) return request;
      for (const name of names) taken.add(name);
    }
    return undefined;
  }

  #grant(request: ReferenceRequest): void {
    for (const [name, amount] of Object.entries(request.amounts)) {
      const dimension = this.dimensions[name]!;
      if (dimension.kind === "rate") dimension.level -= amount * dimension.perMs;
    }
    this.waiting = this.waiting.filter((each) => each !== request);
    for (const name of Object.keys(request.amounts)) {
      const oldest = this.#oldest(name);
      if (oldest !== undefined && oldest.id < request.id) oldest.passes[name]!++;
    }
    request.outcome = "granted";
    if (request.leaseMs !== undefined) request.leaseEndsAt = this.now + request.leaseMs;
    this.leases.push(request);
  }

  #free(name: string): number {
    const dimension = this.dimensions[name]!;
    return dimension.kind === "rate" ? dimension.level / dimension.perMs : dimension.capacity - this.used(name);
  }

  #isBeyond({ amounts }: ReferenceRequest): boolean {
    return Object.entries(amounts).some(([name, amount]) => amount > this.dimensions[name]!.capacity);
  }

  #oldest(name: string): ReferenceRequest | undefined {
    return this.waiting.find(({ amounts }) => name in amounts);
  }

  #isOverdue(request: ReferenceRequest): boolean {
    const names = Object.keys(request.amounts);
    return (
      names.every((name) => this.#oldest(name) === request) &&
      names.some((name) => request.passes[name]! >= this.#patience)
    );
  }
}
