/** The end of a stream on disk: what lies there, and adding to it. Everything here happens under the stream's lock. */
import { open, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { recoverTail } from "./recovery.ts";
import type { Tail, Warn } from "./recovery.ts";
import { listFolder, segmentPath, syncFolder } from "./segments.ts";

/** Writes at the end of the segments in one folder. */
export class TailWriter {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #warn: Warn;
  #tail: Tail | undefined;
  #file: { path: string; handle: FileHandle } | undefined;

  constructor(folder: string, segmentBytes: number, warn: Warn) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#warn = warn;
  }

  /** Takes note of what others have written, and puts a torn end in order. Returns the last position. */
  async refresh(): Promise<number> {
    const { segments, snapshots, leftovers } = await listFolder(this.#folder);
    // Drafts are made under the lock, so none is in use. Neither is a lock on the lock: the dead holder that it is named
    // after does not hold the lock any more, which whoever still wants to break it will see.
    for (const name of leftovers) await rm(join(this.#folder, name), { force: true });
    const first = segments.at(-1);
    if (first === undefined) {
      this.#tail = undefined;
      return snapshots.at(-1) ?? 0;
    }
    if (first === this.#tail?.first && this.#file?.path === this.#tail.path) {
      const { size } = await this.#file.handle.stat();
      if (size === this.#tail.size) return this.#tail.last;
      if (size < this.#tail.size) this.#tail = undefined;
    }
    this.#tail = await recoverTail(this.#folder, first, this.#tail, this.#warn);
    return this.#tail.last;
  }

  /** Adds lines behind position `last`, which {@link refresh} has just returned, and makes them durable. */
  async write(lines: string, last: number, count: number): Promise<void> {
    const bytes = Buffer.from(lines, "utf8");
    const tail = await this.#writableTail(last);
    const handle = await this.#open(tail.path);
    try {
      await handle.appendFile(bytes);
      await handle.datasync();
    } catch (error) {
      // Nothing of a batch that failed may stay: its callers are told that it did not happen.
      await takeBack(handle, tail.size).catch(() => {});
      await this.letGo();
      throw error;
    }
    this.#tail = { ...tail, size: tail.size + bytes.length, last: last + count };
  }

  /** Forgets what was known of the end, so that the next one to write looks again at all of the last segment. */
  forget(): void {
    this.#tail = undefined;
  }

  /** Closes the file until it is needed again. */
  async rest(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async letGo(): Promise<void> {
    this.forget();
    await this.rest();
  }

  /** The present last segment, or a new one if that is full or there is none. */
  async #writableTail(last: number): Promise<Tail> {
    if (this.#tail !== undefined && this.#tail.size < this.#segmentBytes) return this.#tail;
    const path = segmentPath(this.#folder, last + 1);
    await this.#open(path);
    await syncFolder(this.#folder);
    return { first: last + 1, path, size: 0, last };
  }

  async #open(path: string): Promise<FileHandle> {
    if (this.#file?.path === path) return this.#file.handle;
    await this.rest();
    const handle = await open(path, "a");
    this.#file = { path, handle };
    return handle;
  }
}

async function takeBack(handle: FileHandle, size: number): Promise<void> {
  await handle.truncate(size);
  await handle.datasync();
}
