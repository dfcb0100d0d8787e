/** Examples at the door of a fit: what they hold of the inputs must fit the signature. */
import { breather, invalidInput, throwIfAborted } from "@mabeam/foundation";
import type { Field } from "../signatures/field-schema.ts";
import type { Fields, Signature } from "../signatures/signature.ts";
import { checkFields, inWords } from "./check-fields.ts";

// Optimizers fit many versions of one program, which share its signature, to the same examples.
const checked = new WeakMap<Signature, WeakSet<object>>();

/**
 * Checks each example once for each signature, so examples must not be changed. Outputs may be partial, and are not
 * looked at; a field on both sides is an output here.
 * @throws MabeamError `INVALID_INPUT` with `details { program, index, field, problems }`, `ABORTED`
 */
export async function checkTrainset(
  program: string,
  signature: Signature,
  trainset: readonly unknown[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!Array.isArray(trainset) || trainset.length === 0) {
    throw invalidInput("empty-trainset", `Fitting "${program}" needs a list of at least one example.`);
  }
  const inputs = inputsAlone(signature);
  const sound = checked.get(signature) ?? new WeakSet();
  checked.set(signature, sound);
  const breathe = breather();
  for (const [index, example] of (trainset as readonly unknown[]).entries()) {
    if (typeof example !== "object" || example === null) {
      throw invalidInput("invalid-example", `Example ${index} is not a record of fields.`, { program, index });
    }
    if (sound.has(example)) continue;
    // Only what does wait is waited for: a trainset may be long.
    const check = checkFields(inputs, example as Fields);
    const { problems } = check instanceof Promise ? await check : check;
    if (problems.length > 0) {
      const details = { program, index, field: problems[0]?.field, problems };
      throw invalidInput("invalid-inputs", `Example ${index} does not fit "${program}": ${inWords(problems)}.`, details);
    }
    sound.add(example);
    const pause = breathe();
    if (pause === undefined) continue;
    await pause;
    throwIfAborted(signal);
  }
}

function inputsAlone({ fields }: Signature): readonly Field[] {
  const answers = new Set(fields.outputs.map((field) => field.name));
  return fields.inputs.filter((field) => !answers.has(field.name));
}
