/** `mabeam.protocols`: starts sessions by the name of their protocol, and remembers the last ones. */
import { randomUUID } from "node:crypto";
import { closed } from "../agents/failures.ts";
import { invalidInput, MabeamError } from "../core/errors.ts";
import { checkId, checkInteger, checkNumber, checkOptions } from "../core/validate.ts";
import { encodeRecord } from "../journal/record.ts";
import { majority, weighted } from "./consensus/protocol.ts";
import type { MajorityConfig, WeightedConfig } from "./consensus/protocol.ts";
import type { ThresholdVoteOutcome } from "./consensus/threshold.ts";
import { isRecord, shown } from "./mechanism-input.ts";
import { resolveParticipants } from "./participants.ts";
import type {
  Outcome,
  Protocol,
  ProtocolEvents,
  ProtocolHost,
  ProtocolOptions,
  Session,
  SessionStatus,
} from "./protocol.ts";
import { startSession } from "./session-handle.ts";
import type { SessionHandle } from "./session-handle.ts";
import { sessionJournal } from "./session-journal.ts";
import { runSession } from "./session.ts";
import type { SessionPlan } from "./session-plan.ts";

export type { ProtocolEvents, ProtocolHost };

/** The protocols that come with MABEAM: what each takes, beside {@link ProtocolOptions}, and what it results in. */
export interface BuiltInProtocols {
  majority: { config: MajorityConfig; result: ThresholdVoteOutcome };
  weighted: { config: WeightedConfig; result: ThresholdVoteOutcome };
}

/** A session as lists show it. */
export interface SessionSummary {
  id: string;
  protocol: string;
  status: SessionStatus;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Undefined while it runs, and when it failed. */
  outcome: Outcome<unknown> | undefined;
}

/** Where agents agree. */
export interface Protocols {
  /**
   * Starts a session and returns it at once. Participants are asked in parallel; the outcome is decided as soon as it can
   * no longer change, journaled, and then applied.
   *
   * A bad configuration rejects the session's `outcome`: `PROTOCOL_NOT_FOUND`, `AGENT_NOT_FOUND`, `INVALID_INPUT`
   * (reasons `duplicate-agent`, `too-few-agents` and those of the mechanism), `CLOSED`.
   */
  run<Name extends keyof BuiltInProtocols>(
    name: Name,
    options: ProtocolOptions & BuiltInProtocols[Name]["config"],
  ): Session<BuiltInProtocols[Name]["result"]>;
  run(name: string & {}, options: ProtocolOptions & Record<string, unknown>): Session;
  /**
   * Adds a protocol of your own.
   * @throws MabeamError `INVALID_INPUT` with reason `duplicate-protocol` or `invalid-protocol`; `CLOSED`
   */
  register(name: string, protocol: Protocol<any, any>): void;
  /** Takes one away that was registered; sessions under way go on. False if there is none of that name. */
  unregister(name: string): boolean;
  /** The names that {@link run} takes. */
  names(): string[];
  /** The status of a session under way or among the last ones; undefined for others. */
  status(session: string): SessionStatus | undefined;
  /** The outcome of a finished session among the last ones. */
  result(session: string): Outcome<unknown> | undefined;
  /** Sessions, newest first: those under way and the last ones. `active` chooses. */
  list(options?: { active?: boolean }): SessionSummary[];
  /** Finished sessions, newest first. At most 100 are kept; `dropped` counts those that are not. */
  history(options?: { last?: number }): { entries: SessionSummary[]; dropped: number };
  /** Cancels what is under way and waits for it. From now on `run` and `register` are refused with `CLOSED`. Idempotent. */
  close(): Promise<void>;
}

const kept = 100;
/** The names of {@link ProtocolOptions}. */
const common = ["participants", "subject", "timeoutMs", "signal", "apply"];
const builtIn: readonly [string, Protocol<any, any>][] = [
  ["majority", majority],
  ["weighted", weighted],
];

