/** The live pool: it keeps the leases, those who await one, and the timers; `Allocation` decides. */
import { throwIfAborted } from "../core/abort.ts";
import type { Clock } from "../core/clock.ts";
import type { MabeamError } from "../core/errors.ts";
import { checkId } from "../core/validate.ts";
import { alarm, type Alarm } from "./alarm.ts";
import { Allocation } from "./allocation.ts";
import { Announcements } from "./announcements.ts";
import { toNumber } from "./exact.ts";
import { Holdings } from "./holdings.ts";
import { LiveLease, type Lease } from "./lease.ts";
import { agentStopped, exhausted, otherKind, poolClosed } from "./refusals.ts";
import { ResourceRequest } from "./request.ts";
import { checkAmounts, checkCapacities, checkRequestOptions } from "./resource-input.ts";
import type {
  Capacity,
  DimensionUtilization,
  ResourceEvents,
  ResourcePool,
  ResourceRequestOptions,
} from "./resource-pool.ts";

/** What the pool needs of the system. */
export interface ResourceHost {
  readonly clock: Clock;
  /** Called when the books are in order: it may call the pool. It must not throw. */
  emit<Name extends keyof ResourceEvents>(event: Name, payload: ResourceEvents[Name]): void;
}

/** See {@link ResourcePool} for the promises. */
export class Pool implements ResourcePool {
  readonly #host: ResourceHost;
  readonly #allocation: Allocation<ResourceRequest>;
  readonly #holdings = new Holdings();
  readonly #announcements = new Announcements();
  /** Wakes the pool when tokens let in the next request. */
  #refill: Alarm | undefined;
  #requests = 0;
  #leases = 0;
  #isClosed = false;

  /** @param patience how often the oldest request of a dimension may be passed over; 50 is what the contract promises */
  constructor(host: ResourceHost, patience = 50) {
    this.#host = host;
    this.#allocation = new Allocation(patience);
  }

