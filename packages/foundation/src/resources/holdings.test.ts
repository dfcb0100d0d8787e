import { expect, it } from "vitest";
import { Holdings } from "./holdings.ts";
import { LiveLease } from "./lease.ts";
import { ResourceRequest } from "./request.ts";

it("keeps an agent as long as it has a lease or a request that waits, and not longer", () => {
  const holdings = new Holdings();
  const lease = new LiveLease({ id: "lease-1", agent: "a", amounts: { cpu: 1 }, grantedAt: 0 }, () => {});
  const terms = { agent: "a", amounts: new Map([["cpu", 1]]), priority: 0, arrival: 0, leaseMs: undefined, since: 0 };
  const request = new ResourceRequest(terms);
  holdings.addWaiting(request);
  holdings.addLease(lease);
  expect([holdings.agents(), holdings.leases("a"), holdings.waiting("a")]).toEqual([["a"], [lease], [request]]);
  holdings.removeWaiting(request);
  expect([holdings.agents(), holdings.leases("a"), holdings.waiting("a")]).toEqual([["a"], [lease], []]);
  holdings.removeLease(lease);
  holdings.removeLease(lease);
  expect([holdings.agents(), holdings.leases("a"), holdings.waiting("b")]).toEqual([[], [], []]);
});
