/**
 * The contract of the append-only log. Everything that must survive a crash is written to a journal before it counts.
 *
 * Laws (`journal.suite.ts` holds every implementation to them):
 * - positions in a stream start at 1 and grow by 1 with each record, without gaps or doubles, whoever writes;
 * - when `append` resolves, its records are durable as far as the implementation promises, and readers see all or none;
 * - `append` with `expected` is a compare-and-set: it happens only if the stream's last position is `expected`;
 * - after `close` every call rejects with `CLOSED`.
 */
import type { Json } from "../core/json.ts";

/** What reading a stream gives: records, preceded by a snapshot where one covers the start. */
export type JournalEntry = { position: number; record: Json } | { position: number; snapshot: Json };

/** An append-only log of named streams. */
export interface Journal {
  /**
   * Appends all of `records` or none. No records: nothing is written, and the present end is returned.
   * @returns the position of the last record of the stream, counted from 1
   * @throws MabeamError `VERSION_CONFLICT` (`details: { expected, actual }`) when the stream does not end at `expected`
   * @throws MabeamError `INVALID_INPUT` for a record that is not plain JSON (`details.reason` `not-json`)
   */
  append(stream: string, records: readonly Json[], options?: { expected?: number }): Promise<number>;
  /**
   * Reads from position `from` (inclusive, default 1) to the present end. If a snapshot covers `from`, the newest comes
   * first, in place of the records that it covers: whether they have been compacted away makes no difference.
   * Ends quietly on abort.
   * @throws MabeamError `JOURNAL_CORRUPT` (`details: { file, offset }`) when stored records are damaged
   */
  read(stream: string, options?: { from?: number; signal?: AbortSignal }): AsyncIterable<JournalEntry>;
  /** As {@link read}, then goes on with new records as they are appended, until aborted or closed. */
  follow(stream: string, options?: { from?: number; signal?: AbortSignal }): AsyncIterable<JournalEntry>;
  /**
   * Keeps `state` as the fold of all records up to `position` (inclusive). One that is older than the newest is ignored.
   * @throws MabeamError `INVALID_INPUT` when the stream does not reach `position`
   */
  snapshot(stream: string, state: Json, position: number): Promise<void>;
  /** The newest snapshot, if there is one. */
  latestSnapshot(stream: string): Promise<{ position: number; state: Json } | undefined>;
  /** Removes the records that the newest snapshot covers. */
  compact(stream: string): Promise<void>;
  /** Waits for what is under way, then lets go of files and followers. Idempotent. */
  close(): Promise<void>;
}
