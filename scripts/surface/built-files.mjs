/** What the built files weigh, and what they must not contain. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, parse, resolve, sep } from "node:path";

// tsup builds with esbuild, so it is there.
const { build } = createRequire(createRequire(import.meta.url).resolve("tsup"))("esbuild");

/**
 * Bundles an entry as a user's bundler would, with its dependencies left out. Gives minified sizes in bytes: of what
 * importing it loads, and of everything, with what it loads later, on first use.
 */
export async function minifiedBytes(entry, dependencies) {
  const external = dependencies.flatMap((dependency) => [dependency, `${dependency}/*`]);
  const shape = { bundle: true, minify: true, splitting: true, format: "esm", platform: "node", logLevel: "silent" };
  const options = { ...shape, write: false, metafile: true, outdir: "out", entryPoints: [entry], external };
  const { outputs } = (await build(options)).metafile;
  const first = Object.keys(outputs).find(
    (file) => outputs[file].entryPoint !== undefined && isEntry(outputs[file], entry),
  );
  const loaded = new Set([first]);
  for (const file of loaded) {
    for (const { path, kind } of outputs[file].imports)
      if (kind === "import-statement" && path in outputs) loaded.add(path);
  }
  const sum = (files) => files.reduce((bytes, file) => bytes + outputs[file].bytes, 0);
  return { loaded: sum([...loaded]), all: sum(Object.keys(outputs)) };
}

const isEntry = ({ entryPoint }, entry) => resolve(entryPoint) === resolve(entry);

const keys = [
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\b(npm|gh[pousr])_[A-Za-z0-9]{30,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*KEY/,
];

/** Says which files name a folder of this machine or hold what looks like a key. */
export function secretsIn(folder, places) {
  const named = places.filter((place) => place !== parse(place).root).map((place) => place.replace(/[/\\]*$/, sep));
  return readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return [
      ...named.filter((place) => text.includes(place)).map((place) => `${file} names a path of this machine: ${place}`),
      ...keys.filter((key) => key.test(text)).map((key) => `${file} has what looks like a key: ${key}`),
    ];
  });
}
