/** The errors of talking to an agent, worded once. */
import { describe } from "../core/describe.ts";
import { MabeamError } from "../core/errors.ts";

export function agentNotFound(agent: string): MabeamError {
  const message = `No agent "${agent}" is registered here; register it, or look it up with agents.find().`;
  return new MabeamError("AGENT_NOT_FOUND", message, { details: { agent } });
}

export function agentNotRunning(agent: string, status: string): MabeamError {
  const message = `The agent "${agent}" is ${status}; start it with ref.start() or ref.restart().`;
  return new MabeamError("AGENT_NOT_RUNNING", message, { details: { agent, status } });
}

export function unknownHandler(
  agent: string,
  kind: { readonly handlers: ReadonlyMap<string, unknown> },
  handler: string,
): MabeamError {
  const handlers = [...kind.handlers.keys()];
  const message = `The agent "${agent}" has no handler "${handler}"; it has ${handlers.join(", ") || "none"}.`;
  return new MabeamError("UNKNOWN_HANDLER", message, { details: { agent, handler, handlers } });
}

export function askTimeout(agent: string, handler: string, timeoutMs: number): MabeamError {
  const message = `The agent "${agent}" did not answer "${handler}" within ${timeoutMs} ms; it may be busy: allow more with timeoutMs.`;
  return new MabeamError("ASK_TIMEOUT", message, { details: { agent, handler, timeoutMs } });
}

/** @param option which of the registration's options allows more */
export function hookTimeout(agent: string, hook: string, timeoutMs: number, option: string): MabeamError {
  const message = `"${hook}" of the agent "${agent}" did not end within ${timeoutMs} ms; do less in it, or raise ${option}.`;
  return new MabeamError("ASK_TIMEOUT", message, { details: { agent, handler: hook, timeoutMs } });
}

export function mailboxFull(agent: string, capacity: number): MabeamError {
  const message = `The mailbox of "${agent}" holds its ${capacity} messages; send fewer at once, or raise mailbox.capacity or concurrency.`;
  return new MabeamError("MAILBOX_FULL", message, { details: { agent, capacity } });
}

export function handlerFailed(agent: string, handler: string, cause: unknown): MabeamError {
  return new MabeamError("HANDLER_FAILED", `The agent "${agent}" crashed in "${handler}": ${describe(cause)}`, {
    details: { agent, handler },
    cause,
  });
}

export function closed(what: string): MabeamError {
  return new MabeamError("CLOSED", `${what} is closed; create another one.`);
}

/** What code is told that goes on after its life, or its message, is over. */
export function incarnationOver(agent: string, epoch: number): MabeamError {
  const message = `This run of the agent "${agent}" is over (epoch ${epoch}); stop when ctx.signal fires.`;
  return new MabeamError("AGENT_NOT_RUNNING", message, { details: { agent, epoch } });
}

export function unhealthy(agent: string, detail: string): Error {
  return new Error(`The agent "${agent}" is unhealthy: ${detail}`);
}
