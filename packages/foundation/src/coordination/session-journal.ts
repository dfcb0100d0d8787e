/** What the journal keeps of finished sessions: the last ones in full, and how many there were before them. Pure fold. */
import type { Json } from "../core/json.ts";
import { foldedStream, type Fold, type FoldedStream } from "../journal/fold.ts";
import type { Journal } from "../journal/journal.ts";

interface Kept {
  sessions: Json[];
  dropped: number;
}

export type SessionJournal = Pick<FoldedStream<Kept>, "append">;

const kept = 100;

const lastSessions: Fold<Kept> = {
  load: (saved) => (saved ?? { sessions: [], dropped: 0 }) as unknown as Kept,
  apply: (state, session) => {
    state.sessions.push(session);
    if (state.sessions.length <= kept) return;
    state.sessions.shift();
    state.dropped++;
  },
  save: (state) => state as unknown as Json,
};

/** The stream `sessions`. */
export function sessionJournal(journal: Journal): SessionJournal {
  return foldedStream(journal, "sessions", lastSessions);
}
