/** Functions as programs. */
import {
  signature,
  type Fields,
  type FieldsOfSchemas,
  type SchemasGiven,
  type SignatureLike,
} from "../../signatures/signature.ts";
import { program } from "../custom-program.ts";
import type { ConfigurationFor, ProgramContext, ProgramDefinition, Unchanging, VariablesGiven } from "../definition.ts";
import type { Program } from "../program.ts";

/** What a function does not say about itself. */
export interface FromFunctionOptions<
  I extends SchemasGiven,
  O extends SchemasGiven,
  V extends VariablesGiven = readonly [],
> {
  /** Schemas of the fields of its argument, and of its result. */
  inputs: I;
  outputs: O;
  /** Default the function's own name, or "function". */
  name?: string;
  /** What may be tuned; the function finds the values in `config` of its second argument. */
  variables?: V;
}

/**
 * A function that exists as a program: called with one record of inputs, it returns, or promises, one of outputs.
 * @throws MabeamError `SIGNATURE_INVALID` for an empty side or a field that is no schema
 */
export function fromFunction<
  I extends SchemasGiven,
  O extends SchemasGiven,
  const R extends Unchanging<FieldsOfSchemas<O>>,
  const V extends VariablesGiven = readonly [],
>(
  fn: (inputs: FieldsOfSchemas<I>, context: ProgramContext<ConfigurationFor<V>>) => R | PromiseLike<R>,
  options: FromFunctionOptions<I, O, V>,
): Program<FieldsOfSchemas<I>, FieldsOfSchemas<O>, ConfigurationFor<V>> {
  const { inputs, outputs, name = fn.name === "" ? "function" : fn.name, variables } = options;
  // The types are those of the schemas given; inside, fields are not known more closely.
  const definition: ProgramDefinition<SignatureLike, VariablesGiven, Fields> = {
    name,
    signature: signature<SchemasGiven, SchemasGiven>({ inputs, outputs }),
    ...(variables === undefined ? {} : { variables }),
    forward: fn as unknown as (typeof definition)["forward"],
  };
  return program(definition) as unknown as Program<FieldsOfSchemas<I>, FieldsOfSchemas<O>, ConfigurationFor<V>>;
}
