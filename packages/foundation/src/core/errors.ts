/**
 * One error class for both packages. Its `code` is stable and meant for programs, its message for people:
 * what happened, with which value, and what to do. An ordinary outcome (no winner, no quorum) is never an error.
 */

/** Codes that `@mabeam/foundation` throws. Other packages bring their own. */
export type FoundationErrorCode =
  | "INVALID_INPUT"
  | "AGENT_NOT_FOUND"
  | "AGENT_ALREADY_REGISTERED"
  | "AGENT_NOT_RUNNING"
  | "UNKNOWN_HANDLER"
  | "ASK_TIMEOUT"
  | "MAILBOX_FULL"
  | "HANDLER_FAILED"
  | "OUTCOME_UNKNOWN"
  | "VARIABLE_NOT_FOUND"
  | "VARIABLE_ALREADY_REGISTERED"
  | "VERSION_CONFLICT"
  | "CONSTRAINT_VIOLATED"
  | "CYCLE"
  | "RESOURCES_EXHAUSTED"
  | "PROTOCOL_NOT_FOUND"
  | "JOURNAL_CORRUPT"
  | "NODE_NOT_FOUND"
  | "NOT_LEADER"
  | "FENCED"
  | "READ_ONLY"
  | "CLOSED"
  | "ABORTED";

const brand = Symbol.for("mabeam.error");

/** What {@link MabeamError} takes beside code and message. */
export interface MabeamErrorOptions {
  /** Facts for programs: ids, limits, the offending value. Plain data. */
  details?: Record<string, unknown>;
  /** The error behind this one. */
  cause?: unknown;
}

/** Every error that MABEAM throws on purpose. Narrow it with {@link isMabeamError}. */
export class MabeamError extends Error {
  override readonly name: string = "MabeamError";
  readonly code: FoundationErrorCode | (string & {});
  readonly details?: Record<string, unknown>;

  constructor(code: FoundationErrorCode | (string & {}), message: string, options: MabeamErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.details !== undefined) this.details = options.details;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether `error` is a {@link MabeamError}, with `code` if one is given.
 * Works across copies of the package: the brand is a registered symbol, not the class.
 */
export function isMabeamError<Code extends FoundationErrorCode | (string & {})>(
  error: unknown,
  code?: Code,
): error is MabeamError & { code: Code } {
  if (typeof error !== "object" || error === null || !(brand in error)) return false;
  return code === undefined || (error as unknown as MabeamError).code === code;
}

/** An `INVALID_INPUT` error; `reason` is the stable word for programs (`details.reason`). */
export function invalidInput(reason: string, message: string, details: Record<string, unknown> = {}): MabeamError {
  return new MabeamError("INVALID_INPUT", message, { details: { reason, ...details } });
}
