/** What a pool refuses, and in which words. */
import { invalidInput, MabeamError } from "../core/errors.ts";
import type { Shortage } from "./allocation.ts";

export function exhausted(agent: string, shortage: Shortage): MabeamError {
  const { dimension, wanted, available, capacity, waiting } = shortage;
  const why =
    wanted > capacity
      ? `of which there are never more than ${capacity}. Ask for less, or define more`
      : wanted > available
        ? `of which ${available} of ${capacity} are free. Ask for less, or wait with wait: true`
        : `but requests that come first wait for it (${waiting}). Wait in line with wait: true`;
  return new MabeamError("RESOURCES_EXHAUSTED", `"${agent}" asked for ${wanted} of "${dimension}", ${why}.`, {
    details: { agent, ...shortage },
  });
}

export function agentStopped(agent: string): MabeamError {
  const message = `The agent "${agent}" stopped while it waited for resources; request them again when it runs.`;
  return new MabeamError("AGENT_NOT_RUNNING", message, { details: { agent } });
}

export function poolClosed(): MabeamError {
  return new MabeamError("CLOSED", "The resource pool is closed, with its system; create another one.");
}

export function otherKind(dimension: string): MabeamError {
  const message = `"${dimension}" cannot turn from a plain dimension into a token bucket, or back; give the new one another name.`;
  return invalidInput("other-kind", message, { dimension });
}