/** Protocols over a host. */
export function createProtocols(host: ProtocolHost): Protocols {
  const protocols = new Map(builtIn);
  const active = new Map<string, SessionHandle<unknown>>();
  const finished: SessionHandle<unknown>[] = [];
  let dropped = 0;
  const journal = sessionJournal(host.journal);
  let isClosed = false;

  const prepare = (id: string, name: string, options: unknown): SessionPlan<any> => {
    const protocol = protocols.get(name);
    if (protocol === undefined) throw protocolNotFound(name, [...protocols.keys()]);
    const { participants: asked, subject, timeoutMs = 5_000, apply } = checkRun(options);
    if (protocol.takes !== undefined) checkOptions(options, [...common, ...protocol.takes], `"${name}"`);
    const participants = resolveParticipants(asked, protocol.minimum ?? 1, host);
    const round = protocol.open(options as object, participants);
    const text = subject === undefined ? undefined : encodeRecord(subject, "subject");
    return { id, protocol: name, participants, round, timeoutMs, subject: text, apply };
  };
  const keep = (handle: SessionHandle<unknown>): void => {
    active.delete(handle.session.id);
    finished.unshift(handle);
    if (finished.length > kept) {
      finished.pop();
      dropped++;
    }
  };
  const find = (id: string): SessionHandle<unknown> | undefined =>
    active.get(id) ?? finished.find(({ session }) => session.id === id);
  const run = (name: string, options: ProtocolOptions & Record<string, unknown>): Session<any> => {
    const id = randomUUID();
    const signal = options?.signal instanceof AbortSignal ? options.signal : undefined;
    const about = { id, protocol: name, signal, clock: host.clock, onEnd: keep };
    const isLate = isClosed;
    const handle = startSession(about, async (cancelled, observer) => {
      if (isLate) throw closed("This system");
      return runSession(host, journal, prepare(id, name, options), cancelled, observer);
    });
    active.set(id, handle);
    return handle.session;
  };

  return {
    run,
    register: (name, protocol) => {
      if (isClosed) throw closed("This system");
      checkId(name, "The name of a protocol");
      if (!isRecord(protocol) || typeof protocol.open !== "function")
        throw invalidInput("invalid-protocol", `A protocol is { open(config, participants) }, not ${shown(protocol)}.`);
      if (protocols.has(name))
        throw invalidInput("duplicate-protocol", `There is a protocol "${name}" already; choose another name.`);
      protocols.set(name, protocol);
    },
    unregister: (name) => !builtIn.some(([known]) => known === name) && protocols.delete(name),
    names: () => [...protocols.keys()],
    status: (id) => find(id)?.session.status,
    result: (id) => find(id)?.outcome,
    list: (options = {}) => {
      const running = options.active === false ? [] : [...active.values()].toReversed();
      return [...running, ...(options.active === true ? [] : finished)].map(summary);
    },
    history: ({ last = kept } = {}) => {
      checkInteger(last, "last", { min: 0 });
      return { entries: finished.slice(0, last).map(summary), dropped };
    },
    close: async () => {
      isClosed = true;
      const running = [...active.values()];
      for (const { session } of running) session.cancel("closed");
      await Promise.all(running.map(({ over }) => over));
    },
  };
}

function checkRun(options: unknown): ProtocolOptions {
  if (!isRecord(options)) throw invalidInput("not-an-object", `A protocol takes options, not ${shown(options)}.`);
  const { timeoutMs, apply, signal } = options;
  if (timeoutMs !== undefined) checkNumber(timeoutMs, "timeoutMs", { min: 1 });
  if (apply !== undefined) checkId(apply, "apply, the variable to set,");
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidInput("invalid-signal", `signal must be an AbortSignal, not ${shown(signal)}.`);
  return options as unknown as ProtocolOptions;
}

function summary({ session, startedAt, outcome }: SessionHandle<unknown>): SessionSummary {
  return { id: session.id, protocol: session.protocol, status: session.status, startedAt, outcome };
}

function protocolNotFound(name: unknown, names: string[]): MabeamError {
  const message = `There is no protocol ${shown(name)}; there are ${names.join(", ")}. Add your own with protocols.register().`;
  return new MabeamError("PROTOCOL_NOT_FOUND", message, { details: { protocol: name, protocols: names } });
}
