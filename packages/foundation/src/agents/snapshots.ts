/**
 * What is kept of agents with `persist: true`: the last durable state of each. Saves that come while an append is under
 * way share the next one (group commit), so that a thousand agents cost about as many fsyncs as one.
 *
 * Each agent's newest state is enough: one that is replaced before it was written is covered by what replaces it.
 */
import { abortable } from "../core/abort.ts";
import { yieldToLoop } from "../core/clock.ts";
import { MabeamError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { checkId, checkInteger } from "../core/validate.ts";
import { decodeCloneable, encodeCloneable, fromRecord, toRecord } from "../journal/cloneable.ts";
import type { EncodedJson, EncodedValue } from "../journal/cloneable.ts";
import { foldedStream, type Fold, type FoldedStream } from "../journal/fold.ts";
import type { Journal } from "../journal/journal.ts";

/** An agent's state, with the name and version of the definition that wrote it. */
export interface AgentSnapshot {
  readonly name: string;
  readonly version: number;
  readonly state: unknown;
}

/** An {@link AgentSnapshot} as text; `removed` once the agent is gone. */
interface Kept extends EncodedValue {
  readonly name: string;
  readonly version: number;
}
type Change = Kept | "removed";

type AgentRecord = { id: string; removed: true } | ({ id: string; name: string; version: number } & EncodedJson);

const agentRecords: Fold<Map<string, AgentRecord>> = {
  load: (saved = []) => new Map((saved as unknown as AgentRecord[]).map((record) => [record.id, record])),
  apply: (known, given) => {
    const record = given as unknown as AgentRecord;
    if ("removed" in record) known.delete(record.id);
    else known.set(record.id, record);
  },
  save: (known) => [...known.values()] as unknown as Json,
  size: (known) => known.size,
};

/** Changes that are appended together, or not at all. */
interface Batch {
  readonly changes: Map<string, Change>;
  /** Characters of state in it. */
  size: number;
  readonly written: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A batch that has this many characters takes no further agents. */
const fullBatch = 4 << 20;

/** The snapshots of one system, in the stream `agents` of its journal. */
export class Snapshots {
  readonly #stream: FoldedStream<Map<string, AgentRecord>>;
  #durable = new Map<string, Kept>();
  /** Agents whose last write failed. It may have happened all the same, so the next save is written in any case. */
  readonly #inDoubt = new Set<string>();
  #underWay: Batch | undefined;
  #waiting: Batch[] = [];
  /** Ends when nothing waits. */
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(journal: Journal) {
    this.#stream = foldedStream(journal, "agents", agentRecords);
  }

  /** Reads what an earlier life left. Call it before the first {@link save}. @throws what the journal's `read` throws */
  async recover(): Promise<void> {
    const records = await this.#stream.read();
    this.#durable = new Map();
    for (const [id, record] of records) {
      if (!("removed" in record)) {
        this.#durable.set(id, { name: record.name, version: record.version, ...fromRecord(record) });
      }
    }
  }

  /**
   * The last durable snapshot of an agent; its state is a fresh copy each time.
   * @throws MabeamError `JOURNAL_CORRUPT` when the state was written in a format that this Node.js does not know
   */
  take(id: string): AgentSnapshot | undefined {
    const kept = this.#durable.get(id);
    if (kept === undefined) return undefined;
    const { name, version } = kept;
    try {
      return { name, version, state: decodeCloneable(kept) };
    } catch (cause) {
      const message = `The kept state of agent "${id}" cannot be read. Was it written by a later version of Node.js?`;
      throw new MabeamError("JOURNAL_CORRUPT", message, { details: { agent: id }, cause });
    }
  }

  /**
   * Keeps a snapshot as it is at this moment; resolves once it, or a later one of the same agent, is durable. An
   * unchanged one is not written again. When the append fails, all saves that share it reject with its error.
   * @throws MabeamError `INVALID_INPUT` at once, with `details.reason` `not-cloneable` and `details.agent`
   */
  save(id: string, snapshot: AgentSnapshot): Promise<void> {
    const kept = encode(id, snapshot);
    if (this.#isClosed) return Promise.reject(closedSnapshots());
    return this.#change(id, kept);
  }

  /** Forgets an agent; resolves once that is durable. */
  async remove(id: string): Promise<void> {
    if (this.#isClosed) throw closedSnapshots();
    return this.#change(id, "removed");
  }

  /** Refuses what comes from now on with `CLOSED`, and waits for what is under way, however it ends. */
  close(options: { signal?: AbortSignal } = {}): Promise<void> {
    this.#isClosed = true;
    return abortable(
      Promise.resolve(this.#writing).then(() => this.#stream.idle()),
      options.signal,
    );
  }

  #change(id: string, change: Change): Promise<void> {
    const batch = this.#waiting.find(({ changes }) => changes.has(id));
    const newest = batch ?? (this.#underWay?.changes.has(id) ? this.#underWay : undefined);
    if (newest !== undefined) {
      if (isSame(newest.changes.get(id), change)) return newest.written;
    } else if (!this.#inDoubt.has(id) && isSame(this.#durable.get(id) ?? "removed", change)) {
      return Promise.resolve();
    }
    return this.#enqueue(batch ?? this.#openBatch(), id, change);
  }

  #enqueue(batch: Batch, id: string, change: Change): Promise<void> {
    batch.size += sizeOf(change) - sizeOf(batch.changes.get(id));
    batch.changes.set(id, change);
    this.#writing ??= this.#write();
    return batch.written;
  }

  #openBatch(): Batch {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.size < fullBatch) return last;
    const batch = newBatch();
    this.#waiting.push(batch);
    return batch;
  }

  async #write(): Promise<void> {
    // What is saved in the same turn goes along.
    await Promise.resolve();
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      await this.#append(batch);
      // Those whose replies have just left may be about to save again: together with the others, not after them.
      await new Promise<void>(yieldToLoop);
    }
    this.#writing = undefined;
  }

  async #append(batch: Batch): Promise<void> {
    const { changes, resolve, reject } = batch;
    this.#underWay = batch;
    try {
      await this.#stream.appendAll(Array.from(changes, ([id, change]) => recordOf(id, change)));
    } catch (error) {
      for (const id of changes.keys()) this.#inDoubt.add(id);
      this.#underWay = undefined;
      reject(error);
      return;
    }
    this.#underWay = undefined;
    for (const [id, change] of changes) {
      this.#inDoubt.delete(id);
      if (change === "removed") this.#durable.delete(id);
      else this.#durable.set(id, change);
    }
    resolve();
  }
}

