/** Logging: the user's pino logger, or silence. pino itself is never loaded unless the user brings it. */
import type { Logger as PinoLogger } from "pino";

/** The part of a pino logger that MABEAM uses. */
export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error"> & {
  child(bindings: Record<string, unknown>): Logger;
};

const nothing = (): void => {};

/** Says nothing. */
export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
