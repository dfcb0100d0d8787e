/**
 * What a program takes and gives: named, typed and described fields on two sides. Made from a text, whose types the
 * compiler reads too, or from schemas.
 */
import { checkOptions, MabeamError } from "@mabeam/foundation";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { digest } from "./digest.ts";
import {
  fieldOf,
  isSchema,
  jsonSchemaOf,
  schemaOf,
  type Field,
  type FieldSchema,
  type JsonSchema,
} from "./field-schema.ts";
import { formatType, isFieldName, type FieldDeclaration } from "./field-type.ts";
import type { InferInputs, InferOutputs } from "./infer.ts";
import { parseSignature } from "./parse.ts";

/** Values by field name, where the fields are not known more closely. */
export type Fields = { readonly [field: string]: unknown };

/** Schemas by field name. */
export type SchemaRecord<T extends object> = { readonly [Name in keyof T]-?: FieldSchema<T[Name]> };

/** A field as plain JSON: `type` in the words of the string form, or else the `schema`, null if it cannot be told. */
export interface FieldJson {
  readonly name: string;
  readonly type?: string;
  readonly schema?: JsonSchema | null;
  readonly optional?: true;
  readonly description?: string;
}

/** A signature as plain JSON. */
export interface SignatureJson {
  readonly inputs: readonly FieldJson[];
  readonly outputs: readonly FieldJson[];
  readonly instructions?: string;
}

/** An immutable signature; `I` and `O` are the types of its inputs and outputs. */
export interface Signature<I extends object = Fields, O extends object = Fields> {
  readonly inputs: SchemaRecord<I>;
  readonly outputs: SchemaRecord<O>;
  readonly instructions?: string;
  /** The fields of each side, in the order in which they were given. */
  readonly fields: { readonly inputs: readonly Field[]; readonly outputs: readonly Field[] };
  /** 16 hexadecimal digits that change with any name, type, order, description or instruction. */
  readonly hash: string;
  /** The canonical text. `signature(s.toString())` is `s` again, unless a field's schema has no name in the string form. */
  toString(): string;
  toJSON(): SignatureJson;
  /** Carries the types; never there at run time. */
  readonly "~types"?: { readonly inputs: I; readonly outputs: O };
}

/** Wherever a signature is taken, its string form is too. */
export type SignatureLike = string | Signature;

/** The inputs of a signature or of its string form. */
export type InputsOf<S> = S extends string
  ? InferInputs<S>
  : S extends { readonly "~types"?: infer T }
    ? NonNullable<T> extends { readonly inputs: infer I extends object }
      ? I
      : never
    : never;

/** The outputs of a signature or of its string form. */
export type OutputsOf<S> = S extends string
  ? InferOutputs<S>
  : S extends { readonly "~types"?: infer T }
    ? NonNullable<T> extends { readonly outputs: infer O extends object }
      ? O
      : never
    : never;

type Checked<S> = S extends StandardSchemaV1<unknown, infer T> ? T : never;

/** The values that a record of schemas describes; a field whose schema gives `undefined` is optional. */
export type FieldsOfSchemas<R> = Flat<
  { -readonly [Name in keyof R as undefined extends Checked<R[Name]> ? never : Name]: Checked<R[Name]> } & {
    -readonly [Name in keyof R as undefined extends Checked<R[Name]> ? Name : never]?: Checked<R[Name]>;
  }
>;

type Flat<T> = { [Name in keyof T]: T[Name] };

/** A record of schemas as `signature({...})` takes it. */
export type SchemasGiven = { readonly [field: string]: StandardSchemaV1 };

/**
 * A signature from its string form, `"question, context: string[] -> answer, confidence: number // 0..1"` (the grammar
 * is in `parse.ts`), or from schemas, zod 4 or any Standard Schema. Values are typed as the schemas return them.
 *
 * A name may stand on both sides: the program revises that field.
 *
 * @throws MabeamError `SIGNATURE_INVALID` for a text that does not parse (`details.position`), a side without fields, a
 * name that is no identifier, and a field that is no schema; `INVALID_INPUT` for anything else in the record
 */
