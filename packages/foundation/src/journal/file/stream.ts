/**
 * One stream on disk, as one open journal sees it. Appends wait in a queue; one batch at a time is written under the
 * stream's lock with a single write and a single fsync, however many callers are in it (group commit).
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { checkSnapshotPosition, versionConflict } from "../refusals.ts";
import { compactFolder } from "./compaction.ts";
import { encodeAppend } from "./frame.ts";
import type { Gate } from "./gate.ts";
import { withLock } from "./lock.ts";
import type { Warn } from "./recovery.ts";
import { isReadOnly, listFolder } from "./segments.ts";
import { writeSnapshot } from "./snapshots.ts";
import { TailWriter } from "./tail-writer.ts";

/** What a stream needs to know of its journal. */
export interface StreamSettings {
  /** Path of the journal's owner file, which locks link to; it is written when a lock is first taken. */
  owner(): Promise<string>;
  /** Shared by all streams of the journal: every stream at work has files open. */
  gate: Gate;
  /** Makes the names of the folders of streams durable. */
  syncNames(): Promise<void>;
  segmentBytes: number;
  lockTimeoutMs: number;
  warn: Warn;
  /** Called after records were added. */
  onAppended(): void;
}

interface Waiting {
  texts: string[];
  expected: number | undefined;
  resolve: (last: number) => void;
  reject: (error: unknown) => void;
}

/** Bytes after which a batch is closed and the rest waits for the next one. */
const batchBytes = 4 << 20;

/** The writing side of a stream. */
export class StreamWriter {
  readonly name: string;
  readonly folder: string;
  readonly #settings: StreamSettings;
  #queue: Waiting[] = [];
  #work: Promise<void> = Promise.resolve();
  #scheduled = false;
  readonly #tail: TailWriter;
  #recovered: Promise<void> | undefined;
  #folderMade: Promise<void> | undefined;

  constructor(name: string, folder: string, settings: StreamSettings) {
    this.name = name;
    this.folder = folder;
    this.#settings = settings;
    this.#tail = new TailWriter(folder, settings.segmentBytes, settings.warn);
  }

  /** Adds records; resolves with the position of the last once they are on disk. */
  append(texts: string[], expected: number | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ texts, expected, resolve, reject });
      this.#schedule();
    });
  }

  /** Puts the end of the stream in order once, before it is first read; where nobody may write, it is read as it is. */
  recover(): Promise<void> {
    this.#recovered ??= this.#recoverIfThere().catch((error: unknown) => {
      this.#recovered = undefined;
      throw error;
    });
    return this.#recovered;
  }

  /** Looks again at the whole last segment, under the lock: was it damage, or somebody's append in progress? */
  confirm(): Promise<void> {
    return this.#locked(async () => {
      this.#tail.forget();
      await this.#tail.refresh();
    });
  }

  snapshot(text: string, position: number): Promise<void> {
    return this.#locked(async () => {
      const last = await this.#tail.refresh();
      checkSnapshotPosition(this.name, position, last);
      await writeSnapshot(this.folder, position, text);
    });
  }

  compact(): Promise<void> {
    return this.#locked(async () => {
      await this.#tail.refresh();
      await compactFolder(this.folder);
      await this.#tail.letGo();
    });
  }

  /** Closes the file until it is needed again. */
  rest(): Promise<void> {
    return this.#inTurn(() => this.#tail.rest());
  }

  /** Waits for everything that was asked for, then closes the file. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#tail.letGo());
  }

  async #recoverIfThere(): Promise<void> {
    const { segments } = await listFolder(this.folder);
    if (segments.length === 0) return;
    try {
      await this.#locked(async () => void (await this.#tail.refresh()));
    } catch (error) {
      if (!isReadOnly(error)) throw error;
    }
  }

  /** One piece of work after the other within this journal; the lock is for the others. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.then(
      () => {},
      () => {},
    );
    return result;
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#withLock(work));
  }

  async #withLock<T>(work: () => Promise<T>): Promise<T> {
    const { gate, lockTimeoutMs } = this.#settings;
    const owner = await this.#settings.owner();
    return gate(async () => {
      await this.#makeFolder();
      return withLock(join(this.folder, "lock"), owner, lockTimeoutMs, work);
    });
  }

  #makeFolder(): Promise<void> {
    this.#folderMade ??= mkdir(this.folder, { recursive: true })
      .then(() => this.#settings.syncNames())
      .catch((error: unknown) => {
        this.#folderMade = undefined;
        throw error;
      });
    return this.#folderMade;
  }

  /** One batch a turn, so that a snapshot gets its turn however many append. */
  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return;
    this.#scheduled = true;
    void this.#inTurn(async () => {
      this.#scheduled = false;
      await this.#commitBatch();
      this.#schedule();
    });
  }

  async #commitBatch(): Promise<void> {
    const batch = this.#takeBatch();
    try {
      const settle = await this.#withLock(() => this.#commit(batch));
      // Looking at the end has put it in order: readers need not do it again.
      this.#recovered ??= Promise.resolve();
      for (const tell of settle) tell();
      this.#settings.onAppended();
    } catch (error) {
      this.#tail.forget();
      for (const { reject } of batch) reject(error);
    }
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { texts } of this.#queue) {
      if (bytes > batchBytes) break;
      for (const text of texts) bytes += text.length;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  /** Writes a batch; returns how to tell each of its callers. */
  async #commit(batch: Waiting[]): Promise<(() => void)[]> {
    const before = await this.#tail.refresh();
    let last = before;
    const settle: (() => void)[] = [];
    let lines = "";
    for (const { texts, expected, resolve, reject } of batch) {
      const actual = last;
      if (expected !== undefined && expected !== actual) {
        settle.push(() => reject(versionConflict(this.name, expected, actual)));
        continue;
      }
      lines += encodeAppend(actual + 1, texts);
      last = actual + texts.length;
      settle.push(() => resolve(actual + texts.length));
    }
    if (lines !== "") await this.#tail.write(lines, before, last - before);
    return settle;
  }
}
