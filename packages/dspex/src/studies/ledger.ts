/**
 * The live end of a study's stream: brings the state up to date, and appends what a pure decision wants. An append is
 * compare-and-set on the position that was decided on; who loses reads what the winner wrote, and decides again.
 */
import { isMabeamError, MabeamError, type Journal } from "@mabeam/foundation";
import { emptyStudy, fold, type StudyRecord, type StudyState } from "./state.ts";

/** What a decision wants written, and what it answers once that is durable. */
export interface Decision<Answer> {
  readonly records: readonly StudyRecord[];
  readonly answer: (state: StudyState) => Answer;
}

/** The stream of one study. */
export class Ledger {
  readonly #journal: Journal;
  readonly #stream: string;
  readonly #onRecord: (record: StudyRecord, state: StudyState) => void;
  #state = emptyStudy;
  #position = 0;
  /** Calls of one process queue up here: they would only lose against each other in the journal. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(journal: Journal, name: string, onRecord: (record: StudyRecord, state: StudyState) => void) {
    this.#journal = journal;
    this.#stream = `study/${name}`;
    this.#onRecord = onRecord;
  }

  /** As of the last call. */
  get state(): StudyState {
    return this.#state;
  }

  /** Reads what others have written. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#read());
  }

  /**
   * Appends what `decide` wants, given a state that is still the present one when the append happens. `decide` may be
   * called several times and must be pure; what it throws rejects.
   */
  commit<Answer>(decide: (state: StudyState) => Decision<Answer>): Promise<Answer> {
    return this.#inTurn(async () => {
      for (;;) {
        const { records, answer } = decide(this.#state);
        if (records.length === 0) return answer(this.#state);
        try {
          await this.#journal.append(this.#stream, records as never, { expected: this.#position });
        } catch (error) {
          if (!isMabeamError(error, "VERSION_CONFLICT")) throw error;
          await this.#read();
          continue;
        }
        for (const record of records) this.#apply(record);
        return answer(this.#state);
      }
    });
  }

  async #read(): Promise<void> {
    for await (const entry of this.#journal.read(this.#stream, { from: this.#position + 1 })) {
      if ("snapshot" in entry || entry.position !== this.#position + 1) {
        throw new MabeamError(
          "JOURNAL_CORRUPT",
          `The stream "${this.#stream}" lacks records: studies are not compacted.`,
        );
      }
      this.#apply(entry.record as unknown as StudyRecord);
    }
  }

  #apply(record: StudyRecord): void {
    this.#state = fold(this.#state, record);
    this.#position += 1;
    this.#onRecord(record, this.#state);
  }

  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
