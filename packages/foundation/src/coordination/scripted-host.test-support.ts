/** A system of scripted participants, for tests of protocols. */
import { memoryJournal } from "../journal/memory.ts";
import { MabeamError } from "../core/errors.ts";
import { testClock } from "../testing/test-clock.ts";
import type { TestClock } from "../testing/test-clock.ts";
import type { ProtocolHost, ProtocolRequest } from "./protocol.ts";

/** What a participant does when it is asked. */
export type Script = (request: ProtocolRequest, how: { timeoutMs: number; signal: AbortSignal }) => unknown;

/** A host whose participants follow scripts, and what happened to it. */
export interface ScriptedHost extends ProtocolHost {
  readonly clock: TestClock;
  readonly asked: { agent: string; handler: string; request: ProtocolRequest }[];
  readonly variables: { id: string; value: unknown; by: string }[];
  readonly emitted: { event: string; session: string }[];
}

/** Answers nothing, ever. */
export const silent: Script = () => new Promise(() => {});

/** Makes a host. A variable named `refused` refuses every value. */
export function scriptedHost(scripts: Record<string, Script>): ScriptedHost {
  const agents = new Map(Object.entries(scripts));
  const host: ScriptedHost = {
    journal: memoryJournal(),
    clock: testClock(),
    asked: [],
    variables: [],
    emitted: [],
    ask: async (agent, handler, payload, how) => {
      const request = payload as ProtocolRequest;
      host.asked.push({ agent, handler, request });
      return agents.get(agent)?.(request, how);
    },
    has: (agent) => agents.has(agent),
    find: ({ tag }) => [...agents.keys()].filter((agent) => tag === undefined || agent.startsWith(tag)),
    setVariable: async (id, value, { by }) => {
      if (id === "refused") throw new MabeamError("CONSTRAINT_VIOLATED", "It refuses.");
      host.variables.push({ id, value, by });
    },
    emit: (event, { session }) => void host.emitted.push({ event, session }),
  };
  return host;
}
