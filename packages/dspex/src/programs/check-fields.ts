/** Values against the fields of one side of a signature. */
import { invalidInput, MabeamError } from "@mabeam/foundation";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Field } from "../signatures/field-schema.ts";
import type { Signature, Fields } from "../signatures/signature.ts";

interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** The values that the schemas returned, and what is wrong with others. */
export interface FieldsCheck {
  readonly values: Fields;
  readonly problems: readonly FieldProblem[];
}
type FieldResult = StandardSchemaV1.Result<unknown>;

/**
 * The inputs as the signature's schemas return them, without fields that it does not have.
 * @throws MabeamError `INVALID_INPUT` with `details { program, field, problems }`
 */
export async function checkInputs(program: string, signature: Signature, given: unknown): Promise<Fields> {
  const check = await checkFields(signature.fields.inputs, given);
  if (check.problems.length === 0) return check.values;
  const details = { program, field: check.problems[0]?.field, problems: check.problems };
  throw invalidInput("invalid-inputs", `The inputs of "${program}" do not fit: ${inWords(check.problems)}.`, details);
}

/**
 * The outputs as the signature's schemas return them, without fields that it does not have.
 * @throws MabeamError `OUTPUT_INVALID` with `details { program, field, problems }`
 */
export async function checkOutputs(program: string, signature: Signature, given: unknown): Promise<Fields> {
  const check = await checkFields(signature.fields.outputs, given);
  if (check.problems.length === 0) return check.values;
  const details = { program, field: check.problems[0]?.field, problems: check.problems };
  throw new MabeamError("OUTPUT_INVALID", `The outputs of "${program}" do not fit: ${inWords(check.problems)}.`, {
    details,
  });
}

/** Problems for people. */
export const inWords = (problems: readonly FieldProblem[]): string =>
  problems.map(({ field, problem }) => `"${field}" ${problem}`).join("; ");

/** Values against fields; waits only for schemas that do. */
export function checkFields(fields: readonly Field[], given: unknown): FieldsCheck | Promise<FieldsCheck> {
  const record = typeof given === "object" && given !== null ? (given as Fields) : {};
  const results = fields.map((field) => field.schema["~standard"].validate(own(record, field.name)));
  return results.some((result) => result instanceof Promise)
    ? Promise.all(results.map(async (result) => result)).then((settled) => collect(fields, record, settled))
    : collect(fields, record, results as FieldResult[]);
}

function collect(fields: readonly Field[], given: Fields, results: readonly FieldResult[]): FieldsCheck {
  const values: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  fields.forEach(({ name }, index) => {
    const result = results[index] as FieldResult;
    if (result.issues !== undefined) problems.push({ field: name, problem: describe(own(given, name), result.issues) });
    else if (result.value !== undefined) values[name] = result.value;
  });
  return { values, problems };
}

// A field named like a method of every object, "constructor", is not there unless it was given.
const own = (record: Fields, name: string): unknown => (Object.hasOwn(record, name) ? record[name] : undefined);

function describe(value: unknown, issues: readonly StandardSchemaV1.Issue[]): string {
  if (value === undefined) return "is missing";
  const texts = issues.map(({ message, path = [] }) => {
    const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
    return keys.length === 0 ? message : `${message} at ${keys.join(".")}`;
  });
  return `is wrong (${texts.join(", ")})`;
}
