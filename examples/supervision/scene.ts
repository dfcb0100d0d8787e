/** What a scene is: one fault, played on a living system. */
import { isMabeamError, type FoundationErrorCode, type Mabeam, type MabeamEvents } from "@mabeam/foundation";

/** One fault, and what becomes of it. */
export interface Scene {
  /** What goes wrong. */
  readonly fault: string;
  /**
   * Lets it go wrong.
   * @returns what the system made of it
   * @throws when the service did not survive as it should
   */
  play(mabeam: Mabeam): Promise<string>;
}

/** The code with which `promise` is refused. @throws when it is not, or not with a `MabeamError` */
export async function refusal(promise: Promise<unknown>): Promise<FoundationErrorCode | (string & {})> {
  const reply = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in reply && isMabeamError(reply.error)) return reply.error.code;
  throw new Error("expected a refusal", { cause: reply });
}

/** Resolves with the next event of that name that is about `subject`. @throws when it does not come within 5 s */
export function next<Name extends keyof MabeamEvents>(
  mabeam: Mabeam,
  name: Name,
  subject: string,
): Promise<MabeamEvents[Name]> {
  const event = new Promise<MabeamEvents[Name]>((resolve, reject) => {
    const late = setTimeout(() => {
      unsubscribe();
      reject(new Error(`no ${name} of ${subject} within 5 s`));
    }, 5000);
    const unsubscribe = mabeam.events.subscribe(name, (payload) => {
      const about = payload as unknown as { agent?: string; supervisor?: string };
      if ((about.agent ?? about.supervisor) !== subject) return;
      clearTimeout(late);
      unsubscribe();
      resolve(payload as MabeamEvents[Name]);
    });
  });
  // A scene that fails before it waits for the event has said why.
  event.catch(() => {});
  return event;
}
