/** The errors of supervision, worded once. */
import { agentNotRunning, handlerFailed } from "../agents/failures.ts";
import { describe } from "../core/describe.ts";
import { invalidInput, MabeamError } from "../core/errors.ts";
import type { Child } from "./child.ts";
import type { Intensity } from "./intensity.ts";

/** A child that does not start, within its intensity. */
export function startFailed(child: Pick<Child, "id" | "type" | "error">): MabeamError {
  return child.type === "agent"
    ? handlerFailed(child.id, "onStart", child.error)
    : supervisorDown(child.id, child.error);
}

/** A child that somebody stopped while it was to be started. */
export function stoppedMeanwhile(child: Pick<Child, "id" | "type">): MabeamError {
  if (child.type === "agent") return agentNotRunning(child.id, "stopped");
  const message = `The supervisor "${child.id}" was stopped; bring it up with supervisor.restart("${child.id}").`;
  return new MabeamError("AGENT_NOT_RUNNING", message, { details: { supervisor: child.id } });
}

/** Why a supervisor is failed: its child was restarted too often. */
export function gaveUp(supervisor: { id: string } & Intensity, child: Child): MabeamError {
  const { id, maxRestarts, withinMs } = supervisor;
  const message =
    `The supervisor "${id}" gave up: more than ${maxRestarts} restarts within ${withinMs} ms, the last for ` +
    `"${child.id}" (${describe(child.error)}); mend the cause, then supervisor.restart("${id}").`;
  const details = { supervisor: id, child: child.id, maxRestarts, withinMs };
  return new MabeamError("HANDLER_FAILED", message, { details, cause: child.error });
}

/** What an agent is told that is started under a supervisor that is no more. */
export function supervisorRemoved(supervisor: string): MabeamError {
  const message = `The supervisor "${supervisor}" was removed; register the agent anew, under another one.`;
  return new MabeamError("AGENT_NOT_RUNNING", message, { details: { supervisor } });
}

export function unknownSupervisor(supervisor: string): MabeamError {
  const message = `There is no supervisor "${supervisor}"; add it first with supervisor.add("${supervisor}").`;
  return invalidInput("unknown-supervisor", message, { supervisor });
}

function supervisorDown(supervisor: string, cause: unknown): MabeamError {
  const message = `The supervisor "${supervisor}" did not start: ${describe(cause)}`;
  return new MabeamError("HANDLER_FAILED", message, { details: { supervisor }, cause });
}
