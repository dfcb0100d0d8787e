/**
 * A stream that is read as what its records come to, and that stays short: every so many records their fold is kept as
 * a snapshot, and the records go. The fold is made from the journal itself, so it holds what others wrote as well.
 */
import type { Json } from "../core/json.ts";
import type { Journal } from "./journal.ts";

/** What the records of a stream come to. Pure. */
export interface Fold<State> {
  /** The state that {@link save} gave; without one, the state before the first record. */
  load(saved: Json | undefined): State;
  /** Takes one record in. */
  apply(state: State, record: Json): void;
  /** The state as plain JSON. */
  save(state: State): Json;
}

/** A stream with its fold. */
export interface FoldedStream<State> {
  read(): Promise<State>;
  append(record: Json): Promise<void>;
}

const recordsPerSnapshot = 1_000;

export function foldedStream<State>(journal: Journal, stream: string, fold: Fold<State>): FoldedStream<State> {
  let sinceSnapshot = 0;

  async function read(): Promise<{ state: State; position: number }> {
    let state = fold.load(undefined);
    let position = 0;
    for await (const entry of journal.read(stream)) {
      ({ position } = entry);
      if ("snapshot" in entry) state = fold.load(entry.snapshot);
      else fold.apply(state, entry.record);
    }
    return { state, position };
  }

  async function shorten(): Promise<void> {
    const { state, position } = await read();
    await journal.snapshot(stream, fold.save(state), position);
    await journal.compact(stream);
  }

  return {
    read: async () => (await read()).state,
    append: async (record) => {
      await journal.append(stream, [record]);
      if (++sinceSnapshot < recordsPerSnapshot) return;
      sinceSnapshot = 0;
      // The record is kept already: a stream that cannot be shortened now is no failure, and is tried again later.
      await shorten().catch(() => {});
    },
  };
}
