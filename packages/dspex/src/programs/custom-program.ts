/** Programs from any code: `program({ name, signature, forward })`. */
import { checkOptions, invalidInput, type Json } from "@mabeam/foundation";
import type { InputsOf, OutputsOf, SignatureLike } from "../signatures/signature.ts";
import { restricted, unprefixed, type Configuration } from "../variables/configuration.ts";
import { expectSignal } from "../variables/expect-shape.ts";
import { artifactOf, fittingArtifact, mismatch, readArtifact, writeArtifact, type ProgramReport } from "./artifact.ts";
import type { Runnable } from "./call.ts";
import {
  initialConfiguration,
  layOut,
  type Layout,
  type ProgramDefinition,
  type SubPrograms,
  type Unchanging,
  type VariablesGiven,
  type WholeConfiguration,
} from "./definition.ts";
import { fitAll, type Learned } from "./fitting.ts";
import type { AnyProgram, Program } from "./program.ts";
import { runOnce } from "./run.ts";

/** What tells one version of a program from another. */
interface State {
  readonly config: Configuration;
  readonly learned: Learned;
  readonly report: ProgramReport | undefined;
}

/**
 * A program from any code. Types of inputs, outputs and configuration follow from the signature and the variables.
 *
 * ```ts
 * const shout = program({
 *   name: "shout",
 *   signature: "text -> loud",
 *   variables: [choice("mark", ["!", "?!"])],
 *   forward: ({ text }, { config }) => ({ loud: text.toUpperCase() + config.mark }),
 * });
 * (await shout.withConfig({ mark: "?!" }).forward({ text: "hi" })).loud; // => "HI?!"
 * ```
 *
 * @throws MabeamError `SIGNATURE_INVALID`, or `INVALID_INPUT` for a name, key or function that cannot be
 */
export function program<
  const S extends SignatureLike,
  const R extends Unchanging<OutputsOf<S>>,
  const V extends VariablesGiven = readonly [],
  P extends SubPrograms = Readonly<Record<never, AnyProgram>>,
>(definition: ProgramDefinition<S, V, R, P>): Program<InputsOf<S>, OutputsOf<S>, WholeConfiguration<V, P>> {
  const made: unknown = programOf(layOut(definition as unknown as ProgramDefinition));
  return made as Program<InputsOf<S>, OutputsOf<S>, WholeConfiguration<V, P>>;
}

/** The program of a layout, as nobody has configured it yet. A team is made this way too. */
export function programOf(layout: Layout): AnyProgram {
  const parts = new Map(Object.entries(layout.parts).map(([key, part]) => [key, part.learned]));
  const state = { config: initialConfiguration(layout), learned: { own: undefined, parts }, report: undefined };
  return make(layout, state);
}

