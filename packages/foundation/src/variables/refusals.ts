/** The errors of variables, worded once. */
import { MabeamError } from "../core/errors.ts";

export function variableNotFound(id: string): MabeamError {
  const message = `There is no variable "${id}"; add it with addOrchestrationVariable().`;
  return new MabeamError("VARIABLE_NOT_FOUND", message, { details: { variable: id } });
}

export function alreadyRegistered(id: string): MabeamError {
  const message = `There is already a variable "${id}"; remove it first, or set its value.`;
  return new MabeamError("VARIABLE_ALREADY_REGISTERED", message, { details: { variable: id } });
}

export function versionConflict(id: string, actual: number, expected: number): MabeamError {
  const message = `"${id}" is at version ${actual}, not ${expected}; read it again and decide anew.`;
  return new MabeamError("VERSION_CONFLICT", message, { details: { variable: id, expected, actual } });
}
