/** Closes a system in good order when the process is asked to end. */
import type { Logger } from "../telemetry/log.ts";

/**
 * On the first of `signals`: closes, then ends the process as that signal would have. A second one is not held up.
 * @returns how to take it back
 */
export function closeOnSignals(
  signals: readonly NodeJS.Signals[],
  close: () => Promise<void>,
  logger: Logger,
): () => void {
  const ignore = (): void => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    ignore();
    logger.info({ signal }, "closing");
    const end = (): void => void process.kill(process.pid, signal);
    close().then(end, (error: unknown) => {
      logger.error({ err: error }, "closing failed");
      end();
    });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return ignore;
}
