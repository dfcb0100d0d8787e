/**
 * The reading side of a stream. It takes no lock: complete appends are never changed, and an incomplete one at the end
 * is somebody's work in progress. It never keeps half-read bytes, because such a tail may be cut off and rewritten.
 */
import type { Bell } from "../bell.ts";
import type { JournalEntry } from "../journal.ts";
import { decodeRecord } from "../record.ts";
import type { Gate } from "./gate.ts";
import { corrupt, readPiece } from "./recovery.ts";
import type { Piece } from "./recovery.ts";
import { isFileError, isReadOnly, listFolder, segmentPath } from "./segments.ts";
import { readSnapshot } from "./snapshots.ts";

/** A place between two appends: the record at byte `offset` of segment `first` has position `expected`. */
interface Cursor {
  first: number;
  offset: number;
  expected: number;
}

/** What a reader needs to know of its stream. */
export interface ReadSettings {
  folder: string;
  news: Bell;
  gate: Gate;
  isClosed(): boolean;
  /** Makes sure, under the lock, that what looked like damage is (then rejects with `JOURNAL_CORRUPT`) or is not. */
  confirm(): Promise<void>;
  /** The furthest place that any reader of this journal has seen; saves reading the last segment twice. */
  furthest: Cursor | undefined;
}

/** Reads entries from position `from` on; with `goesOn` it waits for more at the end, else it stops there. */
export async function* readEntries(
  settings: ReadSettings,
  from: number,
  goesOn: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<JournalEntry, void> {
  const ended = (): boolean => settings.isClosed() || signal?.aborted === true;
  // However fast others append, a reader that does not go on stops at what is there now.
  const presentEnd = goesOn ? Infinity : await endOf(settings);
  let next = from;
  let cursor: Cursor | undefined;
  let snapshotFirst = true;
  while (!ended() && next <= presentEnd) {
    const { rung } = settings.news;
    const found = await look(settings, next, cursor, snapshotFirst);
    cursor = found.cursor;
    snapshotFirst = false;
    for (const entry of found.entries) {
      if (ended() || entry.position > presentEnd) return;
      next = entry.position + 1;
      yield "text" in entry ? { position: entry.position, record: decodeRecord(entry.text) } : entry;
    }
    if (found.isEnd && !goesOn) return;
    if (found.isEnd) await settings.news.after(rung, signal);
  }
}

/** The last position now; Infinity if there is damage on the way, for the reader to run into. */
async function endOf(settings: ReadSettings): Promise<number> {
  const { segments, snapshots } = await listFolder(settings.folder);
  const first = segments.at(-1);
  if (first === undefined) return snapshots.at(-1) ?? 0;
  const known = settings.furthest;
  const start = known?.first === first ? known : startOf(first);
  const piece = await pieceAt(settings, start, undefined);
  if (piece === undefined) return endOf(settings);
  settings.furthest = piece.next;
  return piece.badAt === undefined ? piece.next.expected - 1 : Infinity;
}

interface Found {
  entries: Iterable<{ position: number; text: string } | (JournalEntry & { snapshot: unknown })>;
  cursor: Cursor | undefined;
  /** Nothing more at present. */
  isEnd: boolean;
}

/** The next piece of the stream: a snapshot, or the rest of a segment. */
async function look(
  settings: ReadSettings,
  next: number,
  cursor: Cursor | undefined,
  snapshotFirst: boolean,
): Promise<Found> {
  const { folder } = settings;
  const { segments, snapshots } = await listFolder(folder);
  const missing = next < (segments[0] ?? Infinity) && snapshots.length > 0;
  if (snapshotFirst || missing) {
    const newest = await readSnapshot(folder);
    if (newest !== undefined && newest.position >= next) {
      const { position, state } = newest;
      return { entries: [{ position, snapshot: state }], cursor: undefined, isEnd: false };
    }
  }
  const index = segments.findLastIndex((first) => first <= next);
  const first = segments[index];
  if (first !== undefined) return readSegment(settings, first, segments[index + 1], next, cursor);
  if (segments[0] !== undefined) throw corrupt(segmentPath(folder, segments[0]), 0);
  return { entries: [], cursor, isEnd: true };
}

async function readSegment(
  settings: ReadSettings,
  first: number,
  nextFirst: number | undefined,
  next: number,
  cursor: Cursor | undefined,
): Promise<Found> {
  const start = cursor?.first === first ? cursor : startOf(first);
  const piece = await pieceAt(settings, start, nextFirst);
  // Compaction has taken the segment away: look again.
  if (piece === undefined) return { entries: [], cursor: undefined, isEnd: false };
  const entries = piece.frames.filter((frame) => frame.position >= next);
  if (piece.badAt !== undefined && entries.length === 0) {
    const damage = corrupt(segmentPath(settings.folder, first), piece.badAt);
    if (nextFirst !== undefined) throw damage;
    await settings.confirm().catch((error: unknown) => {
      throw isReadOnly(error) ? damage : error;
    });
    return { entries, cursor: undefined, isEnd: false };
  }
  return { entries, cursor: piece.next, isEnd: entries.length === 0 && nextFirst === undefined };
}

function startOf(first: number): Cursor {
  return { first, offset: 0, expected: first };
}

async function pieceAt(
  settings: ReadSettings,
  start: Cursor,
  nextFirst: number | undefined,
): Promise<(Piece & { next: Cursor }) | undefined> {
  const path = segmentPath(settings.folder, start.first);
  try {
    const piece = await settings.gate(() => readPiece(path, start, nextFirst));
    // Perhaps the place is no longer one between two appends: a writer whose disk refused took back what was read.
    if (piece.isAstray && start.offset > 0) return await pieceAt(settings, startOf(start.first), nextFirst);
    const expected = start.expected + piece.frames.length;
    return { ...piece, next: { first: start.first, offset: piece.end, expected } };
  } catch (error) {
    if (isFileError(error, "ENOENT")) return undefined;
    throw error;
  }
}
