/** Examples at the door of a fit: what they hold of the inputs must fit the signature. */
import { breather, invalidInput, throwIfAborted } from "@mabeam/foundation";
import type { Field } from "../signatures/field-schema.ts";
import type { Fields, Signature } from "../signatures/signature.ts";
import { checkFields, inWords, type FieldsCheck } from "./check-fields.ts";

// Optimizers fit many versions of one program, which share its signature, to the same examples.
const checked = new WeakMap<Signature, WeakSet<object>>();

/**
 * Checks each example once for each signature, so examples must not be changed. Outputs may be partial, and are not
 * looked at; a field on both sides is an output here. Gives a promise only if there is something to wait for: schemas
 * that do, or a trainset so long that others must have their turn.
 * @throws MabeamError `INVALID_INPUT` with `details { program, index, field, problems }`, `ABORTED`
 */
export function checkTrainset(
  program: string,
  signature: Signature,
  trainset: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<void> | undefined {
  if (!Array.isArray(trainset) || trainset.length === 0) {
    throw invalidInput("empty-trainset", `Fitting "${program}" needs a list of at least one example.`);
  }
  const inputs = inputsAlone(signature);
  const sound = checked.get(signature) ?? new WeakSet();
  checked.set(signature, sound);
  const breathe = breather();

  const checkOne = (index: number): Promise<void> | undefined => {
    const example: unknown = trainset[index];
    if (typeof example !== "object" || example === null) {
      throw invalidInput("invalid-example", `Example ${index} is not a record of fields.`, { program, index });
    }
    if (sound.has(example)) return undefined;
    const settle = ({ problems }: FieldsCheck): void => {
      if (problems.length > 0) throw unfit(program, index, problems);
      sound.add(example);
    };
    const check = checkFields(inputs, example as Fields);
    if (check instanceof Promise) return check.then(settle);
    settle(check);
    return undefined;
  };
  const checkFrom = (first: number): Promise<void> | undefined => {
    for (let index = first; index < trainset.length; index++) {
      const waiting = checkOne(index) ?? breathe();
      if (waiting === undefined) continue;
      return waiting.then(() => {
        throwIfAborted(signal);
        return checkFrom(index + 1);
      });
    }
    return undefined;
  };
  return checkFrom(0);
}

function unfit(program: string, index: number, problems: FieldsCheck["problems"]): Error {
  const details = { program, index, field: problems[0]?.field, problems };
  return invalidInput("invalid-inputs", `Example ${index} does not fit "${program}": ${inWords(problems)}.`, details);
}

function inputsAlone({ fields }: Signature): readonly Field[] {
  const answers = new Set(fields.outputs.map((field) => field.name));
  return fields.inputs.filter((field) => !answers.has(field.name));
}
