/** How a program learns: its own fit and those of its sub-programs, from one trainset. */
import { abortable, canonicalJson, MabeamError, seededRandom, throwIfAborted, type Json } from "@mabeam/foundation";
import { isJson } from "../signatures/is-json.ts";
import { restricted } from "../variables/configuration.ts";
import { checkTrainset } from "./check-trainset.ts";
import type { Example, FitOptions } from "./program.ts";
import type { Runnable } from "./call.ts";

/** What was learned by the program itself and by each sub-program. */
export interface Learned {
  readonly own: Json | undefined;
  readonly parts: ReadonlyMap<string, Json | undefined>;
}

// Sub-programs learn what they can from examples of the whole, which need not hold the inputs of each.
const ofWhole = Symbol("examples of the whole");

/**
 * Learns everything there is to learn.
 * @throws MabeamError `INVALID_INPUT` for a trainset that is empty or whose inputs do not fit the program
 */
export async function fitAll(
  runnable: Runnable,
  trainset: readonly Example[],
  options: Omit<FitOptions, "config">,
): Promise<Learned> {
  const { name, signature } = runnable.layout;
  const { signal } = options;
  const check = ofWhole in options ? undefined : checkTrainset(name, signature, trainset, signal);
  if (check !== undefined) await abortable(check, signal);
  const forParts: FitOptions = Object.assign({ [ofWhole]: true }, options);
  const parts = Object.entries(runnable.subPrograms());
  const [own, ...theirs] = await Promise.all([
    fitOwn(runnable, trainset, options),
    ...parts.map(async ([, part]) => (await part.fit(trainset, forParts)).learned),
  ]);
  return { own, parts: new Map(parts.map(([key], index) => [key, theirs[index]])) };
}

async function fitOwn(
  { layout, ownConfig, ownLearned }: Runnable,
  trainset: readonly Example[],
  { seed = 0, signal, cache }: Omit<FitOptions, "config">,
): Promise<Json | undefined> {
  const { name, fit } = layout;
  if (fit === undefined) return ownLearned as Json | undefined;
  const learn = async (work: AbortSignal): Promise<Json> => {
    throwIfAborted(work);
    const random = seededRandom(seed).split("fit", name);
    return learnedJson(name, await fit(trainset, { config: ownConfig, signal: work, random }));
  };
  const run = (work: AbortSignal): Promise<Json> => abortable(learn(work), work);
  if (cache === undefined) return run(signal ?? new AbortController().signal);
  const settings = canonicalJson(restricted(ownConfig, new Set(layout.fitDependsOn)));
  return cache.learn({ program: name, fit, trainset, seed, settings }, run, signal);
}

function learnedJson(program: string, value: unknown): Json {
  if (isJson(value)) return value as Json;
  throw new MabeamError("OUTPUT_INVALID", `The fit of "${program}" returned something that is not JSON.`, {
    details: { program },
  });
}