export function signature<const Text extends string>(text: Text): Signature<InferInputs<Text>, InferOutputs<Text>>;
export function signature<I extends SchemasGiven, O extends SchemasGiven>(parts: {
  inputs: I;
  outputs: O;
  instructions?: string | undefined;
}): Signature<FieldsOfSchemas<I>, FieldsOfSchemas<O>>;
export function signature(
  given: string | { inputs: SchemasGiven; outputs: SchemasGiven; instructions?: string | undefined },
): Signature {
  if (typeof given === "string") {
    const { inputs, outputs } = parseSignature(given);
    return build(inputs.map(declaredField), outputs.map(declaredField), undefined);
  }
  if (typeof given !== "object" || given === null) {
    throw invalid(`A signature is made from a text or from { inputs, outputs }, not from ${String(given)}.`);
  }
  checkOptions(given, ["inputs", "outputs", "instructions"], "signature");
  const { inputs, outputs, instructions } = given;
  if (instructions !== undefined && typeof instructions !== "string") throw invalid("Instructions are a text.");
  return build(schemaFields("inputs", inputs), schemaFields("outputs", outputs), instructions);
}

/** The signature that was meant: itself, or made from its string form. */
export function asSignature<S extends SignatureLike>(given: S): Signature<InputsOf<S>, OutputsOf<S>> {
  const made: Signature = typeof given === "string" ? signature(given) : given;
  if (made?.fields === undefined) {
    throw invalid(`A signature is a text, or what signature() makes, not ${String(given)}.`);
  }
  return made as unknown as Signature<InputsOf<S>, OutputsOf<S>>;
}

/** The hash of a signature's JSON form: what {@link Signature.hash} is. */
export function signatureHash(json: SignatureJson): string {
  return digest(json, 16);
}

function build(inputs: readonly Field[], outputs: readonly Field[], instructions: string | undefined): Signature {
  let hash: string | undefined;
  const made: Signature = {
    inputs: schemasOf(inputs),
    outputs: schemasOf(outputs),
    ...(instructions === undefined ? {} : { instructions }),
    fields: Object.freeze({ inputs: Object.freeze([...inputs]), outputs: Object.freeze([...outputs]) }),
    get hash() {
      return (hash ??= signatureHash(made.toJSON()));
    },
    toString: () => `${formatSide(inputs, false)}-> ${formatSide(outputs, true)}`,
    toJSON: () => ({
      inputs: inputs.map(fieldJson),
      outputs: outputs.map(fieldJson),
      ...(instructions === undefined ? {} : { instructions }),
    }),
  };
  return Object.freeze(made);
}

const declaredField = (declaration: FieldDeclaration): Field => fieldOf(declaration.name, schemaOf(declaration));

function schemaFields(side: "inputs" | "outputs", schemas: unknown): Field[] {
  const entries = typeof schemas === "object" && schemas !== null ? Object.entries(schemas) : [];
  if (entries.length === 0) throw invalid(`A signature needs at least one field in ${side}.`, { side });
  return entries.map(([name, schema]: [string, unknown]) => {
    if (!isFieldName(name)) {
      throw invalid(`"${name}" cannot name a field: choose an identifier without $.`, { side, field: name });
    }
    if (!isSchema(schema)) {
      throw invalid(`Field "${name}" of ${side} is not a schema: give zod 4 or another Standard Schema.`, {
        side,
        field: name,
      });
    }
    return fieldOf(name, schema);
  });
}

const schemasOf = (fields: readonly Field[]): { readonly [name: string]: FieldSchema } =>
  Object.freeze(Object.fromEntries(fields.map(({ name, schema }) => [name, schema])));

function fieldJson(field: Field): FieldJson {
  const { name, type, optional, description } = field;
  return {
    name,
    ...(type === undefined ? { schema: jsonSchemaOf(field) ?? null } : { type: formatType(type) }),
    ...(optional ? { optional: true } : {}),
    ...(description === undefined ? {} : { description }),
  };
}

// A description runs to the end of its line, so what follows it starts a new one.
function formatSide(fields: readonly Field[], last: boolean): string {
  const texts = fields.map(({ name, type, optional, description }, index) => {
    const end = index === fields.length - 1;
    const text = `${name}${optional ? "?" : ""}: ${type === undefined ? "schema" : formatType(type)}${end ? "" : ","}`;
    if (description === undefined) return end && last ? text : `${text} `;
    return `${text} // ${description.replace(/\s+/g, " ")}${end && last ? "" : "\n"}`;
  });
  return texts.join("");
}

const invalid = (message: string, details: Record<string, unknown> = {}): MabeamError =>
  new MabeamError("SIGNATURE_INVALID", message, { details });