function make(layout: Layout, state: State): AnyProgram {
  const { name, signature, space } = layout;
  const config = Object.freeze({ ...state.config });
  const learned = joined(layout, state.learned);
  let configured: Readonly<Record<string, AnyProgram>> | undefined;
  const runnable: Runnable = {
    layout,
    config,
    ownConfig: Object.freeze(restricted(config, new Set(layout.own.variables.map((variable) => variable.name)))),
    ownLearned: state.learned.own,
    // Made when they are first needed, and then the same in every call.
    subPrograms: () => (configured ??= configuredParts(layout, state)),
  };
  const next = (changes: Partial<State>): AnyProgram => make(layout, { ...state, report: undefined, ...changes });

  const made: AnyProgram = {
    name,
    signature,
    space,
    config,
    learned,
    fits: layout.fit !== undefined || Object.values(layout.parts).some((part) => part.fits),
    report: state.report,
    async forward(inputs, options = {}) {
      const { config: over, learned: other, ...rest } = options;
      if (over === undefined && other === undefined) return runOnce(runnable, inputs, rest);
      const configuredProgram = over === undefined ? made : made.withConfig(over);
      const program = other === undefined ? configuredProgram : configuredProgram.withLearned(other);
      return program.forward(inputs, rest);
    },
    withConfig: (over) => next({ config: laidOver(layout, config, over) }),
    withLearned: (other) => next({ learned: split(layout, other) }),
    withReport: (report) => next({ report }),
    async fit(trainset, given = {}) {
      checkOptions(given, ["signal", "seed", "config", "cache"], "fit");
      expectSignal(given.signal);
      const { config: over, ...options } = given;
      if (over !== undefined) return made.withConfig(over).fit(trainset, options);
      return made.fits ? next({ learned: await fitAll(runnable, trainset, options) }) : made;
    },
    subPrograms: () => runnable.subPrograms(),
    toJSON: () => artifactOf(made),
    save: (path, { signal } = {}) => writeArtifact(path, artifactOf(made), signal),
    async load(pathOrArtifact, { signal } = {}) {
      const given = typeof pathOrArtifact === "string" ? await readArtifact(pathOrArtifact, signal) : pathOrArtifact;
      const artifact = fittingArtifact(made, given);
      const { scores, spent } = artifact;
      const report = { ...(scores === undefined ? {} : { scores }), ...(spent === undefined ? {} : { spent }) };
      return make(layout, {
        config: loadedConfiguration(layout, artifact.config),
        learned: split(layout, artifact.learned),
        report: Object.keys(report).length === 0 ? undefined : report,
      });
    },
  };
  return Object.freeze(made);
}

function configuredParts(layout: Layout, state: State): Readonly<Record<string, AnyProgram>> {
  const configured = Object.entries(layout.parts).map(([key, part]): [string, AnyProgram] => [
    key,
    part.withConfig(unprefixed(state.config, `${key}.`)).withLearned(state.learned.parts.get(key)),
  ]);
  return Object.freeze(Object.fromEntries(configured));
}

function laidOver({ name, space }: Layout, present: Configuration, over: Configuration): Configuration {
  if (typeof over !== "object" || over === null || Array.isArray(over)) {
    throw invalidInput("invalid-configuration", `A configuration of "${name}" is a record, not ${String(over)}.`);
  }
  const given = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  const config = space.complete({ ...present, ...given });
  const validation = space.validate(config);
  if (validation.ok) return config;
  const { problems } = validation;
  throw invalidInput(
    "invalid-configuration",
    `The configuration does not fit "${name}": ${problems.map(({ message }) => message).join(" ")}`,
    { problems, variable: problems[0]?.variable },
  );
}

function loadedConfiguration(layout: Layout, saved: Configuration): Configuration {
  try {
    return laidOver(layout, initialConfiguration(layout), saved);
  } catch (error) {
    const { message, details = {} } = error as Error & { details?: Record<string, unknown> };
    throw mismatch(`The artifact's configuration does not fit "${layout.name}": ${message}`, details, error);
  }
}

// A program without sub-programs has learned what its fit returned; one with them has a tree.
function joined(layout: Layout, { own, parts }: Learned): Json | undefined {
  if (Object.keys(layout.parts).length === 0) return own;
  const known = [...parts].filter(([, learned]) => learned !== undefined);
  if (own === undefined && known.length === 0) return undefined;
  return { ...(own === undefined ? {} : { own }), parts: Object.fromEntries(known) };
}

function split(layout: Layout, learned: Json | undefined): Learned {
  const keys = Object.keys(layout.parts);
  if (keys.length === 0) return { own: learned, parts: new Map() };
  const tree = (learned ?? { parts: {} }) as { own?: Json; parts?: { [key: string]: Json | undefined } };
  if (typeof tree !== "object" || typeof tree.parts !== "object" || tree.parts === null) {
    throw invalidInput(
      "invalid-learned",
      `What "${layout.name}" learned must be { own?, parts }, as its \`learned\` is.`,
    );
  }
  const { parts } = tree;
  return {
    own: tree.own,
    parts: new Map(keys.map((key) => [key, Object.hasOwn(parts, key) ? parts[key] : undefined])),
  };
}
