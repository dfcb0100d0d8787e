/**
 * The contract of the resource pool: named dimensions with a capacity, leases on amounts of them, and the order in which
 * those who wait are served.
 *
 * **Order.** Higher priority first, then age. A request never overtakes one that waits before it and needs a dimension
 * that it needs too, even if it would fit and the other does not; requests without a common dimension never hold each
 * other up by themselves. So a large request is not starved by small ones behind it.
 *
 * **No starvation.** Without more, a stream of high priority could keep the rest out for ever. So, while a request is the
 * oldest that waits for each of its dimensions, at most 50 later ones are granted before it on any of these: then it is
 * first whatever its priority. In other words, of 51 grants on a contended dimension one goes to whoever has waited
 * longest. This counts grants and not time, so it holds alike for leases of a millisecond and of an hour, and priority
 * keeps its meaning under lasting overload, where ageing by time would turn every queue into first come, first served.
 */
import type { Lease, LeaseStatus } from "./lease.ts";

/**
 * A dimension that is spent and refills: a token bucket. `{ tokens: 60, perMs: 60_000 }` reads "sixty a minute". It
 * starts full and refills evenly, one token a second here; a request of up to `burst` tokens is possible at all.
 */
export interface RateCapacity {
  /** How many tokens come back within `perMs`. Above 0. */
  tokens: number;
  /** Milliseconds. Above 0. */
  perMs: number;
  /** How many tokens the bucket holds at most. Above 0; default `tokens`. */
  burst?: number;
}

/** A number is what there is of a plain dimension, at least 0: a lease has its part until it ends. */
export type Capacity = number | RateCapacity;

/** How a request is made. */
export interface ResourceRequestOptions {
  /** Who is served first, and who at all when there is not enough: the higher. Any finite number, default 0. */
  priority?: number;
  /** The lease ends by itself this many milliseconds after it was granted. Default: it does not. */
  leaseMs?: number;
  /** Whether to wait for room. Default false: without room the request is refused. */
  wait?: boolean;
  /** Gives up waiting. A lease that has been granted is not ended by it. */
  signal?: AbortSignal;
}

/** How one dimension is used. `waiting` counts the requests that wait for it. */
export interface DimensionUtilization {
  /** The capacity; of a token bucket, its burst. */
  capacity: number;
  /** What leases hold: above the capacity only after that shrank. Of a token bucket, what is missing to a full one. */
  used: number;
  /** What is free; never below 0. */
  available: number;
  /** `used` of `capacity`, 0 to 1. */
  utilization: number;
  waiting: number;
}

/** Leases on amounts of named dimensions. Amounts count as the decimals they show: three times 0.1 fills 0.3 exactly. */
export interface ResourcePool {
  /**
   * Adds dimensions, or changes their capacity; one that is not named stays as it is. More capacity serves those who
   * wait. Less takes nothing away: what is leased stays so, and nothing is granted until there is room; who waits for
   * more than there can ever be is refused with `RESOURCES_EXHAUSTED`. A token bucket keeps its tokens, up to the new
   * burst.
   * @throws MabeamError `INVALID_INPUT` for a bad name or capacity, or a plain dimension that would become a token
   * bucket, or the other way round; then nothing has changed. `CLOSED`
   */
  define(capacity: Readonly<Record<string, Capacity>>): void;
  /**
   * Leases `amounts` to an agent, all of them or none. Zeros are left out. Tokens are spent by it and do not come back.
   * @throws MabeamError `INVALID_INPUT` for an unknown dimension, a negative or no finite amount, or nothing but zeros;
   * `RESOURCES_EXHAUSTED` with `details: { dimension, wanted, available, capacity, waiting }` above the capacity, even
   * with `wait`, and without `wait` when there is no room or others wait before it; while it waits `ABORTED`,
   * `AGENT_NOT_RUNNING` when its agent stops, `CLOSED`
   * @example
   * await using lease = await pool.request("parser", { cpu: 0.5, requests: 1 }, { wait: true, leaseMs: 30_000 });
   */
  request(agent: string, amounts: Readonly<Record<string, number>>, options?: ResourceRequestOptions): Promise<Lease>;
  /** By dimension, in order of definition. */
  utilization(): Record<string, DimensionUtilization>;
  /** The active leases, of one agent or of all, oldest first for each agent. */
  leases(agent?: string): Lease[];
  /**
   * Ends what an agent has: its leases, and its waiting requests with `AGENT_NOT_RUNNING`.
   * @returns how many leases ended
   */
  releaseAll(agent: string): number;
  /** Ends all leases; who waits is refused with `CLOSED`, as is every later `define` and `request`. Idempotent. */
  close(): void;
}

interface LeaseFacts {
  /** Milliseconds since the epoch, as all times here. */
  at: number;
  agent: string;
  /** The lease's id. */
  lease: string;
  amounts: Readonly<Record<string, number>>;
}

/** What the resources' room tells the world. */
export interface ResourceEvents {
  /** `waitedMs`: from the request to the grant. */
  "resource:granted": LeaseFacts & { priority: number; waitedMs: number; expiresAt?: number };
  /** `reason`: why it ended. */
  "resource:released": LeaseFacts & { reason: Exclude<LeaseStatus, "active" | "expired"> };
  "resource:expired": LeaseFacts;
  /** A request was refused with `RESOURCES_EXHAUSTED`: there is, or may ever be, too little of `dimension`. */
  "resource:exhausted": Omit<LeaseFacts, "lease"> & { dimension: string; wanted: number; available: number };
}
