/**
 * A journal in files, for any number of processes on one host. Each stream is a folder of segment files; `frame.ts`
 * tells how records lie in them, `lock.ts` how writers take turns, `recovery.ts` what a crash may leave behind.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { checkId } from "../../core/validate.ts";
import { bell } from "../bell.ts";
import type { Json } from "../../core/json.ts";
import type { FileJournalOptions } from "../file-journal.ts";
import type { JournalEntry } from "../journal.ts";
import { checkRead } from "../record.ts";
import { closedJournal } from "../refusals.ts";
import { gate } from "./gate.ts";
import { announceOwner, removeDeadOwners } from "./owner.ts";
import { readEntries } from "./reader.ts";
import type { ReadSettings } from "./reader.ts";
import { syncFolder } from "./segments.ts";
import { shared } from "./shared.ts";
import { readSnapshot } from "./snapshots.ts";
import { streamFolder } from "./stream-folder.ts";
import { StreamWriter } from "./stream.ts";
import { watchFolder } from "./watch.ts";

/** Options of `fileJournal` with their defaults in place. */
export type FileJournalSettings = Required<FileJournalOptions>;

interface OpenStream {
  writer: StreamWriter;
  reading: ReadSettings;
}

/** The methods of `Journal`; records and states arrive checked, as JSON text. */
export class FileJournal {
  readonly #root: string;
  readonly #settings: FileJournalSettings;
  readonly #streams = new Map<string, OpenStream>();
  readonly #limitOpenFiles = recentOnly(openFiles);
  readonly #gate = gate(openFiles);
  readonly #syncNames = shared(async () => {
    await syncFolder(join(this.#root, "streams"));
    await syncFolder(this.#root);
  });
  /** Work that `close` waits for. */
  readonly #underWay = new Set<Promise<unknown>>();
  /** Path of the owner file, once a lock was asked for. */
  #owner: Promise<string> | undefined;
  #closing: Promise<void> | undefined;

  constructor(root: string, settings: FileJournalSettings) {
    this.#root = root;
    this.#settings = settings;
  }

  async append(name: string, texts: string[], expected: number | undefined): Promise<number> {
    this.#checkOpen();
    return this.#with(name, ({ writer }) => writer.append(texts, expected));
  }

  read(name: string, options: { from?: number; signal?: AbortSignal } = {}): AsyncIterable<JournalEntry> {
    return this.#entries(name, options, false);
  }

  follow(name: string, options: { from?: number; signal?: AbortSignal } = {}): AsyncIterable<JournalEntry> {
    return this.#entries(name, options, true);
  }

  async snapshot(name: string, text: string, position: number): Promise<void> {
    this.#checkOpen();
    await this.#with(name, ({ writer }) => writer.snapshot(text, position));
  }

  async latestSnapshot(name: string): Promise<{ position: number; state: Json } | undefined> {
    this.#checkOpen();
    checkId(name, "A stream");
    return this.#with(name, ({ reading }) => readSnapshot(reading.folder));
  }

  async compact(name: string): Promise<void> {
    this.#checkOpen();
    checkId(name, "A stream");
    await this.#with(name, ({ writer }) => writer.compact());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async *#entries(
    name: string,
    { from, signal }: { from?: number; signal?: AbortSignal },
    goesOn: boolean,
  ): AsyncGenerator<JournalEntry, void> {
    this.#checkOpen();
    const first = checkRead(name, from);
    const reading = await this.#with(name, async (stream) => {
      await stream.writer.recover();
      return stream.reading;
    });
    if (!goesOn) return yield* readEntries(reading, first, false, signal);
    const stop = await watchFolder(reading.folder, () => reading.news.ring());
    try {
      yield* readEntries(reading, first, true, signal);
    } finally {
      stop();
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedJournal();
  }

  async #with<T>(name: string, work: (stream: OpenStream) => Promise<T>): Promise<T> {
    const result = work(this.#stream(name));
    this.#underWay.add(result);
    try {
      return await result;
    } finally {
      this.#underWay.delete(result);
    }
  }

  #ownerPath(): Promise<string> {
    this.#owner ??= openOwner(join(this.#root, "owners")).catch((error: unknown) => {
      this.#owner = undefined;
      throw error;
    });
    return this.#owner;
  }

  #stream(name: string): OpenStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const folder = join(this.#root, "streams", streamFolder(name));
    const news = bell();
    const onAppended = (): void => {
      news.ring();
      this.#limitOpenFiles(writer);
    };
    const owner = (): Promise<string> => this.#ownerPath();
    const shares = { owner, gate: this.#gate, syncNames: this.#syncNames };
    const writer = new StreamWriter(name, folder, { ...this.#settings, ...shares, onAppended });
    const isClosed = (): boolean => this.#closing !== undefined;
    const confirm = (): Promise<void> => writer.confirm();
    const reading = { folder, news, gate: this.#gate, isClosed, confirm, furthest: undefined };
    const stream = { writer, reading };
    this.#streams.set(name, stream);
    return stream;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    const ownerPath = await this.#owner?.catch(() => undefined);
    for (const { writer, reading } of this.#streams.values()) {
      reading.news.ring();
      // All that was acknowledged is durable already: nothing is lost with a file that does not close.
      await writer.close().catch(() => {});
    }
    if (ownerPath !== undefined) await rm(ownerPath, { force: true }).catch(() => {});
  }
}

/**
 * Any number of streams may be in use, but only so many are written at a time, and only so many files are held open in
 * between: those appended to last.
 */
const openFiles = 64;

function recentOnly(limit: number): (used: StreamWriter) => void {
  const recent = new Set<StreamWriter>();
  return (used) => {
    recent.delete(used);
    recent.add(used);
    if (recent.size <= limit) return;
    const [oldest] = recent;
    if (oldest === undefined) return;
    recent.delete(oldest);
    // If closing fails there is nobody to tell; the file is not used any more.
    void oldest.rest().catch(() => {});
  };
}

async function openOwner(folder: string): Promise<string> {
  const { path } = await announceOwner(folder);
  await removeDeadOwners(folder);
  return path;
}