function encode(id: string, { name, version, state }: AgentSnapshot): Kept {
  checkId(id, "An agent's id");
  checkId(name, "The name of an agent's definition");
  checkInteger(version, "The version of an agent's definition", { min: 0 });
  try {
    return { name, version, ...encodeCloneable(state) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MabeamError(
      "INVALID_INPUT",
      `The state of agent "${id}" cannot be kept: ${why}. Keep plain data only, or register it without persist.`,
      { details: { reason: "not-cloneable", agent: id }, cause },
    );
  }
}

function recordOf(id: string, change: Change): Json {
  if (change === "removed") return { id, removed: true };
  return { id, name: change.name, version: change.version, ...toRecord(change) };
}

function isSame(a: Change | undefined, b: Change): boolean {
  if (a === undefined || a === "removed" || b === "removed") return a === b;
  return a.text === b.text && a.form === b.form && a.version === b.version && a.name === b.name;
}

function sizeOf(change: Change | undefined): number {
  return change === undefined || change === "removed" ? 0 : change.text.length;
}

function newBatch(): Batch {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const written = new Promise<void>((onWritten, onFailure) => {
    resolve = onWritten;
    reject = onFailure;
  });
  return { changes: new Map(), size: 0, written, resolve, reject };
}

function closedSnapshots(): MabeamError {
  return new MabeamError("CLOSED", "The snapshots of this system are closed: it keeps no states any more.");
}
