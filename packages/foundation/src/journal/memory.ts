/** A journal in memory: for tests, and for systems whose state may die with the process. */
import { checkId } from "../core/validate.ts";
import { bell } from "./bell.ts";
import type { Bell } from "./bell.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { checkAppend, checkRead, checkSnapshot, decodeRecord } from "./record.ts";
import { checkSnapshotPosition, closedJournal, versionConflict } from "./refusals.ts";

interface MemoryStream {
  /** Texts of the records after `removed`. */
  records: string[];
  /** How many records compaction has taken away. */
  removed: number;
  snapshot?: { position: number; text: string };
  news: Bell;
}

/** A {@link Journal} that lives and dies with the process. Records are copied in and out. */
export function memoryJournal(): Journal {
  const streams = new Map<string, MemoryStream>();
  let closed = false;

  const checkOpen = (): void => {
    if (closed) throw closedJournal();
  };
  const streamOf = (name: string): MemoryStream => {
    let stream = streams.get(name);
    if (stream === undefined) streams.set(name, (stream = { records: [], removed: 0, news: bell() }));
    return stream;
  };

  async function* entries(
    name: string,
    options: { from?: number; signal?: AbortSignal },
    goesOn: boolean,
  ): AsyncGenerator<JournalEntry, void> {
    checkOpen();
    const { signal } = options;
    let next = checkRead(name, options.from);
    const stream = streamOf(name);
    const presentEnd = goesOn ? Infinity : lastOf(stream);
    let snapshotFirst = true;
    while (!signal?.aborted && !closed && next <= presentEnd) {
      const covering = snapshotFirst || next <= stream.removed ? stream.snapshot : undefined;
      snapshotFirst = false;
      if (covering !== undefined && covering.position >= next) {
        next = covering.position + 1;
        yield { position: covering.position, snapshot: decodeRecord(covering.text) };
      } else if (next <= lastOf(stream)) {
        const record = decodeRecord(stream.records[next - stream.removed - 1] as string);
        yield { position: next++, record };
      } else {
        await stream.news.after(stream.news.rung, signal);
      }
    }
  }

  return {
    append: async (name, records, options = {}) => {
      checkOpen();
      const texts = checkAppend(name, records, options.expected);
      const stream = streamOf(name);
      const actual = lastOf(stream);
      if (options.expected !== undefined && options.expected !== actual)
        throw versionConflict(name, options.expected, actual);
      for (const text of texts) stream.records.push(text);
      if (texts.length > 0) stream.news.ring();
      return lastOf(stream);
    },
    read: (name, options = {}) => entries(name, options, false),
    follow: (name, options = {}) => entries(name, options, true),
    snapshot: async (name, state, position) => {
      checkOpen();
      const text = checkSnapshot(name, state, position);
      const stream = streamOf(name);
      checkSnapshotPosition(name, position, lastOf(stream));
      if (position >= (stream.snapshot?.position ?? 0)) stream.snapshot = { position, text };
    },
    latestSnapshot: async (name) => {
      checkOpen();
      checkId(name, "A stream");
      const snapshot = streams.get(name)?.snapshot;
      return snapshot && { position: snapshot.position, state: decodeRecord(snapshot.text) };
    },
    compact: async (name) => {
      checkOpen();
      checkId(name, "A stream");
      const stream = streams.get(name);
      if (stream?.snapshot === undefined) return;
      stream.records.splice(0, stream.snapshot.position - stream.removed);
      stream.removed = Math.max(stream.removed, stream.snapshot.position);
    },
    close: async () => {
      closed = true;
      for (const stream of streams.values()) stream.news.ring();
    },
  };
}

function lastOf(stream: MemoryStream): number {
  return stream.removed + stream.records.length;
}
