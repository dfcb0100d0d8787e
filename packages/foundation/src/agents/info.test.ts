import { expect, it } from "vitest";
import { makeInfo, noMetrics } from "./info.ts";

const facts = {
  id: "a",
  name: "adder",
  version: 2,
  role: "executor",
  capabilities: ["sum"],
  tags: [],
  status: "running" as const,
  node: "here",
  restarts: 0,
  startedAt: 5,
  resources: { cpu: 2 },
};

it("an info is plain data whose gauges are read when they are looked at", () => {
  const gauges = { mailboxDepth: 1, metrics: () => ({ ...noMetrics, handled: gauges.mailboxDepth }) };
  const info = makeInfo(facts, gauges);
  const copy = { ...info };
  const [first, second] = [1, 3].map((mailboxDepth) => {
    return { ...facts, mailboxDepth, metrics: { ...noMetrics, handled: mailboxDepth } };
  });
  expect(info).toStrictEqual(first);
  gauges.mailboxDepth = 3;
  expect(info).toStrictEqual(second);
  expect(JSON.parse(JSON.stringify(info))).toEqual(second);
  expect(structuredClone(info)).toEqual(second);
  // A copy is of its moment.
  expect(copy).toStrictEqual(first);
});

it("nobody can change an info, nor through what it was made of", () => {
  const own = structuredClone(facts);
  const info = makeInfo(own, { mailboxDepth: 0, metrics: () => noMetrics });
  own.capabilities.push("late");
  own.resources.cpu = 9;
  expect(info).toMatchObject({ capabilities: ["sum"], resources: { cpu: 2 } });
  for (const part of [info, info.capabilities, info.tags, info.resources]) expect(Object.isFrozen(part)).toBe(true);
});
