/**
 * The contract of a protocol: the live shell around a mechanism. The session engine asks every participant at once,
 * waits within the timeout, and hands each answer to a {@link Round}, which is pure: it knows no clock and no agents.
 * `protocol.suite.ts` holds every protocol to the laws.
 */
import type { AgentQuery } from "../agents/info.ts";
import type { Clock } from "../core/clock.ts";
import type { Json } from "../core/json.ts";
import type { Journal } from "../journal/journal.ts";

/** What protocols need of the system that they run in. */
export interface ProtocolHost {
  ask(
    agent: string,
    handler: string,
    payload: unknown,
    options: { timeoutMs: number; signal: AbortSignal },
  ): Promise<unknown>;
  has(agent: string): boolean;
  find(query: AgentQuery): readonly string[];
  setVariable(id: string, value: Json, options: { by: string; reason: string }): Promise<unknown>;
  readonly journal: Journal;
  readonly clock: Clock;
  emit<Name extends keyof ProtocolEvents>(event: Name, payload: ProtocolEvents[Name]): void;
}

/** What `mabeam.events` tells about sessions. */
export interface ProtocolEvents {
  "protocol:started": { at: number; session: string; protocol: string; participants: string[] };
  "protocol:completed": { at: number; session: string; protocol: string; outcome: Outcome<unknown> };
  "protocol:cancelled": { at: number; session: string; protocol: string; reason: string };
}

/** What every protocol takes; its own configuration lies flat beside these. */
export interface ProtocolOptions {
  /** Ids, or a query to the registry at the start. */
  participants: readonly string[] | AgentQuery;
  /** What it is about, for the participants; each gets a copy of its own. */
  subject?: Json;
  /** How long the participants have to answer. Default 5,000. */
  timeoutMs?: number;
  /** Cancels the session. */
  signal?: AbortSignal;
  /** Id of a variable that is set to the outcome's value once that is decided. */
  apply?: string;
}

/** What a participant's handler is asked with. */
export interface ProtocolRequest {
  session: string;
  protocol: string;
  /** From 1. */
  round: number;
  /** How long there is to answer, from now. */
  deadlineMs: number;
  subject?: Json;
  /** What there is to choose from, where there is. */
  options?: readonly string[];
}

/** A way to agree. `Config` is what its own options are, beside {@link ProtocolOptions}. */
export interface Protocol<Config extends object = Record<string, unknown>, Result = Json> {
  /** Fewest participants that it makes sense with. Default 1. */
  minimum?: number;
  /** The names of its own configuration: then any other is refused. Default: it sees to that itself. */
  takes?: readonly (keyof Config & string)[];
  /**
   * Begins a round for these participants.
   * @throws MabeamError `INVALID_INPUT` for a bad configuration
   */
  open(config: Config, participants: readonly string[]): Round<Result>;
}

/** One round of answers. Each participant is reported once: by `answer` or by `miss`. */
export interface Round<Result = Json> {
  /** The handler that participants are asked with: `vote`, `bid`, … */
  readonly handler: string;
  /** What participants may choose from; goes into the request. */
  readonly options?: readonly string[];
  /** Takes an answer, or says in a word why it does not count. The engine then reports it as rejected. */
  answer(agent: string, answer: unknown): string | undefined;
  /** This participant is absent, or its answer was rejected. */
  miss(agent: string): void;
  /** Whether the decision stays the same whatever the rest say. */
  isSettled(): boolean;
  /** The decision on the answers taken so far. */
  decide(): Decision<Result>;
}

/** What a round decided. An ordinary failure to agree is `undecided`, never an error. */
export interface Decision<Result = Json> {
  status: "decided" | "undecided";
  /** Why it is undecided. */
  reason?: string;
  /** The mechanism's outcome: plain JSON. */
  result: Result;
  /** What `apply` sets the variable to; only when decided. */
  value?: Json;
}

/** How a session ended. */
export type Outcome<Result = Json> = {
  /** Why it is undecided or cancelled. */
  reason?: string;
  participants: string[];
  /** Those who did not answer in time or could not be asked. Who was no longer needed is not among them. */
  absent: string[];
  /** Those whose answer did not count. */
  rejected: { agent: string; reason: string }[];
  rounds: number;
  durationMs: number;
  /** What became of `apply`. A variable that refuses the value does not change the decision. */
  applied?: { variable: string; error?: { code: string; message: string } };
} & ({ status: "decided" | "undecided"; result: Result } | { status: "cancelled"; result: null });

/** `collecting` and `deciding` are active; `failed` is a bad configuration or a defect. */
export type SessionStatus = "collecting" | "deciding" | "completed" | "cancelled" | "failed";

/** What happened in a session, in order. */
export type SessionEvent = { at: number; session: string } & (
  | { type: "started"; participants: string[] }
  | { type: "answered"; agent: string }
  | { type: "absent"; agent: string; reason: string }
  | { type: "rejected"; agent: string; reason: string }
  | { type: "completed"; status: "decided" | "undecided" }
  | { type: "cancelled"; reason: string }
  | { type: "failed"; code: string }
);

/** A protocol under way. */
export interface Session<Result = Json> {
  readonly id: string;
  readonly protocol: string;
  readonly status: SessionStatus;
  /** Rejects only for a bad configuration or a defect; a cancelled session resolves with `status: "cancelled"`. */
  readonly outcome: Promise<Outcome<Result>>;
  /** All events from the first, for any number of readers; ends with the session. */
  readonly events: AsyncIterable<SessionEvent>;
  /** Gives up: nothing is applied or delivered later. False if the session had been decided before. */
  cancel(reason?: string): boolean;
}
