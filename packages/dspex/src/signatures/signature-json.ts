/** Signatures that come back from JSON, and what has changed since they went there. */
import { canonicalJson, MabeamError } from "@mabeam/foundation";
import { schemaOf } from "./field-schema.ts";
import type { FieldDeclaration } from "./field-type.ts";
import { parseSignature } from "./parse.ts";
import { signature, type FieldJson, type Signature, type SignatureJson } from "./signature.ts";

/**
 * The signature that `json` tells of.
 *
 * @throws MabeamError `SIGNATURE_INVALID` if a field has a schema of its own: schemas are code and stay with the code
 */
export function signatureFromJSON(json: SignatureJson): Signature {
  const side = (fields: readonly FieldJson[]) =>
    Object.fromEntries(fields.map((field) => [field.name, schemaOf(declarationOf(field))]));
  return signature({ inputs: side(json.inputs), outputs: side(json.outputs), instructions: json.instructions });
}

/** A field of a signature that an older form of it does not fit, with the difference in words. */
export interface FieldDifference {
  readonly side: "inputs" | "outputs";
  readonly field: string;
  readonly problem: string;
}

/**
 * How `current` differs from `saved` in what values may flow: fields that came, went, or changed their type. Their order
 * and their descriptions may change freely.
 */
export function signatureDifferences(saved: SignatureJson, current: SignatureJson): FieldDifference[] {
  return (["inputs", "outputs"] as const).flatMap((side) => {
    const before = new Map(saved[side].map((field) => [field.name, field]));
    const after = new Map(current[side].map((field) => [field.name, field]));
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) => {
      const problem = difference(before.get(field), after.get(field));
      return problem === undefined ? [] : [{ side, field, problem }];
    });
  });
}

function difference(before: FieldJson | undefined, after: FieldJson | undefined): string | undefined {
  if (before === undefined) return "it is new";
  if (after === undefined) return "it is gone";
  const [was, is] = [typeText(before), typeText(after)];
  return was === is ? undefined : `it was ${was} and is ${is}`;
}

const typeText = ({ type, schema, optional }: FieldJson): string =>
  `${optional === true ? "optional " : ""}${type ?? canonicalJson(schema)}`;

// A type alone is not a sentence of the grammar, but a field is.
function declarationOf({ name, type, optional, description }: FieldJson): FieldDeclaration {
  if (type === undefined) {
    throw new MabeamError(
      "SIGNATURE_INVALID",
      `Field "${name}" has a schema of its own, which JSON does not hold: make the signature in code.`,
      { details: { field: name } },
    );
  }
  const field = parseSignature(`${name}${optional === true ? "?" : ""}: ${type} -> _`).inputs[0] as FieldDeclaration;
  return description === undefined ? field : { ...field, description };
}
