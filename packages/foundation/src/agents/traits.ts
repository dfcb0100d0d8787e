/** The traits that agents are indexed by, and watchers too. */
import type { AgentQuery, Traits } from "./info.ts";

/** The indexes, each named as its criterion, the most selective first. */
export const traitKinds = ["capability", "tag", "status", "role"] as const;
export type TraitKind = (typeof traitKinds)[number];

/** Under which keys of an index an agent stands. */
export function keysOf(traits: Traits, kind: TraitKind): readonly string[] {
  switch (kind) {
    case "capability":
      return traits.capabilities;
    case "tag":
      return traits.tags;
    case "status":
      return [traits.status];
    case "role":
      return [traits.role];
  }
}

/** The keys that `query` asks for: an agent that matches stands under each of them. */
export function wantedKeys(query: AgentQuery): [TraitKind, string][] {
  const wanted = (query.capabilities ?? []).map((capability): [TraitKind, string] => ["capability", capability]);
  for (const kind of traitKinds) {
    const key = query[kind];
    if (key !== undefined) wanted.push([kind, key]);
  }
  return wanted;
}
