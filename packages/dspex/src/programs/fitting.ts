/** How a program learns: its own fit and those of its sub-programs, from one trainset. */
import {
  abortable,
  canonicalJson,
  invalidInput,
  MabeamError,
  seededRandom,
  throwIfAborted,
  type Json,
} from "@mabeam/foundation";
import { isJson } from "../signatures/is-json.ts";
import { restricted } from "../variables/configuration.ts";
import type { Example, FitOptions } from "./program.ts";
import type { Runnable } from "./call.ts";

/** What was learned by the program itself and by each sub-program. */
export interface Learned {
  readonly own: Json | undefined;
  readonly parts: ReadonlyMap<string, Json | undefined>;
}

/** Learns everything there is to learn. */
export async function fitAll(
  runnable: Runnable,
  trainset: readonly Example[],
  options: Omit<FitOptions, "config">,
): Promise<Learned> {
  if (!Array.isArray(trainset) || trainset.length === 0) {
    throw invalidInput("empty-trainset", `Fitting "${runnable.layout.name}" needs at least one example.`);
  }
  const parts = Object.entries(runnable.subPrograms());
  const [own, ...theirs] = await Promise.all([
    fitOwn(runnable, trainset, options),
    ...parts.map(async ([, part]) => (await part.fit(trainset, options)).learned),
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
