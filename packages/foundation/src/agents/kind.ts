/** A definition made ready to run: checked once, and shared by all agents that are registered with it. */
import { checkDefinition, type AgentDefinition } from "./define.ts";
import type { Code } from "./message.ts";

export interface Kind {
  readonly definition: AgentDefinition;
  readonly name: string;
  readonly version: number;
  readonly capabilities: readonly string[];
  /** By name; a map, so that nothing that objects inherit is a handler. */
  readonly handlers: ReadonlyMap<string, Code>;
}

// Only of definitions that cannot change any more, as `defineAgent` makes them.
const kinds = new WeakMap<AgentDefinition, Kind>();

/** @throws MabeamError `INVALID_INPUT` unless `definition` can be registered */
export function kindOf(definition: AgentDefinition): Kind {
  const known = kinds.get(definition);
  if (known !== undefined) return known;
  checkDefinition(definition);
  const kind: Kind = Object.freeze({
    definition,
    name: definition.name,
    version: definition.version ?? 1,
    capabilities: Object.freeze([...(definition.capabilities ?? [])]),
    handlers: new Map(Object.entries(definition.handlers)),
  });
  if (Object.isFrozen(definition) && Object.isFrozen(definition.handlers)) kinds.set(definition, kind);
  return kind;
}
