/** What a session is made of, before and while it runs. */
import type { Round, SessionEvent, SessionStatus } from "./protocol.ts";

/** What a session is about to do. */
export interface SessionPlan<Result> {
  id: string;
  protocol: string;
  participants: string[];
  round: Round<Result>;
  timeoutMs: number;
  /** As JSON text, so that whoever reads it reads a copy. */
  subject: string | undefined;
  apply: string | undefined;
}

/** An event before the session has put its id and the time on it. */
export type Told = SessionEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, "at" | "session">
    : never
  : never;

/** Is told what happens while a session runs. */
export interface SessionObserver {
  moveTo: (status: SessionStatus) => void;
  tell: (event: Told) => void;
}
