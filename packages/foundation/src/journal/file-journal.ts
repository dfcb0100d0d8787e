/** The door to the journal in files. What is behind it (`file/`) is loaded when a journal is first used. */
import { resolve } from "node:path";
import { invalidInput } from "../core/errors.ts";
import { checkInteger } from "../core/validate.ts";
import type { Json } from "../core/json.ts";
import type { FileJournal } from "./file/journal.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { checkAppend, checkSnapshot } from "./record.ts";

/** Options of {@link fileJournal}. */
export interface FileJournalOptions {
  /** A segment that has reached this many bytes is followed by a new one. Default 4 MiB. */
  segmentBytes?: number;
  /** How long a writer waits for others before it gives up with `RESOURCES_EXHAUSTED`. Default 30,000. */
  lockTimeoutMs?: number;
  /** Told when a torn append was cut off. Default: `process.emitWarning`. */
  warn?: (message: string, details: Record<string, unknown>) => void;
}

/**
 * A {@link Journal} in the folder `dir`, which is made when it is first needed. What `append` has acknowledged survives
 * `kill -9` and a loss of power (one fsync for all appends that are under way at the time).
 *
 * A torn last append, as a crash leaves it, is cut off with a warning when its stream is next used. Damage elsewhere
 * rejects with `JOURNAL_CORRUPT` and `details: { file, offset }`. What the disk refuses (no space, no permission)
 * rejects with the operating system's error, and the records are not appended.
 *
 * Needs a file system with hard links (all usual ones on Linux and macOS, and NTFS).
 *
 * @throws MabeamError `INVALID_INPUT` for an empty `dir` or a bad option
 */
export function fileJournal(dir: string, options: FileJournalOptions = {}): Journal {
  const { segmentBytes = 4 << 20, lockTimeoutMs = 30_000, warn = emitWarning } = options;
  if (typeof dir !== "string" || dir === "")
    throw invalidInput("invalid-dir", "fileJournal takes the path of a folder.");
  checkInteger(segmentBytes, "segmentBytes", { min: 1 });
  checkInteger(lockTimeoutMs, "lockTimeoutMs", { min: 1 });
  return new LateJournal(resolve(dir), { segmentBytes, lockTimeoutMs, warn });
}

/** Checks and copies what it is given at the call, as if nothing had to be loaded first. */
class LateJournal implements Journal {
  readonly #dir: string;
  readonly #settings: Required<FileJournalOptions>;
  #opened: Promise<FileJournal> | undefined;

  constructor(dir: string, settings: Required<FileJournalOptions>) {
    this.#dir = dir;
    this.#settings = settings;
  }

  async append(stream: string, records: readonly Json[], options: { expected?: number } = {}): Promise<number> {
    const texts = checkAppend(stream, records, options.expected);
    return (await this.#journal()).append(stream, texts, options.expected);
  }

  async *read(stream: string, options?: { from?: number; signal?: AbortSignal }): AsyncGenerator<JournalEntry, void> {
    yield* (await this.#journal()).read(stream, options);
  }

  async *follow(stream: string, options?: { from?: number; signal?: AbortSignal }): AsyncGenerator<JournalEntry, void> {
    yield* (await this.#journal()).follow(stream, options);
  }

  async snapshot(stream: string, state: Json, position: number): Promise<void> {
    const text = checkSnapshot(stream, state, position);
    return (await this.#journal()).snapshot(stream, text, position);
  }

  async latestSnapshot(stream: string): Promise<{ position: number; state: Json } | undefined> {
    return (await this.#journal()).latestSnapshot(stream);
  }

  async compact(stream: string): Promise<void> {
    return (await this.#journal()).compact(stream);
  }

  async close(): Promise<void> {
    return (await this.#journal()).close();
  }

  #journal(): Promise<FileJournal> {
    this.#opened ??= import("./file/journal.ts").then(({ FileJournal }) => new FileJournal(this.#dir, this.#settings));
    return this.#opened;
  }
}

function emitWarning(message: string, details: Record<string, unknown>): void {
  process.emitWarning(message, { type: "MabeamJournalWarning", detail: JSON.stringify(details) });
}
