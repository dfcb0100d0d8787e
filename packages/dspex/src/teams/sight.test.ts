import { communicationTopology, type TopologyPattern } from "@mabeam/foundation";
import { describe, expect, test } from "vitest";
import type { MemberFields } from "./plan.ts";
import { sightOf } from "./sight.ts";

const members = (...keys: string[]): MemberFields[] => keys.map((key) => ({ key, reads: [], writes: [] }));
const pairs = (...args: Parameters<typeof sightOf>) => sightOf(...args).edges.map(({ from, to }) => `${from}${to}`);
const layout = (pattern: TopologyPattern, more: object = {}) =>
  communicationTopology("layout", { agents: ["a", "b", "c"], pattern, ...more });

describe("who sees whom", () => {
  test("a given pattern has the edges that it was given, in the order of its own agents", () => {
    const reversed = communicationTopology("layout", { agents: ["c", "b", "a"], pattern: "pipeline" });
    expect(pairs(reversed, "pipeline", members("a", "b", "c"))).toEqual(["cb", "ba"]);
  });

  test("a pattern that is tried has the same edges as one that is applied: in the topology's order", () => {
    const reversed = communicationTopology("layout", { agents: ["c", "b", "a"], pattern: "mesh" });
    expect(pairs(reversed, "pipeline", members("a", "b", "c"))).toEqual(["cb", "ba"]);
  });

  test("whoever is left out of a pipeline or ring leaves no gap", () => {
    expect(pairs(layout("pipeline"), "pipeline", members("a", "c"))).toEqual(["ac"]);
    expect(pairs(layout("ring"), "ring", members("a", "c"))).toEqual(["ac", "ca"]);
  });

  test("a star without its hub finds another; with it, the hub is the one that was named, or the first agent", () => {
    const star = layout("star", { hub: "b" });
    expect(sightOf(star, "star", members("a", "b", "c")).hub).toBe("b");
    expect(sightOf(star, "star", members("a", "c")).hub).toBe("a");
    expect(pairs(star, "star", members("a", "c"))).toEqual(["ac", "ca"]);
    const unnamed = communicationTopology("layout", { agents: ["c", "a", "b"], pattern: "star" });
    expect(sightOf(unnamed, "star", members("a", "b", "c")).hub).toBe("c");
  });

  test("where anybody broadcasts, all see all", () => {
    const all = ["ab", "ac", "ba", "bc", "ca", "cb"];
    expect(pairs(layout("broadcast"), "broadcast", members("a", "b", "c"))).toEqual(all);
    expect(pairs(layout("mesh"), "mesh", members("a", "b", "c"))).toEqual(all);
  });

  test("custom edges and layers are kept as far as both ends take part", () => {
    const edges = [
      { from: "a", to: "b" },
      { from: "a", to: "c" },
    ];
    expect(pairs(layout("custom", { edges }), "custom", members("a", "c"))).toEqual(["ac"]);
    const layers = layout("layered", { layers: [["a", "b"], ["c"]] });
    expect(pairs(layers, "layered", members("a", "b", "c"))).toEqual(["ac", "bc"]);
    expect(pairs(layers, "layered", members("b", "c"))).toEqual(["bc"]);
  });

  test("a member of whom the topology does not speak sees nobody, and a team of one has nobody to see", () => {
    expect(pairs(layout("mesh"), "mesh", members("a", "b", "d"))).toEqual(["ab", "ba"]);
    for (const pattern of ["pipeline", "ring", "star", "mesh", "broadcast", "inferred"] as const) {
      expect(sightOf(undefined, pattern, members("a"))).toMatchObject({ edges: [] });
    }
  });
});
