/** The fields of a team, read off its programs: what must come from outside, who writes what, and what it answers. */
import { invalidInput } from "@mabeam/foundation";
import * as z from "zod";
import type { AnyProgram } from "../programs/program.ts";
import { fieldOf, type Field, type FieldSchema } from "../signatures/field-schema.ts";
import { signature, type SchemasGiven, type Signature } from "../signatures/signature.ts";
import { confidenceField } from "./aggregation.ts";
import type { MemberFields } from "./plan.ts";

export interface TeamFields {
  readonly members: readonly MemberFields[];
  readonly signature: Signature;
  /** Fields that more than one member writes, with the schema of the first. */
  readonly shared: ReadonlyMap<string, Field>;
}

/** @throws MabeamError `INVALID_INPUT` for an output that nobody writes */
export function teamFields(programs: Readonly<Record<string, AnyProgram>>, output: readonly string[]): TeamFields {
  const members = Object.entries(programs).map(([key, { signature: own }]): MemberFields => ({
    key,
    reads: own.fields.inputs.map(({ name, optional }) => ({ name, optional })),
    writes: own.fields.outputs.map(({ name }) => name),
  }));
  const fields = Object.values(programs).flatMap((program) => program.signature.fields.outputs);
  const written = new Set(fields.map(({ name }) => name));
  const unwritten = output.find((name) => !written.has(name));
  if (unwritten !== undefined) {
    const known = [...written].join(", ");
    throw invalidInput("unknown-output", `No program of the team writes "${unwritten}"; they write ${known}.`, {
      field: unwritten,
    });
  }
  const external = Object.values(programs)
    .flatMap((program) => program.signature.fields.inputs)
    .filter(({ name }) => !written.has(name));
  if (external.length === 0) {
    throw invalidInput(
      "no-inputs",
      "Nothing comes from outside: every field that the programs read is written by one of them.",
    );
  }
  const firstOf = new Map(fields.toReversed().map((field) => [field.name, field]));
  const shared = new Map(
    [...firstOf].filter(([name]) => members.filter((member) => member.writes.includes(name)).length > 1),
  );
  // What several members say together of their confidence need not be a value that one of them could have given.
  const settled = shared.has(confidenceField) && shared.size > 1 ? confidenceTogether : undefined;
  if (settled !== undefined) firstOf.set(confidenceField, settled);
  return {
    members,
    shared,
    signature: signature({
      inputs: schemas(external),
      outputs: schemas(output.map((name) => firstOf.get(name) as Field)),
    }) as unknown as Signature,
  };
}

const confidenceTogether = fieldOf(confidenceField, z.number().min(0).max(1));

// A field that one member requires is required, whatever the others say of it.
function schemas(fields: readonly Field[]): SchemasGiven {
  const byName: Record<string, FieldSchema> = {};
  for (const field of fields.toSorted((a, b) => Number(b.optional) - Number(a.optional)))
    byName[field.name] = field.schema;
  return byName as SchemasGiven;
}
