/**
 * A stream that is read as what its records come to, and that stays short: now and then the fold of its records is kept
 * as a snapshot, and the records go. The fold is made from the journal itself, so it holds what others wrote as well.
 */
import { breather } from "../core/clock.ts";
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
  /** How many records the state is worth, where it grows with what is kept (live keys). Default: few. */
  size?(state: State): number;
}

/** A stream with its fold. */
export interface FoldedStream<State> {
  read(): Promise<State>;
  /** Waits for the stream to be shortened when it has grown long, so that no writer outruns that. */
  append(record: Json): Promise<void>;
  /** All of them or none. Resolves as soon as they are durable: shortening the stream is not waited for. */
  appendAll(records: readonly Json[]): Promise<void>;
  /** Resolves when the stream is not being shortened (any more). Never rejects. */
  idle(): Promise<void>;
}

/** A stream is left alone until it has this many records. */
const fewestRecords = 1_000;

export function foldedStream<State>(journal: Journal, stream: string, fold: Fold<State>): FoldedStream<State> {
  /** Records that no snapshot covers, as far as they were read or appended here. */
  let uncovered = 0;
  /** A snapshot writes the whole state anew. Waiting for as many records as it holds makes that O(1) a record. */
  let enough = fewestRecords;
  let shortening: Promise<void> | undefined;

  async function read(): Promise<{ state: State; position: number; records: number }> {
    let state = fold.load(undefined);
    let [position, records] = [0, 0];
    const breathe = breather();
    for await (const entry of journal.read(stream)) {
      ({ position } = entry);
      if ("snapshot" in entry) [state, records] = [fold.load(entry.snapshot), 0];
      else {
        fold.apply(state, entry.record);
        records++;
      }
      const pause = breathe();
      if (pause !== undefined) await pause;
    }
    uncovered = records;
    enough = Math.max(fewestRecords, fold.size?.(state) ?? 0);
    return { state, position, records };
  }

  async function shorten(): Promise<void> {
    const { state, position, records } = await read();
    await journal.snapshot(stream, fold.save(state), position);
    await journal.compact(stream);
    uncovered = Math.max(0, uncovered - records);
  }

  function shortenIfLong(): void {
    if (uncovered < enough || shortening !== undefined) return;
    shortening = shorten()
      // The records are kept already: a stream that cannot be shortened now is no failure, and is tried again later.
      .catch(() => void (uncovered = 0))
      .finally(() => (shortening = undefined));
  }

  async function appendAll(records: readonly Json[]): Promise<void> {
    await journal.append(stream, records);
    uncovered += records.length;
    shortenIfLong();
  }

  return {
    read: async () => (await read()).state,
    append: async (record) => {
      await appendAll([record]);
      await shortening;
    },
    appendAll,
    idle: async () => shortening,
  };
}
