/** What the user holds of a session: its status, its events from the first, and the way to give it up. */
import { isMabeamError } from "../core/errors.ts";
import type { Clock } from "../core/clock.ts";
import { bell } from "../journal/bell.ts";
import type { Outcome, Session, SessionEvent, SessionStatus } from "./protocol.ts";
import type { SessionObserver } from "./session-plan.ts";

/** A session, and what the list of sessions keeps of it. */
export interface SessionHandle<Result> {
  session: Session<Result>;
  /** Set once it has ended well. */
  outcome: Outcome<Result> | undefined;
  startedAt: number;
  /** Settles when the session is over, however it ended. */
  over: Promise<void>;
}

/**
 * Starts `work` and wraps it. The handle is there before any of the work is done, so `work` may fail for a bad
 * configuration and the session still has an id, a status and events.
 */
export function startSession<Result>(
  about: {
    id: string;
    protocol: string;
    signal: AbortSignal | undefined;
    clock: Clock;
    /** Called when the session is over, before its outcome settles. */
    onEnd(handle: SessionHandle<Result>): void;
  },
  work: (cancelled: AbortSignal, observer: SessionObserver) => Promise<Outcome<Result>>,
): SessionHandle<Result> {
  const { id, protocol, signal, clock } = about;
  const news = bell();
  const events: SessionEvent[] = [];
  const cancelling = new AbortController();
  let status: SessionStatus = "collecting";
  const isActive = (): boolean => status === "collecting" || status === "deciding";
  const tell: SessionObserver["tell"] = (event) => {
    events.push({ ...event, at: clock.now(), session: id } as SessionEvent);
    news.ring();
  };
  const moveTo = (next: SessionStatus): void => {
    status = next;
    news.ring();
  };
  const cancel = (reason = "cancelled"): boolean => {
    if (status !== "collecting" || cancelling.signal.aborted) return false;
    cancelling.abort(reason);
    return true;
  };
  const onAbort = (): void => void cancel("aborted");

  async function run(): Promise<Outcome<Result>> {
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const outcome = await work(cancelling.signal, { moveTo, tell });
      handle.outcome = outcome;
      moveTo(outcome.status === "cancelled" ? "cancelled" : "completed");
      return outcome;
    } catch (error) {
      tell({ type: "failed", code: isMabeamError(error) ? error.code : "DEFECT" });
      moveTo("failed");
      throw error;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      about.onEnd(handle);
    }
  }

  async function* eventsFromFirst(): AsyncGenerator<SessionEvent, void> {
    for (let next = 0; ;) {
      const { rung } = news;
      const event = events[next];
      if (event !== undefined) {
        next++;
        yield event;
      } else if (isActive()) await news.after(rung);
      else return;
    }
  }

  // A turn later, so that the caller holds the session before anybody is asked.
  const outcome = Promise.resolve().then(run);
  const session: Session<Result> = {
    id,
    protocol,
    get status() {
      return status;
    },
    outcome,
    events: { [Symbol.asyncIterator]: eventsFromFirst },
    cancel,
  };
  // Also observes a failure, which otherwise nobody may: a session that is only started must not end the process.
  const over = outcome.then(
    () => {},
    () => {},
  );
  const handle: SessionHandle<Result> = { session, outcome: undefined, startedAt: clock.now(), over };
  return handle;
}
