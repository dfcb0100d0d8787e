/** What every journal refuses, in the same words. */
import { invalidInput, MabeamError } from "../core/errors.ts";

/** The error of every call after `close`. */
export function closedJournal(): MabeamError {
  return new MabeamError("CLOSED", "The journal is closed. Open a new one to go on.");
}

/** The error of a compare-and-set that lost. */
export function versionConflict(stream: string, expected: number, actual: number): MabeamError {
  return new MabeamError(
    "VERSION_CONFLICT",
    `Stream "${stream}" ends at position ${actual}, not at the expected ${expected}. Read what is new and try again.`,
    { details: { stream, expected, actual } },
  );
}

/** A snapshot may only cover what the stream holds. */
export function checkSnapshotPosition(stream: string, position: number, last: number): void {
  if (position > last) {
    throw invalidInput(
      "beyond-the-end",
      `A snapshot at ${position} is ahead of stream "${stream}", which ends at ${last}.`,
      { position, last },
    );
  }
}
