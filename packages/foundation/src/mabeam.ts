/** The front door of the runtime. What is behind it (`system/`) is loaded when a system is made. */
import { checkMabeamOptions, type Mabeam, type MabeamOptions } from "./system/contract.ts";

/**
 * Starts a system.
 *
 * @throws MabeamError `INVALID_INPUT`; `JOURNAL_CORRUPT` when the journal cannot be read
 * @example
 * await using mabeam = await createMabeam();
 * const counter = await mabeam.registerAgent("counter", definition);
 * await counter.ask("add", 2);
 */
export async function createMabeam(options: MabeamOptions = {}): Promise<Mabeam> {
  checkMabeamOptions(options);
  // Here, and not with the package: whoever imports it for a type, an error or a journal does not load the runtime.
  const { startSystem } = await import("./system/system.ts");
  return startSystem(options);
}
