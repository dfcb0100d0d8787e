/** Programs as files: what is saved, and whether it still fits. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { abortable, invalidInput, isMabeamError, MabeamError, throwIfAborted, type Json } from "@mabeam/foundation";
import { signatureDifferences } from "../signatures/signature-json.ts";
import { signatureHash, type SignatureJson } from "../signatures/signature.ts";
import type { Configuration } from "../variables/configuration.ts";
import type { AnyProgram } from "./program.ts";

/** What an optimizer found out about a program: plain JSON, such as scores with their intervals, and what was spent. */
export interface ProgramReport {
  readonly scores?: Json;
  readonly spent?: Json;
}

/** A saved program: everything that was tuned and learned, nothing that is code, no examples. */
export interface ProgramArtifact extends ProgramReport {
  readonly format: 1;
  readonly name: string;
  readonly signature: SignatureJson;
  readonly signatureHash: string;
  readonly config: Configuration;
  readonly learned?: Json;
}

/** The artifact of a program. */
export function artifactOf(program: AnyProgram): ProgramArtifact {
  const { name, signature, config, learned, report } = program;
  return {
    format: 1,
    name,
    signature: signature.toJSON(),
    signatureHash: signature.hash,
    config,
    ...(learned === undefined ? {} : { learned }),
    ...report,
  };
}

/** Writes an artifact beside its place and moves it there, so that a reader sees the old one or the new one. */
export async function writeArtifact(path: string, artifact: ProgramArtifact, signal?: AbortSignal): Promise<void> {
  const draft = `${path}.${process.pid}.${draftNumber++}.tmp`;
  try {
    throwIfAborted(signal);
    await abortable(writeFile(draft, `${JSON.stringify(artifact)}\n`), signal);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    if (isMabeamError(error)) throw error;
    throw unreachable(path, "written", error);
  }
}

// Tells apart what one process saves to one place at one time.
let draftNumber = 0;

/** The artifact in a file; its content is still to be checked. */
export async function readArtifact(path: string, signal?: AbortSignal): Promise<unknown> {
  let text: string;
  try {
    throwIfAborted(signal);
    text = await abortable(readFile(path, "utf8"), signal);
  } catch (error) {
    if (isMabeamError(error)) throw error;
    throw unreachable(path, "read", error);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MabeamError("ARTIFACT_MISMATCH", `The file ${path} is not JSON.`, { details: { path }, cause });
  }
}

function unreachable(path: string, done: string, cause: unknown): MabeamError {
  const { details, message } = invalidInput("file", `The file ${path} cannot be ${done}.`, { path });
  return new MabeamError("INVALID_INPUT", message, { details: { ...details }, cause });
}

/**
 * `artifact`, if `program` fits it.
 * @throws MabeamError `ARTIFACT_MISMATCH` that says what does not fit
 */
export function fittingArtifact(program: AnyProgram, artifact: unknown): ProgramArtifact {
  const checked = wellFormed(artifact);
  if (signatureHash(checked.signature) !== checked.signatureHash) {
    throw mismatch("The artifact's signature is not the one that its hash was made of: it was edited.", {});
  }
  const fields = signatureDifferences(checked.signature, program.signature.toJSON());
  if (fields.length > 0) {
    const words = fields.map(({ side, field, problem }) => `"${field}" of ${side}: ${problem}`).join("; ");
    throw mismatch(`The artifact of "${checked.name}" was made with another signature. ${words}.`, { fields });
  }
  return checked;
}

/** An `ARTIFACT_MISMATCH` error. */
export function mismatch(message: string, details: Record<string, unknown>, cause?: unknown): MabeamError {
  return new MabeamError("ARTIFACT_MISMATCH", message, { details, ...(cause === undefined ? {} : { cause }) });
}

function wellFormed(value: unknown): ProgramArtifact {
  const artifact = (isRecord(value) ? value : {}) as Partial<ProgramArtifact>;
  if (artifact.format !== 1) {
    throw mismatch(`This is no artifact of format 1: its format is ${String(artifact.format)}.`, {
      format: artifact.format ?? null,
    });
  }
  const sound =
    typeof artifact.name === "string" &&
    typeof artifact.signatureHash === "string" &&
    isRecord(artifact.config) &&
    isRecord(artifact.signature) &&
    [artifact.signature.inputs, artifact.signature.outputs].every(
      (side) => Array.isArray(side) && side.every(isRecord),
    );
  if (!sound) throw mismatch("The artifact lacks its name, signature, signatureHash or config.", {});
  return artifact as ProgramArtifact;
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