  define(capacity: Readonly<Record<string, Capacity>>): void {
    if (this.#isClosed) throw poolClosed();
    const result = this.#allocation.define(checkCapacities(capacity), this.#host.clock.monotonic());
    if ("otherKind" in result) throw otherKind(result.otherKind);
    for (const request of result.hopeless) this.#refuse(request);
    this.#serve();
  }

  async request(
    agent: string,
    amounts: Readonly<Record<string, number>>,
    options: ResourceRequestOptions = {},
  ): Promise<Lease> {
    if (this.#isClosed) throw poolClosed();
    checkId(agent, "The id of an agent");
    checkRequestOptions(options);
    const checked = checkAmounts(amounts, (dimension) => this.#allocation.has(dimension));
    const { priority = 0, leaseMs, wait = false, signal } = options;
    throwIfAborted(signal);
    const since = this.#host.clock.monotonic();
    const request = new ResourceRequest({
      agent,
      amounts: checked,
      priority,
      arrival: this.#requests++,
      leaseMs,
      since,
    });
    this.#enter(request, wait);
    if (request.isWaiting && signal !== undefined) {
      request.heed(signal, (error) => {
        this.#dismiss(request, error);
        this.#serve();
      });
    }
    return request.lease;
  }

  utilization(): Record<string, DimensionUtilization> {
    const now = this.#host.clock.monotonic();
    const rows = [...this.#allocation.dimensions()].map(([dimension, { account, line }]) => {
      const [capacity, used] = [toNumber(account.capacity), account.used(now)];
      const utilization = used === 0 ? 0 : Math.min(1, used / capacity);
      return [
        dimension,
        { capacity, used, available: account.available(now), utilization, waiting: line.size },
      ] as const;
    });
    return Object.fromEntries(rows);
  }

  leases(agent?: string): Lease[] {
    if (agent !== undefined) checkId(agent, "The id of an agent");
    const agents = agent === undefined ? this.#holdings.agents() : [agent];
    return agents.flatMap((id) => this.#holdings.leases(id));
  }

  releaseAll(agent: string): number {
    checkId(agent, "The id of an agent");
    // Who waits goes first: a stopping agent must not be granted what it is about to give back.
    for (const request of this.#holdings.waiting(agent)) this.#dismiss(request, agentStopped(agent));
    const ended = this.#holdings.leases(agent).filter((lease) => lease.end("agent_stopped"));
    this.#serve();
    return ended.length;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const agents = this.#holdings.agents();
    for (const request of agents.flatMap((agent) => this.#holdings.waiting(agent)))
      this.#dismiss(request, poolClosed());
    for (const lease of agents.flatMap((agent) => this.#holdings.leases(agent))) lease.end("closed");
    this.#serve();
  }

  /** Afterwards the request is granted, refused, or it waits. */
  #enter(request: ResourceRequest, wait: boolean): void {
    // Tokens that came back since the last event belong to those who waited for them.
    this.#serve();
    const isPossible = this.#allocation.beyondCapacity(request.amounts) === undefined;
    if (isPossible) {
      request.isWaiting = true;
      this.#holdings.addWaiting(request);
      this.#allocation.enter(request);
      this.#serve();
    }
    if (!isPossible || (request.isWaiting && !wait)) {
      this.#refuse(request);
      this.#serve();
    }
  }

  /** Grants what can be granted, sets the timer for what only needs time, and tells what has happened. */
  #serve(): void {
    const now = this.#host.clock.monotonic();
    const { granted, nextInMs } = this.#allocation.serve(now);
    this.#serveAgain(now, nextInMs);
    for (const request of granted) this.#grant(request, now);
    this.#announcements.tellAll();
  }

  #serveAgain(now: number, inMs: number): void {
    // Waits are rounded up to whole milliseconds: what differs by less is one moment, seen from two.
    if (this.#refill !== undefined && Math.abs(now + inMs - this.#refill.at) < 1) return;
    this.#refill?.cancel();
    this.#refill = undefined;
    if (inMs === Infinity) return;
    this.#refill = alarm(this.#host.clock, now, inMs, () => {
      this.#refill = undefined;
      this.#serve();
    });
  }

  #grant(request: ResourceRequest, now: number): void {
    const { agent, shown: amounts, priority, terms } = request;
    const { leaseMs, since } = terms;
    const { clock } = this.#host;
    const grantedAt = clock.now();
    const expiry = leaseMs === undefined ? {} : { expiresAt: grantedAt + leaseMs };
    const id = `lease-${++this.#leases}`;
    const lease = new LiveLease({ id, agent, amounts, grantedAt, ...expiry }, () => {
      expires?.cancel();
      this.#end(lease, request);
    });
    const expires = leaseMs === undefined ? undefined : alarm(clock, now, leaseMs, () => void lease.end("expired"));
    this.#holdings.removeWaiting(request);
    this.#holdings.addLease(lease);
    request.grant(lease);
    const facts = { at: grantedAt, agent, lease: id, amounts, priority, waitedMs: now - since, ...expiry };
    this.#announcements.add(() => this.#host.emit("resource:granted", facts));
  }

  #end(lease: LiveLease, request: ResourceRequest): void {
    this.#holdings.removeLease(lease);
    this.#allocation.giveBack(request.amounts);
    const { id, agent, amounts, status: reason } = lease;
    const facts = { at: this.#host.clock.now(), agent, lease: id, amounts };
    this.#announcements.add(() => {
      if (reason === "expired") this.#host.emit("resource:expired", facts);
      else if (reason !== "active") this.#host.emit("resource:released", { ...facts, reason });
    });
    this.#serve();
  }

  /** Ends a request that cannot be granted now, or ever. */
  #refuse(request: ResourceRequest): void {
    const { agent, shown: amounts } = request;
    const { clock } = this.#host;
    const shortage = this.#allocation.shortage(request, clock.monotonic());
    this.#dismiss(request, exhausted(agent, shortage));
    const { dimension, wanted, available } = shortage;
    const facts = { at: clock.now(), agent, amounts, dimension, wanted, available };
    this.#announcements.add(() => this.#host.emit("resource:exhausted", facts));
  }

  /** Ends a request without a lease. */
  #dismiss(request: ResourceRequest, error: MabeamError): void {
    if (request.isWaiting) this.#allocation.withdraw(request);
    this.#holdings.removeWaiting(request);
    request.refuse(error);
  }
}
