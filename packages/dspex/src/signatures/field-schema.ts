/**
 * Schemas of fields. Those of the string form are zod schemas that remember their declaration, so that a signature
 * made of another one's fields is still known by its types; any other Standard Schema is asked for what it can tell.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import * as z from "zod";
import { isJson } from "./is-json.ts";
import type { BaseTypeName, FieldDeclaration, FieldType } from "./field-type.ts";

/** The schema of a field: zod 4 or any other Standard Schema; `T` is the type of the checked value. */
export type FieldSchema<T = unknown> = StandardSchemaV1<unknown, T>;

/** JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A field of a signature. */
export interface Field {
  readonly name: string;
  readonly schema: FieldSchema;
  /** Whether the field may be absent. */
  readonly optional: boolean;
  readonly description?: string;
  /** What the string form calls its type; absent for the types of other schemas. */
  readonly type?: FieldType;
}

const declarations = new WeakMap<FieldSchema, Omit<FieldDeclaration, "name">>();

/** The schema of a declared field; an optional one accepts `undefined`. */
export function schemaOf(declaration: FieldDeclaration): FieldSchema {
  const { type, optional, description } = declaration;
  const required = schemaOfType(type);
  const schema = optional ? z.optional(required) : required.clone();
  declarations.set(schema, { type, optional, ...(description === undefined ? {} : { description }) });
  return schema;
}

/** What is known of a field by its schema. A schema that accepts `undefined` makes the field optional. */
export function fieldOf(name: string, schema: FieldSchema): Field {
  const declared = declarations.get(schema);
  if (declared !== undefined) return { name, schema, ...declared };
  const description = (schema as { description?: unknown }).description;
  return {
    name,
    schema,
    optional: acceptsNothing(schema),
    ...(typeof description === "string" && description !== "" ? { description } : {}),
  };
}

/** Whether `value` is a Standard Schema. */
export function isSchema(value: unknown): value is FieldSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard = (value as { "~standard"?: { version?: unknown; validate?: unknown } })["~standard"];
  return standard?.version === 1 && typeof standard.validate === "function";
}

/**
 * A field's type as JSON Schema. `undefined` if its schema cannot tell: it is of a library without JSON Schema, or of
 * a type that JSON does not have.
 */
export function jsonSchemaOf(field: Field): JsonSchema | undefined {
  if (field.type !== undefined) return jsonSchemaOfType(field.type);
  const standard = field.schema["~standard"] as Partial<StandardJSONSchemaV1.Props>;
  try {
    return standard.jsonSchema?.input({ target: "draft-2020-12" });
  } catch {
    return undefined;
  }
}

function acceptsNothing(schema: FieldSchema): boolean {
  try {
    const result = schema["~standard"].validate(undefined);
    if (!(result instanceof Promise)) return result.issues === undefined;
    result.catch(() => {});
    return false;
  } catch {
    return false;
  }
}

// A date comes as a text wherever it went through JSON: a file, a message, a model's answer.
const isoDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const readDate = (value: unknown): unknown =>
  typeof value === "string" && isoDate.test(value) ? new Date(value) : value;

// One value often goes through many programs: a whole mail is looked through the first time only.
const knownJson = new WeakSet<object>();

function isKnownJson(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isJson(value);
  if (knownJson.has(value)) return true;
  if (!isJson(value)) return false;
  knownJson.add(value);
  return true;
}

const baseSchemas: { readonly [Name in BaseTypeName]: () => z.ZodType } = {
  string: () => z.string(),
  number: () => z.number(),
  integer: () => z.int(),
  boolean: () => z.boolean(),
  date: () => z.preprocess(readDate, z.date({ error: "expected a Date or an ISO 8601 text" })),
  json: () => z.custom<unknown>(isKnownJson, { error: "expected a JSON value" }),
};

function schemaOfType(type: FieldType): z.ZodType {
  switch (type.kind) {
    case "base":
      return baseSchemas[type.name]();
    case "literals":
      return z.enum(type.values);
    case "array":
      return z.array(schemaOfType(type.element));
  }
}

const baseJsonSchemas: { readonly [Name in BaseTypeName]: JsonSchema } = {
  string: { type: "string" },
  number: { type: "number" },
  integer: { type: "integer" },
  boolean: { type: "boolean" },
  date: { type: "string", format: "date-time" },
  json: {},
};

function jsonSchemaOfType(type: FieldType): JsonSchema {
  switch (type.kind) {
    case "base":
      return baseJsonSchemas[type.name];
    case "literals":
      return { type: "string", enum: type.values };
    case "array":
      return { type: "array", items: jsonSchemaOfType(type.element) };
  }
}
